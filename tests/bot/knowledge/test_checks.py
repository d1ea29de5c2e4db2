from __future__ import annotations

import datetime
import shutil

import pytest

from bot.knowledge.checks import check, expired, unconfirmed
from bot.knowledge.loader import load
from tests.bot import small_base


def test_finds_nothing_in_a_base_without_problem(folder):
    assert check(folder) == []


def _fact(entry, key, value):
    """Sets one fact of an entry of topic growth; a value of None removes it."""

    def change(data):
        if value is None:
            del data["entries"][entry][key]
        else:
            data["entries"][entry][key] = value

    return "entries/growth.yml", change


def _figure(key, value):
    def change(data):
        data["entries"]["number"]["figures"]["partnerships"][key] = value

    return "entries/growth.yml", change


def _words(language, entry, key, value):
    def change(data):
        if value is None:
            del data["entries"][entry][key]
        else:
            data["entries"][entry][key] = value

    return f"texts/{language}/growth.yml", change


def _top(file, key, value):
    def change(data):
        if value is None:
            del data[key]
        else:
            data[key] = value

    return file, change


def _inside(file, outer, key, value):
    def change(data):
        if value is None:
            del data[outer][key]
        else:
            data[outer][key] = value

    return file, change


_SEVEN = [f"way {letter} to ask" for letter in "abcdefg"]

#: What is broken in the small base → the problem that must be told.
BROKEN = [
    # The shape of the files.
    (_top("entries/growth.yml", "more", 1), "knowledge/entries/growth.yml: top: Additional properties"),
    (_fact("number", "kind", "story"), "knowledge/entries/growth.yml: entries.number.kind: 'story' is not one of"),
    (_fact("number", "references", None), "knowledge/entries/growth.yml: entries.number: 'references' is a required"),
    (_fact("number", "valid_until", "soon"), "knowledge/entries/growth.yml: entries.number.valid_until: 'soon' does"),
    (_words("en", "number", "title", "x"), "knowledge/texts/en/growth.yml: entries.number.title: 'x' is too short"),
    (_words("zh", "number", "answer", None), "knowledge/texts/zh/growth.yml: entries.number: 'answer' is a required"),
    (_top("sources/report.yml", "kind", "novel"), "knowledge/sources/report.yml: kind: 'novel' is not one of"),
    (_top("languages/en.yml", "as_of", "Then."), "knowledge/languages/en.yml: as_of: 'Then.' does not match"),
    (_inside("organisations/en.yml", "organisations", "who", []), "knowledge/organisations/en.yml: organisations.who:"),
    # Names of files.
    (_top("entries/growth.yml", "topic", "other"), "knowledge/entries/growth.yml: topic is 'other', but the file's"),
    (_top("texts/en/growth.yml", "language", "zh"), "knowledge/texts/en/growth.yml: language is 'zh', but the file's"),
    (
        _top("languages/en.yml", "code", "zh"),
        "knowledge/languages/en.yml: code is 'zh', but the file's place says 'en'",
    ),
    (
        _top("organisations/en.yml", "language", "zh"),
        "knowledge/organisations/en.yml: language is 'zh', but the file's place says 'en'",
    ),
    # Languages.
    (
        _inside("languages/en.yml", "sources", "UNGC", None),
        "knowledge/languages/en.yml: sources: no title for UNGC",
    ),
    (
        _inside("languages/zh.yml", "sources", "A/1", "某文件"),
        "knowledge/languages/zh.yml: sources: A/1 is no source",
    ),
    (
        _inside("sources/report.yml", "places", "chapter 3", []),
        "knowledge/languages/en.yml: locators: no words for 'chapter'",
    ),
    (_words("en", "unheard", "title", "x"), "knowledge/texts/en/growth.yml: unheard: no such entry in entries/growth"),
    (
        _top("sources/report.yml", "procedural", {"99": "only thanks somebody"}),
        "knowledge/sources/report.yml: procedural: no place '99'",
    ),
    (
        _top("sources/report.yml", "procedural", {"20": "only thanks somebody"}),
        "knowledge/sources/report.yml: procedural: '20' is cited by an entry",
    ),
    # Organisations.
    (
        _inside("organisations/zh.yml", "organisations", "who", None),
        "knowledge/organisations/zh.yml: who: missing",
    ),
    (
        _fact("number", "entities", {"organisation": ["nato"]}),
        "knowledge/entries/growth.yml: number: organisation 'nato' stands in no organisations file",
    ),
    # Citations.
    (
        _fact("number", "references", [{"source": "A/1", "locators": ["20"]}]),
        "knowledge/entries/growth.yml: number: 'A/1' is no source",
    ),
    (
        _fact("number", "references", [{"source": "A/76/319", "locators": ["20", "99"]}]),
        "knowledge/entries/growth.yml: number: A/76/319 has no place '99'",
    ),
    (
        _fact(
            "number",
            "references",
            [
                {"source": "A/76/319", "locators": ["20"]},
                {"source": "A/RES/64/223", "locators": [str(number) for number in range(1, 11)]},
            ],
        ),
        "knowledge/entries/growth.yml: number: cites more than 10 places",
    ),
    (_fact("number", "related", ["growth.nothing"]), "knowledge/entries/growth.yml: number: 'growth.nothing' is no"),
    (_fact("number", "related", ["growth.number"]), "knowledge/entries/growth.yml: number: 'growth.number' is no oth"),
    (_fact("number", "superseded_by", "growth.new"), "knowledge/entries/growth.yml: number: 'growth.new' is no other"),
    # Figures.
    (
        _figure("value", 3201),
        "knowledge/entries/growth.yml: number: figure partnerships: 3201 does not stand at A/76/3",
    ),
    (_figure("locator", "99"), "knowledge/entries/growth.yml: number: figure partnerships: A/76/319 has no place '99'"),
    (_figure("source", "A/1"), "knowledge/entries/growth.yml: number: figure partnerships: A/1 has no place '20'"),
    (
        _figure("locator", "21"),
        "knowledge/entries/growth.yml: number: figure partnerships: A/76/319 21 is not among the entry's references",
    ),
    (_figure("unit", "furlong"), "knowledge/languages/en.yml: numbers.units: no words for 'furlong'"),
    (
        _words("zh", "number", "answer", "2021年共有许多个伙伴关系。"),
        "knowledge/texts/zh/growth.yml: number: does not use the figure {partnerships}",
    ),
    (
        _words("en", "number", "answer", "There were {partnerships} of {kinds}."),
        "knowledge/texts/en/growth.yml: number: {kinds} is no figure of the entry",
    ),
    # Words.
    (
        _words("en", "number", "answer", "In 2021 {partnerships}, of which 444 were new."),
        "knowledge/texts/en/growth.yml: number: the number 444 stands at no cited place",
    ),
    (
        _words("zh", "number", "answer", "2021年共有{partnerships}个，价值5亿。"),
        "knowledge/texts/zh/growth.yml: number: the number 500000000 stands at no cited place",
    ),
    (
        _words("en", "costs", "audience", {"company": "words for companies"}),
        "knowledge/texts/en/growth.yml: costs: has no words for the audience un_staff, another language has",
    ),
    (_words("zh", "costs", "more", None), "knowledge/texts/zh/growth.yml: costs: has no `more`, another language has"),
    (
        _words("en", "number", "questions", _SEVEN[:5]),
        "knowledge/texts/en/growth.yml: entries.number.questions: ['way a to ask'",
    ),
    (
        _words("en", "number", "answer", "{partnerships} " + "many words " * 80),
        "knowledge/texts/en/growth.yml: number: the reply (answer, other) has",
    ),
    (
        _words("en", "costs", "audience", {"company": "so on " * 66, "un_staff": "short words"}),
        "knowledge/texts/en/growth.yml: costs: the reply (answer, company) has",
    ),
    (
        _words("en", "costs", "more", "so on " * 166),
        "knowledge/texts/en/growth.yml: costs: the reply (more, other) has",
    ),
    # Questions.
    (
        _words("zh", "number", "questions", None),
        "knowledge/texts/zh/growth.yml: number: has fewer than 6 questions",
    ),
    (
        _words("en", "number", "questions", [*_SEVEN, "Budget of the   VACCINE project?!"]),
        "is also a question of",
    ),
]


@pytest.mark.parametrize(("broken", "problem"), BROKEN, ids=[problem for _, problem in BROKEN])
def test_tells_what_is_wrong(folder, broken, problem):
    file, change = broken
    if "the reply" in problem:  # long answers within the schema: the whole reply counts, not a part
        _lengthen_other_parts(folder)
    if "unheard" in problem:
        with small_base.edit(folder / file) as data:
            data["entries"]["unheard"] = dict(data["entries"]["number"], questions=_SEVEN)
    else:
        with small_base.edit(folder / file) as data:
            change(data)
    problems = check(folder)
    assert [p for p in problems if problem in p] != [], problems
    assert problems == sorted(problems)
    assert all(p.startswith("knowledge/") and "\n" not in p for p in problems)


def _lengthen_other_parts(folder):
    """Lets source addresses fill most of a reply, so that a text the schema allows makes it too long."""
    with small_base.edit(folder / "sources" / "report.yml") as data:
        data["url"] = "https://undocs.org/" + "x" * 1150
    assert check(folder) == []


def test_tells_every_problem_at_once(folder):
    for (file, change), problem in BROKEN:
        if "is no other" in problem or "is no figure" in problem or "no title" in problem:
            with small_base.edit(folder / file) as data:
                change(data)
    assert len(check(folder)) >= 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tells_an_entry_without_words(folder, language):
    with small_base.edit(folder / "texts" / language / "growth.yml") as data:
        del data["entries"]["costs"]
    assert check(folder) == [f"knowledge/texts/{language}/growth.yml: costs: missing"]


def test_tells_an_entry_without_words_in_any_language(folder):
    for language in ("en", "zh"):
        with small_base.edit(folder / "texts" / language / "growth.yml") as data:
            del data["entries"]["costs"]
    assert check(folder) == [f"knowledge/texts/{code}/growth.yml: costs: missing" for code in ("en", "zh")]


def test_lets_a_draft_language_lack_entries(folder):
    with small_base.edit(folder / "languages" / "zh.yml") as data:
        data["status"] = "draft"
    with small_base.edit(folder / "texts" / "zh" / "growth.yml") as data:
        del data["entries"]["costs"]
    assert check(folder) == []


def _make_term(folder):
    with small_base.edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["kind"] = "term"


def test_asks_no_questions_of_a_term(folder):
    _make_term(folder)
    for code in ("en", "zh"):
        with small_base.edit(folder / "texts" / code / "growth.yml") as data:
            del data["entries"]["number"]["questions"]
    assert check(folder) == []


def test_tells_when_a_question_asks_for_a_term(folder):
    _make_term(folder)
    with small_base.edit(folder / "texts" / "en" / "growth.yml") as data:
        data["entries"]["costs"]["questions"].append("What is partnership count")
    assert check(folder) == [
        "knowledge/texts/en/growth.yml: costs: 'What is partnership count' is also a question of growth.number"
    ]


def test_tells_when_the_folder_is_missing(tmp_path):
    assert check(tmp_path / "nothing") == [f"{tmp_path / 'nothing'}: the folder of the knowledge base is missing"]


def test_tells_words_without_facts(folder):
    shutil.copy(folder / "texts" / "en" / "growth.yml", folder / "texts" / "en" / "lonely.yml")
    assert check(folder) == ["knowledge/texts/en/lonely.yml: entries/lonely.yml is missing"]


def test_tells_words_without_a_language(folder):
    (folder / "languages" / "zh.yml").unlink()
    assert check(folder) == [
        f"knowledge/texts/zh/{topic}.yml: languages/zh.yml is missing" for topic in ("duties", "growth")
    ]


@pytest.mark.parametrize("content", ["a: [", "a: 1\na: 2", "- a", ""])
@pytest.mark.parametrize(
    "file", ["entries/growth.yml", "texts/zh/growth.yml", "sources/report.yml", "languages/en.yml"]
)
def test_goes_on_after_a_file_that_cannot_be_read(folder, file, content):
    (folder / file).write_text(content)
    with small_base.edit(folder / "organisations" / "en.yml") as data:
        del data["language"]
    problems = check(folder)
    assert [problem for problem in problems if problem.startswith(f"knowledge/{file}: ")] != []
    assert "knowledge/organisations/en.yml: top: 'language' is a required property" in problems


@pytest.mark.parametrize(
    "words",
    [
        "A/RES/70/224, JIU/REP/2017/8, 64/223 and 70 (II)",
        "SDG 17, SDGs 3, Goal 5, principle 9, principles 1, 2 and 3, paras. 12",
        "the 2030 Agenda, COVID-19",
        "可持续发展目标5、目标6、第8项原则、原则1、2和3、第44段、2030年议程",
    ],
)
def test_takes_names_for_names(folder, words):
    with small_base.edit(folder / "texts" / "en" / "growth.yml") as data:
        data["entries"]["number"]["answer"] = f"{{partnerships}} {words}"
    assert check(folder) == []


@pytest.mark.parametrize("words", ["paragraph 9 and 10, of 2009", "at most 2000 of them"])
def test_takes_numbers_that_stand_at_a_cited_place(folder, words):
    with small_base.edit(folder / "entries" / "duties.yml") as data:
        data["entries"]["invitation"]["references"][0]["locators"] = ["9", "10", "preamble"]
    with small_base.edit(folder / "texts" / "en" / "duties.yml") as data:
        data["entries"]["invitation"]["answer"] = words
    assert check(folder) == []


def test_takes_a_figure_with_a_reason(folder):
    with small_base.edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["figures"]["partnerships"] |= {"value": 33, "basis": "a third of the hundred"}
    assert check(folder) == []


def test_names_expired_entries_oldest_first(folder):
    for topic, name, date in (
        ("growth", "number", "2026-02-01"),
        ("growth", "costs", "2026-01-31"),
        ("duties", "invitation", "2026-02-02"),
    ):
        with small_base.edit(folder / "entries" / f"{topic}.yml") as data:
            data["entries"][name]["valid_until"] = date
    assert expired(load(folder), datetime.date(2026, 2, 2)) == ["growth.costs", "growth.number"]


def test_names_entries_under_a_customary_name(folder):
    with small_base.edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["origin"] = "customary"
        data["entries"]["costs"]["origin"] = "official"
    assert unconfirmed(load(folder)) == ["growth.number"]
