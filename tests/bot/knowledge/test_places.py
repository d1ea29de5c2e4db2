from __future__ import annotations

import json
from decimal import Decimal

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.places import write_index


@pytest.fixture
def paragraphs(tmp_path):
    rows = [
        {"source": "A/76/319", "locator": "1", "zh": "2021年有1 \n100个项目，价值46.2 亿美元。"},
        {"source": "A/76/319", "locator": "box 1", "zh": "没有数字"},
        {"source": "A/999", "locator": "1", "zh": "7"},
    ]
    path = tmp_path / "paragraphs.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_writes_the_numbers_of_every_place(folder, paragraphs):
    assert write_index(paragraphs, folder / "sources") == {"A/76/319": 2}
    places = load(folder).sources["A/76/319"].places
    assert places == {
        "1": {Decimal(n) for n in (2021, 1100, "46.2", 4620000000)},
        "box 1": frozenset(),
    }


def test_keeps_everything_else_of_a_source(folder, paragraphs):
    before = load(folder).sources
    write_index(paragraphs, folder / "sources")
    after = load(folder).sources
    assert after["A/RES/64/223"] == before["A/RES/64/223"]
    assert (after["A/76/319"].url, after["A/76/319"].nicknames) == (
        before["A/76/319"].url,
        before["A/76/319"].nicknames,
    )


def test_writes_the_same_file_twice(folder, paragraphs):
    write_index(paragraphs, folder / "sources")
    first = (folder / "sources" / "report.yml").read_bytes()
    write_index(paragraphs, folder / "sources")
    assert (folder / "sources" / "report.yml").read_bytes() == first


@pytest.mark.parametrize(
    "line", ["no json", "[1]", "7", '{"source": "A/76/319"}', '{"source": "A/76/319", "locator": "1"}']
)
def test_refuses_paragraphs_of_another_shape(folder, tmp_path, line):
    path = tmp_path / "paragraphs.jsonl"
    path.write_text(line)
    before = (folder / "sources" / "report.yml").read_bytes()
    with pytest.raises(KnowledgeError, match="must hold one JSON object a line"):
        write_index(path, folder / "sources")
    assert (folder / "sources" / "report.yml").read_bytes() == before


def test_says_when_the_paragraphs_are_missing(folder, tmp_path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        write_index(tmp_path / "none.jsonl", folder / "sources")
