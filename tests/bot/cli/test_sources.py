from __future__ import annotations

import json
import re

import pytest

from bot.cli import sources
from bot.errors import KnowledgeError, StoreError
from bot.store.texts import TextStore
from tests.bot.sources import files


@pytest.fixture
def resolution(tmp_path):
    path = tmp_path / "resolution.pdf"
    path.write_bytes(files.pdf([files.RESOLUTION.splitlines()]))
    return path


def test_imports_a_document_and_says_what_it_holds(call, project, resolution):
    ended = call(sources, "import", str(resolution))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "A/RES/64/223 (en): 4 places: 1 preamble, 3 paragraph",
        "  indexed places not found: 4, 5, 6, 7, 8, 9, 10, 11, 12",
        "  places that the index does not hold: none",
    ]


def test_replaces_what_was_imported_before(call, project, resolution, settings):
    call(sources, "import", str(resolution))
    assert "4 places, in place of 4 imported before:" in call(sources, "import", str(resolution)).out
    with TextStore.from_settings(settings) as store:
        assert [document.places for document in store.documents()] == [4]


def test_shortens_long_lists_of_places(call, project, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("\n".join(f"{n}. 甲。" for n in range(1, 31)), encoding="utf-8")
    out = call(sources, "import", str(path), "--symbol", "A/76/319").out
    assert "places that the index does not hold: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 15 more" in out


def test_writes_nothing_where_the_file_is_wrong(call, project, settings, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("没有段落。", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="pass --symbol"):
        call(sources, "import", str(path))
    with TextStore.from_settings(settings) as store:
        assert store.documents() == []


def test_imports_every_text_of_a_file_of_places(call, project, tmp_path):
    path = tmp_path / "paragraphs.jsonl"
    rows = [{"source": s, "locator": "20", "section": "", "zh": "甲", "en": "a"} for s in ("A/76/319", "UNGC")]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = call(sources, "import", str(path)).out
    assert re.findall(r"^\S+ \(\w+\)", out, re.MULTILINE) == [
        "A/76/319 (en)", "A/76/319 (zh)", "UNGC (en)", "UNGC (zh)",
    ]  # fmt: skip


def test_lists_what_is_at_hand(call, project, resolution):
    assert call(sources, "list").out == "No official text is at hand; partnerguide sources import FILE reads one.\n"
    call(sources, "import", str(resolution))
    assert re.fullmatch(r"A/RES/64/223  en  4 places  imported \d{4}-\d\d-\d\d \d\d:\d\d\n", call(sources, "list").out)


def test_shows_a_place(call, project, resolution):
    call(sources, "import", str(resolution))
    shown = "A/RES/64/223 3 (en)\nAsks for a report on what has been done.\n\n"
    assert call(sources, "show", "64/223", "3").out == shown
    assert call(sources, "show", "A/RES/64/223", "3", "--language", "en").out == shown
    assert call(sources, "show", "A/RES/64/223", "Preamble").out.startswith(
        "A/RES/64/223 preamble (en)\n64/223. Towards"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("A/RES/64/223", "9"), "A/RES/64/223 9 is not at hand; at hand is A/RES/64/223 in en"),
        (
            ("A/RES/64/223", "3", "--language", "zh"),
            "A/RES/64/223 3 (zh) is not at hand; at hand is A/RES/64/223 in en",
        ),
        (("A/76/319", "box", "1"), "A/76/319 box 1 is not at hand; partnerguide sources import FILE"),
    ],
)
def test_says_which_place_is_not_at_hand(call, project, resolution, words, said):
    call(sources, "import", str(resolution))
    with pytest.raises(StoreError, match=f"^{re.escape(said)}$"):
        call(sources, "show", *words)


@pytest.mark.parametrize("command", [("show", "A/1/1", "3"), ("remove", "A/1/1")])
def test_says_which_sources_there_are(call, project, command):
    with pytest.raises(KnowledgeError, match="A/1/1: is no source that the guide cites; known: "):
        call(sources, *command)


def test_removes_a_document(call, project, resolution):
    call(sources, "import", str(resolution))
    with pytest.raises(StoreError, match=r"A/RES/64/223 \(zh\) is not at hand; partnerguide sources list"):
        call(sources, "remove", "64/223", "--language", "zh")
    assert call(sources, "remove", "64/223").out == "A/RES/64/223: 4 places removed.\n"
    with pytest.raises(StoreError, match="A/RES/64/223 is not at hand"):
        call(sources, "remove", "64/223")


def test_ends_with_one_line_on_a_bad_file(main, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    ended = main("sources", "import", str(path))
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert ended.err.startswith(f"partnerguide: {path}: is damaged")
