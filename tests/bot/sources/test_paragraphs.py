from __future__ import annotations

import json

import pytest

from bot.errors import KnowledgeError
from bot.sources.paragraphs import read_folder

ROW = {"source": "A/76/319", "locator": "20", "section": "一", "zh": " 甲 ", "en": "A", "fr": "x"}


def _write(folder, *rows):
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "paragraphs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_reads_every_language_of_the_guide(small, tmp_path):
    texts = read_folder(_write(tmp_path, ROW, "", {**ROW, "locator": "21", "en": ""}), small)
    assert [(t.symbol, t.language, [(p.locator, p.section, p.text) for p in t.places]) for t in texts] == [
        ("A/76/319", "en", [("20", "一", "A")]),
        ("A/76/319", "zh", [("20", "一", "甲"), ("21", "一", "甲")]),
    ]
    assert (texts[1].text("21"), texts[1].text("22")) == ("甲", "")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["{"], "line 1: must be a JSON object with source, locator, section and a text per language"),
        ([ROW, "[]"], "line 2: must be a JSON object"),
        ([{"source": "A/76/319"}], "line 1: must be a JSON object"),
        (["[" * 100_000], "line 1: must be a JSON object"),
        ([ROW, ROW], "line 2: A/76/319 20 stands twice"),
        ([{**ROW, "zh": "", "en": 3}], "holds no text in a language of the guide (en, zh)"),
        ([], "is empty"),
    ],
)
def test_says_which_line_is_wrong(small, tmp_path, rows, said):
    with pytest.raises(KnowledgeError) as caught:
        read_folder(_write(tmp_path, *rows), small)
    assert caught.value.problem.startswith(said)


def test_says_that_the_folder_holds_none(small, tmp_path):
    with pytest.raises(KnowledgeError, match=r"paragraphs.jsonl: there is no such file"):
        read_folder(tmp_path, small)
