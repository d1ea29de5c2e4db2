from __future__ import annotations

import pytest

from bot.sources.cutting import cut, join
from bot.sources.reading import Document
from tests.bot.sources import files


def _cut(text, language, kind="report", *, is_wrapped=True, names=()):
    places = cut(Document(tuple(text.split("\n")), is_wrapped), kind, language, names)
    return {place.locator: place.text for place in places}


def test_cuts_a_report_into_its_places(small):
    assert _cut(files.REPORT_ZH, small.languages["zh"]) == {
        "summary": "这是摘要。",
        "1": "第一段写到这里还没有完。",
        "box 1": "标题在此\n方框的正文比标题要长一些，说明某件事情。",
        "2": "第二段。",
        "annex": "开发署\n世卫组织",
    }


def test_cuts_a_resolution_with_its_preamble(small):
    names = ("A/RES/64/223", "64/223")
    assert _cut(files.RESOLUTION, small.languages["en"], "resolution", names=names) == {
        "preamble": "64/223. Towards global partnerships The General Assembly, "
        "Recalling the many years in which it has been said that all of this is of use,",
        "1": "Notes that the work is done by those who have the time for it;",
        "2": "Decides that:\n(a) It will meet again in the year that comes after this one;\n"
        "(b) The cost of 3.5 million is to be borne by all;",
        "3": "Asks for a report on what has been done.",
    }


def test_names_the_section_of_each_place(small):
    text = "I. Introduction\n1. One.\n II. The matter\n2. Two.\nA. A part of it\n3. Three."
    places = cut(Document(tuple(text.splitlines()), is_wrapped=True), "report", small.languages["en"])
    assert [(place.locator, place.section) for place in places] == [
        ("1", "I. Introduction"),
        ("2", "II. The matter"),
        ("3", "II. The matter / A. A part of it"),
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("1. One.\n1. a\n2. b\n2. Two.", ["1", "2"]),  # a list inside a paragraph
        ("1. One\n3.5 million.\n2. Two.", ["1", "2"]),
        ("1. One.\n3. Three.\n4. Four.", ["1", "3", "4"]),  # a number was lost
        ("1. One.\n30. days later\n2. Two.", ["1", "2"]),
        ("1. 甲。\n2《乙》说明。\n3. 丙。", ["1", "2", "3"]),  # a stop was lost
        ("1. 甲，见第\n2《乙》说明。\n2. 丙。", ["1", "2"]),
        ("1．甲。\n2、乙。", ["1", "2"]),
        ("No numbers at all.", []),
    ],
)
def test_knows_paragraphs_by_their_numbers(small, text, places):
    assert list(_cut(text, small.languages["zh"])) == places


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("1. 甲还没\n__________\n 1 见某处。\n又一行\nhttps://undocs.org/ch/A/1\n 有完。\n2. 乙。", "甲还没有完。"),
        ("1. 甲还没\nA/76/319\n5\n21-11735 (C)\n3/20\n有完。\n2. 乙。", "甲还没有完。"),
        ("1. 甲乙丙丁戊己庚辛壬癸还没有\n60%\n增加\n减少\n 完。\n2. 乙。", "甲乙丙丁戊己庚辛壬癸还没有完。"),
        ("1. 《宣言》\n1\n 确定的。\n2. 乙。", "《宣言》确定的。"),
        ("1. **甲**<sup>2</sup>。\n<sup>2</sup> 同上。\n2. 乙。", "甲。"),
        ("1. a state-\nowned firm\n2. 乙。", "a state-owned firm"),
    ],
)
def test_leaves_out_what_is_printed_around_the_text(small, text, first):
    assert _cut(text, small.languages["zh"], names=("A/76/319",))["1"] == first


def test_ends_a_footnote_with_its_page(small):
    text = "1. One goes\n__________\n1 See there.\nand more of it\n\f\non.\n2. Two."
    assert _cut(text, small.languages["en"])["1"] == "One goes on."


TABLE = """\
1. One.
| Partner | Aim | Plan |
|---|---|---|
| 1. States<br>(all) | <ol><li>lead</li></ol> | talk |
| 2. Cities | grow | build |

| Partner | Aim | Plan |
|---|---|---|
| | and lend | |
2. Two."""


def test_cuts_the_numbered_rows_of_a_table(small):
    assert _cut(TABLE, small.languages["en"]) == {
        "1": "One.",
        "table row 1": "States\n(all)\nAim:\nlead\nPlan:\ntalk",
        "table row 2": "Cities\nAim:\ngrow\nand lend\nPlan:\nbuild",  # goes on after the end of a page
        "2": "Two.",
    }


def test_takes_the_words_of_the_language(small):
    assert list(_cut("SUMMARY\nShort.\n1. One.\nBox 2\nA box.\nAnnex II\nA list.", small.languages["en"])) == [
        "summary", "1", "box 2", "annex",
    ]  # fmt: skip
    assert list(_cut("SUMMARY\nShort.\n1. One.\nBox 2\nA box.", small.languages["zh"])) == ["1"]


def test_keeps_the_paragraphs_of_a_document_that_is_not_wrapped(small):
    text = "1. One begins\nand goes on in a second paragraph."
    assert _cut(text, small.languages["en"], is_wrapped=False) == {
        "1": "One begins\nand goes on in a second paragraph."
    }


@pytest.mark.parametrize(
    ("lines", "text"),
    [(["甲", "乙"], "甲乙"), (["one", "two"], "one two"), (["甲", "UNDP"], "甲UNDP"), (["", " "], ""), ([], "")],
)
def test_joins_lines_as_their_script_joins_words(lines, text):
    assert join(lines, is_wrapped=True) == text
