from __future__ import annotations

import json
import re

import pytest

from bot.errors import KnowledgeError
from bot.sources.documents import Comparison, compare, kind_of, official_texts
from tests.bot.sources import files


def test_imports_a_resolution_from_a_pdf(small, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(files.pdf([files.RESOLUTION.splitlines()]))
    (text,) = official_texts(path, small)
    assert (text.symbol, text.language) == ("A/RES/64/223", "en")
    assert compare(text, small) == Comparison(
        {"preamble": 1, "paragraph": 3}, missing=tuple(str(n) for n in range(4, 13)), new=()
    )


def test_imports_the_same_from_a_word_file(small, tmp_path):
    path = files.word(tmp_path / "a.docx", [line.strip() for line in files.RESOLUTION.splitlines()])
    (text,) = official_texts(path, small)
    assert (text.symbol, text.language) == ("A/RES/64/223", "en")
    assert text.text("2").splitlines()[1:] == [
        "(a) It will meet again in the year that comes after this one;",
        "(b) The cost of 3.5 million is to be borne by all;",
    ]


def test_takes_what_is_given_instead_of_looking(small, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("1. 甲。\n\n表\n| 1. 乙 | 丙 |\n", encoding="utf-8")
    (text,) = official_texts(path, small, symbol="76/319", language="zh")
    assert (text.symbol, text.language) == ("A/76/319", "zh")
    assert compare(text, small).new == ("1", "table row 1")
    assert compare(text, small).missing == ("20", "21", "22", "box 1", "annex")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"symbol": "A/1/1"}, "A/1/1: is no source that the guide cites"),
        ({"language": "xx"}, "xx: is no language of the guide; known: en, zh"),
        ({"symbol": "A/76/319", "language": "zh"}, "has no numbered paragraph (1., 2., …) that could be cited"),
    ],
)
def test_says_what_is_wrong_with_an_import(small, tmp_path, options, said):
    path = tmp_path / "a.txt"
    path.write_text("没有段落。", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(said)):
        official_texts(path, small, **options)


def _rows(path, *rows):
    lines = (json.dumps({"source": s, "locator": "1", "section": "", code: "x"}) for s, code in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_takes_all_texts_of_a_file_of_places_or_the_wanted_ones(small, tmp_path):
    path = _rows(tmp_path / "p.jsonl", ("A/76/319", "en"), ("A/76/319", "zh"), ("UNGC", "zh"))

    def taken(**options):
        return [(text.symbol, text.language) for text in official_texts(path, small, **options)]

    assert taken() == [("A/76/319", "en"), ("A/76/319", "zh"), ("UNGC", "zh")]
    assert taken(symbol="A/76/319", language="zh") == [("A/76/319", "zh")]
    with pytest.raises(KnowledgeError, match="holds no text of UNGC in en"):
        taken(symbol="UNGC", language="en")


def test_refuses_places_of_a_document_that_is_not_cited(small, tmp_path):
    with pytest.raises(KnowledgeError, match="source 'A/1/1' is none that the guide cites; known: "):
        official_texts(_rows(tmp_path / "p.jsonl", ("A/1/1", "en")), small)


@pytest.mark.parametrize(
    ("locator", "kind"), [("20", "paragraph"), ("box 6", "box"), ("table row 5", "table row"), ("annex", "annex")]
)
def test_names_the_kind_of_a_place(locator, kind):
    assert kind_of(locator) == kind


# The documents themselves. ------------------------------------------------------------------------------------------

DOCUMENTS = {
    "A-76-319": "A/76/319",
    "A-62-341": "A/62/341",
    "A-RES-64-223": "A/RES/64/223",
    "A-75-79_E-2020-55": "A/75/79-E/2020/55",
    "UN-Habitat-partnerships-strategy-2020-2023": "UN-Habitat partnerships strategy 2020-2023",
}


@pytest.mark.parametrize(("name", "symbol"), DOCUMENTS.items())
def test_finds_every_indexed_place_of_an_official_text(real, official_texts_cut, official_texts, name, symbol):
    (text,) = official_texts_cut(official_texts / f"{name}.zh.txt")
    assert (text.symbol, text.language) == (symbol, "zh")
    found = compare(text, real)
    assert (found.missing, found.new) == ((), ())


@pytest.mark.parametrize(("name", "symbol"), DOCUMENTS.items())
def test_loses_no_words_of_an_official_text(real, official_texts_cut, official_texts, name, symbol):
    (text,) = official_texts_cut(official_texts / f"{name}.zh.txt")
    (whole,) = official_texts_cut(official_texts / "paragraphs.jsonl", symbol=symbol)
    # The other cutting keeps footnotes and the words of charts: most places are the same but for blanks, and of each
    # place the first and the last words stand in it.
    same = [place.locator for place in whole.places if _bare(place.text) == _bare(text.text(place.locator))]
    begins = [p.locator for p in whole.places if _bare(text.text(p.locator))[:8] in _bare(p.text)[:60]]
    assert len(begins) == len(whole.places)
    assert len(same) >= 0.6 * len(whole.places)


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@pytest.fixture
def official_texts_cut(real):
    def read(path, **options):
        return official_texts_of(path, real, **options)

    return read


official_texts_of = official_texts
