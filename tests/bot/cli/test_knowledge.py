from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from bot.cli import knowledge
from bot.cli._entry_view import print_entry
from bot.errors import BotError, KnowledgeError, SettingsError
from bot.knowledge.loader import load
from bot.store.texts import TextStore
from tests.bot.cli.conftest import START
from tests.bot.small_base import edit

ENTRIES = "knowledge/entries/growth.yml"


def test_finds_no_problem_where_there_is_none(call, project):
    ended = call(knowledge, "check")
    assert (ended.code, ended.out, ended.err) == (0, "4 entries in 2 languages: no problem found.\n", "")


def test_prints_every_problem_with_its_file(call, project):
    with edit(project / ENTRIES) as data:
        data["entries"]["number"]["references"][0]["locators"] = ["99", "20"]
        data["entries"]["costs"]["related"] = ["growth.nothing"]
    ended = call(knowledge, "check")
    assert ended.code == 1
    assert [line.split(": ")[:2] for line in ended.out.splitlines()] == [[ENTRIES, "costs"], [ENTRIES, "number"]]
    assert ended.err == "partnerguide: 2 problems in the knowledge base, listed above\n"


def test_names_the_entries_to_review(call, project):
    with edit(project / ENTRIES) as data:
        data["entries"]["number"]["valid_until"] = "2020-01-31"
    ended = call(knowledge, "check")
    assert (ended.code, ended.out.splitlines()[0]) == (0, "to review: growth.number was valid until 2020-01-31")


BROKEN = {
    "entries: [": r"line 1|line 2",
    "a: 1\na: 2\n": "'a' stands twice",
    "- a list": "must hold a mapping at its top",
    "": "must hold a mapping at its top",
}


@pytest.mark.parametrize(("content", "problem"), BROKEN.items())
def test_checks_a_file_that_is_no_yaml(call, project, content, problem):
    (project / ENTRIES).write_text(content)
    ended = call(knowledge, "check")
    assert (ended.code, ended.out.count("\n")) == (1, 1)
    assert re.match(rf"{ENTRIES}: .*({problem})", ended.out)


@pytest.mark.parametrize("command", [("stats",), ("coverage",), ("show", "growth.number"), ("search", "x")])
@pytest.mark.parametrize(("content", "problem"), BROKEN.items())
def test_names_the_file_that_is_no_yaml(call, project, command, content, problem):
    (project / ENTRIES).write_text(content)
    with pytest.raises(KnowledgeError, match=rf"{ENTRIES}: .*({problem})"):
        call(knowledge, *command)


def test_checks_a_folder_that_is_missing(call, settings):
    ended = call(knowledge, "check")
    assert (ended.code, ended.out) == (1, f"{settings.knowledge}: the folder of the knowledge base is missing\n")


@pytest.mark.parametrize("command", [("stats",), ("coverage",), ("show", "a.b"), ("search", "x")])
def test_says_that_the_folder_is_missing(call, settings, command):
    with pytest.raises(KnowledgeError, match="the folder of the knowledge base is missing; run the command in a full"):
        call(knowledge, *command)


def test_counts_entries_by_kind_topic_source_and_language(call, project):
    with edit(project / ENTRIES) as data:
        data["entries"]["costs"] |= {"references": [{"source": "A/RES/64/223", "locators": ["9"]}], "figures": {}}
    ended = call(knowledge, "stats")
    assert (ended.code, ended.err) == (0, "")
    assert re.match(r"version [0-9a-f]{12}: 4 entries, 1 figures\n", ended.out)
    tables = {table.splitlines()[0]: table.splitlines()[1:] for table in ended.out.split("\n\n")[1:]}
    assert tables["topic"] == ["      2  duties", "      2  growth"]
    assert tables["source"] == ["      2  A/RES/64/223", "      1  A/76/319", "      1  UNGC"]
    assert tables["language: texts"] == ["      4  en", "      4  zh"]
    assert tables["language: questions"] == ["     40  en", "     40  zh"]


def test_counts_the_places_that_are_cited(call, project):
    lines = call(knowledge, "coverage").out.splitlines()
    assert [re.findall(r"(\d+) (?:places|cited|uncovered)", line) for line in lines] == [
        ["2", "1", "1"],
        ["5", "4", "1"],
        ["13", "2", "11"],
    ]


def test_names_the_places_that_are_not_cited(call, project):
    lines = call(knowledge, "coverage", "--places").out.splitlines()
    assert [line.split(": ")[1] for line in lines if line.startswith("  ")] == [
        "principle 10",
        "22",
        "preamble, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12",
    ]


def test_shows_an_entry_in_every_language(call, project):
    ended = call(knowledge, "show", "growth.costs")
    assert (ended.code, ended.err) == (0, "")
    assert "{budget} = 1000000 usd, 2021: A/76/319 21" in ended.out
    assert "The project of the health agency had a budget of US$1 million." in ended.out
    assert "(company) Companies bear their own part." in ended.out
    assert "卫生机构的项目预算为100万美元。" in ended.out
    assert "  ? 疫苗项目要多少钱" in ended.out


@pytest.mark.parametrize("name", ["growth.nothing", "growth", "", "GROWTH.COSTS"])
def test_says_how_to_find_an_entry_that_is_not_there(call, project, name):
    with pytest.raises(BotError, match=f"no entry '{name}'; partnerguide knowledge search finds entries by words"):
        call(knowledge, "show", name)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["vaccine", "budget"], "growth.costs"),
        (["疫苗要多少钱"], "growth.costs"),
        (["precaution"], "duties.precaution"),
    ],
)
def test_finds_entries_by_words_of_either_language(call, project, words, first):
    ended = call(knowledge, "search", *words)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.split()[1] == first


def test_says_when_nothing_is_found(call, project):
    assert call(knowledge, "search", "qqqq") == (0, "Nothing found.\n", "")


def test_finds_as_many_as_asked_for(call, project):
    assert call(knowledge, "search", "vaccine", "partnership", "--limit", "1").out.count("\n") == 1


def _write_paragraphs(folder, *rows):
    folder.mkdir()
    path = folder / "paragraphs.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def test_renews_the_index_from_the_official_texts(call, project, tmp_path):
    _write_paragraphs(
        tmp_path / "texts",
        {"source": "UNGC", "locator": "principle 7", "zh": "原则7"},
        {"source": "UNGC", "locator": "principle 8", "zh": "共有3 200个"},
    )
    ended = call(knowledge, "index", "--sources", str(tmp_path / "texts"))
    assert ended == (0, "UNGC: 2 places\n", "")
    with edit(project / "knowledge/sources/compact.yml") as data:
        assert data["places"] == {"principle 7": [7], "principle 8": [3200]}


def test_takes_the_official_texts_from_the_settings(call, project, tmp_path):
    _write_paragraphs(tmp_path / "texts", {"source": "UNGC", "locator": "principle 7", "zh": "原则"})
    assert call(knowledge, "index", sources=tmp_path / "texts").out == "UNGC: 1 places\n"


def test_asks_for_the_official_texts(call, project):
    with pytest.raises(SettingsError, match="PARTNERGUIDE_SOURCES: set it, or pass --sources"):
        call(knowledge, "index")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read"),
        (b"no json", "must hold one JSON object a line"),
        (b"{}", "must hold one JSON object a line"),
        (b"[1]", "must hold one JSON object a line"),
        (b"\xff\xfe", "must hold one JSON object a line"),
    ],
)
def test_says_what_is_wrong_with_the_official_texts(call, project, tmp_path, content, problem):
    if content is not None:
        (tmp_path / "paragraphs.jsonl").write_bytes(content)
    before = (project / "knowledge/sources/compact.yml").read_bytes()
    with pytest.raises(KnowledgeError, match=f"paragraphs.jsonl: {problem}"):
        call(knowledge, "index", "--sources", str(tmp_path))
    assert (project / "knowledge/sources/compact.yml").read_bytes() == before


# With the official texts. -------------------------------------------------------------------------------------------

CARRIED = "某报告说过的一句很长很长的话在这里原封不动地又出现了一遍"


@pytest.fixture
def official(tmp_path):
    row = {"source": "A/76/319", "locator": "20", "section": "", "zh": f"据称{CARRIED}。", "en": "An English text."}
    (tmp_path / "paragraphs.jsonl").write_text(json.dumps(row), encoding="utf-8")
    return tmp_path


def test_lists_the_words_that_were_carried_over(call, project, official):
    with edit(project / "knowledge/texts/zh/growth.yml") as data:
        data["entries"]["number"]["answer"] += CARRIED
    assert call(knowledge, "check").code == 0
    for ended in (call(knowledge, "check", "--sources", str(official)), call(knowledge, "check", sources=official)):
        assert (ended.code, ended.out) == (
            1,
            f"knowledge/texts/zh/growth.yml: number: answer shares {len(CARRIED)} characters with A/76/319 20: "
            f"“{CARRIED}”\n",
        )


def test_finds_no_problem_in_own_words(call, project, official):
    ended = call(knowledge, "check", "--sources", str(official))
    assert (ended.code, ended.out) == (0, "4 entries in 2 languages: no problem found.\n")
    assert ended.err == f"compared with the official texts in {official} (en, zh)\n"


@pytest.mark.parametrize("command", [("check",), ("show", "growth.number")])
def test_says_that_the_folder_holds_no_official_texts(call, project, tmp_path, command):
    with pytest.raises(KnowledgeError, match="paragraphs.jsonl: there is no such file"):
        call(knowledge, *command, "--sources", str(tmp_path))


def test_shows_the_cited_places_of_the_official_texts(call, project, official):
    out = call(knowledge, "show", "growth.number", "--sources", str(official)).out
    assert out.endswith(f"\n── A/76/319 20 (en)\nAn English text.\n\n── A/76/319 20 (zh)\n据称{CARRIED}。\n")


def test_shows_the_cited_places_that_were_imported(call, project, settings, official):
    with TextStore.from_settings(settings) as store:
        store.replace("A/76/319", "en", [("20", "", "An imported text.")], START)
    assert call(knowledge, "show", "growth.number").out.endswith("\n── A/76/319 20 (en)\nAn imported text.\n")
    assert "── " not in call(knowledge, "show", "duties.invitation").out


def test_shows_an_entry_where_the_database_is_away(call, project):
    ended = call(knowledge, "show", "growth.number", database_url="postgresql://guide@127.0.0.1:1/guide")
    assert ended.code == 0
    assert ended.err.startswith("partnerguide: PostgreSQL at 127.0.0.1/guide cannot be used")


def test_prints_the_languages_side_by_side_on_a_wide_screen(project, settings):
    base = load(settings.knowledge)
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None)
    print_entry(base.entries["growth.costs"], base, {}, console)
    lines = console.file.getvalue().splitlines()
    assert [line for line in lines if "English" in line and "中文" in line]
    assert [line for line in lines if "What a vaccine project costs" in line and "疫苗项目的花费" in line]
