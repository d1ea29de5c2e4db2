from __future__ import annotations

import dataclasses

import pytest

from bot.errors import KnowledgeError
from bot.sources.identity import known_symbol, language_of, names_of, symbol_of
from bot.sources.reading import Document

ENGLISH = "1. The report was asked for by the Assembly, which had before it what all of them had said in the year."
SPANISH = "1. El presente informe se presenta en cumplimiento de la resolución en la que la Asamblea lo pidió."


def _document(text):
    return Document(tuple(text.splitlines()), is_wrapped=True)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), ("1. 本报告由秘书长提交。UN Global Compact", "zh")])
def test_finds_the_language(small, tmp_path, text, language):
    assert language_of(tmp_path, _document(text), small) == language


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SPANISH, "its language is not certain; pass --language with one of en"),
        ("1. 2. 3.", "is in no language of the guide (its script is none); known: en, zh"),
        ("1. Настоящий доклад", "is in no language of the guide (its script is Cyrillic); known: en, zh"),
    ],
)
def test_asks_for_the_language_where_it_is_not_certain(small, tmp_path, text, said):
    with pytest.raises(KnowledgeError) as caught:
        language_of(tmp_path, _document(text), small)
    assert caught.value.problem == said


def test_tells_two_languages_of_one_script_apart_by_their_words(small, tmp_path):
    spanish = dataclasses.replace(small.languages["en"], code="es")
    three = dataclasses.replace(small, languages={**small.languages, "es": spanish})
    assert [language_of(tmp_path, _document(text), three) for text in (ENGLISH, SPANISH)] == ["en", "es"]
    with pytest.raises(KnowledgeError, match="pass --language with one of en, es"):
        language_of(tmp_path, _document("UNDP UNICEF WTO ILO"), three)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("A/76/319\n1. One mentions A/RES/64/223.", "A/76/319"),
        ("64/223. Towards global partnerships\n1. One.", "A/RES/64/223"),
        # Nothing in the head, the numbers decide.
        ("Report\n1. One.\n20. In 2021 there were 3 200.\n21. The budget was 1 million.", "A/76/319"),
        # Two in the head, the numbers decide.
        ("A/76/319 on A/RES/64/223\n1. One.\n20. In 2021 there were 3,200.\n21. It was 1 million.", "A/76/319"),
    ],
)
def test_finds_the_document(small, tmp_path, text, symbol):
    text = text.replace("\n20.", "".join(f"\n{n}. Words." for n in range(2, 20)) + "\n20.")
    assert symbol_of(tmp_path, _document(text), small, "en") == symbol


@pytest.mark.parametrize("text", ["1. One.", "A/76/3190\n1. One.", "A/C.2/76/319\n1. One.", "A/76/319/Add.1\n1. One."])
def test_asks_for_the_document_where_it_is_not_certain(small, tmp_path, text):
    with pytest.raises(KnowledgeError, match="pass --symbol with one of 'A/RES/64/223', 'A/76/319', 'UNGC'|--symbol"):
        symbol_of(tmp_path, _document(text), small, "en")


@pytest.mark.parametrize("name", ["A/76/319", "a/76/319", "76/319"])
def test_knows_a_source_by_its_names(small, name):
    assert known_symbol(name, small) == "A/76/319"


def test_lists_the_sources_where_a_name_is_none(small):
    with pytest.raises(KnowledgeError, match="^A/1/1: is no source that the guide cites; known: .*'A/76/319'"):
        known_symbol("A/1/1", small)


def test_knows_both_symbols_of_a_document_of_two_organs(real):
    names = names_of(real.sources["A/75/79-E/2020/55"])
    assert names[:3] == ("A/75/79-E/2020/55", "A/75/79", "E/2020/55")
