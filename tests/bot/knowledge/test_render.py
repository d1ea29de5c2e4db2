from __future__ import annotations

import dataclasses

import pytest

from bot.knowledge import render
from bot.knowledge.models import Reference
from bot.reply import Choice, Citation


def _answer(small, entry_id, **options):
    options = {"language": "en", "audience": "other", **options}
    return render.answer(small.entries[entry_id], small, **options)


def test_states_an_entry_with_its_figures_notes_and_sources(small):
    reply = _answer(small, "growth.number")
    assert reply.text == (
        "How many partnerships there are\n\n"
        "In 2021 there were 3,200 partnerships.\n\n"
        "As of 2021.\n\n"
        "Source: A/76/319 para. 20, box 1 (https://undocs.org/en/A/76/319)"
    )
    assert (reply.outcome, reply.intent, reply.entry) == ("answer", "faq/growth.number", "growth.number")
    assert (reply.language, reply.audience, reply.confidence) == ("en", "other", 0.0)


def test_states_it_in_the_other_language(small):
    assert _answer(small, "growth.number", language="zh").text == (
        "伙伴关系的数量\n\n2021年共有3200个伙伴关系。\n\n截至2021年。\n\n"
        "出处：A/76/319 第20段、方框1 (https://undocs.org/zh/A/76/319)"
    )


@pytest.mark.parametrize(("language", "note"), [("en", "Pages read in 2026."), ("zh", "网页读于2026年。")])
def test_says_when_undated_pages_were_read(small, language, note):
    entry = dataclasses.replace(small.entries["growth.number"], as_of=None, seen=2026)
    assert render.answer(entry, small, language=language, audience="other").notes == (note,)


def test_writes_the_official_wording_in_quotation_marks(small):
    assert _answer(small, "duties.precaution").body[0] == "“Businesses should support a precautionary approach”"


def test_writes_a_source_without_an_address(small):
    assert _answer(small, "duties.precaution").sources_line == "Source: UNGC principle 7"


@pytest.mark.parametrize(
    ("audience", "last"),
    [
        ("company", "Companies bear their own part."),
        ("un_staff", "Staff plan it early."),
        ("other", "- money\n- time"),
    ],
)
def test_adds_the_advice_for_the_audience(small, audience, last):
    reply = _answer(small, "growth.costs", audience=audience)
    assert (reply.body[-1], reply.audience) == (last, audience)
    assert reply.body[0] == "The project of the health agency had a budget of US$1 million."


def test_gives_the_longer_text_alone(small):
    reply = _answer(small, "growth.costs", part="more", audience="company")
    assert reply.body == ("The rest of the budget came later.",)
    assert [c.source for c in reply.citations] == ["A/76/319", "A/RES/64/223"]


def test_gives_the_answer_where_there_is_no_longer_text(small):
    assert _answer(small, "growth.number", part="more") == _answer(small, "growth.number")


def test_offers_related_entries_the_successor_first(small):
    entry = dataclasses.replace(
        small.entries["growth.costs"],
        superseded_by="duties.invitation",
        related=("growth.number", "gone.away", "duties.invitation", "duties.precaution"),
    )
    reply = render.answer(entry, small, language="zh", audience="other", choices=2)
    assert reply.choices == (
        Choice("大会邀请企业做什么", '/show_entry{"entry": "duties.invitation"}'),
        Choice("伙伴关系的数量", '/show_entry{"entry": "growth.number"}'),
    )


def test_falls_back_when_a_translation_is_missing(small):
    entry = small.entries["growth.number"]
    english = dataclasses.replace(entry, texts={"en": entry.texts["en"]})
    reply = render.answer(english, small, language="zh", audience="other")
    assert (reply.language, reply.title) == ("en", "How many partnerships there are")
    assert reply.citations[0].url == "https://undocs.org/en/A/76/319"


def test_says_when_an_entry_has_no_words_at_all(small):
    entry = dataclasses.replace(small.entries["growth.number"], texts={})
    with pytest.raises(KeyError, match="growth.number has no text"):
        render.text_of(entry, "en", small.languages)


def test_cites_ten_places_at_most(small):
    references = (
        Reference("A/RES/64/223", tuple(str(number) for number in range(1, 9))),
        Reference("A/76/319", ("20", "21", "22")),
        Reference("UNGC", ("principle 7",)),
    )
    cited = render.citations(references, small, "en")
    assert [(c.source, len(c.locators)) for c in cited] == [("A/RES/64/223", 8), ("A/76/319", 2)]


@pytest.mark.parametrize(
    ("locators", "english", "chinese"),
    [
        (("9",), "para. 9", "第9段"),
        (("9", "12"), "paras. 9, 12", "第9、12段"),
        (("box 6", "9", "12"), "paras. 9, 12, box 6", "第9、12段、方框6"),
        (("annex",), "annex", "附件"),
        (("table row 5", "preamble"), "table row 5, preamble", "表格第5行、序言部分"),
        (("principle 7",), "principle 7", "原则7"),
        (("unheard",), "unheard", "unheard"),
        ((), "", ""),
    ],
)
def test_writes_places_as_words(small, locators, english, chinese):
    written = [render.written_locators(locators, small.languages[code]) for code in ("en", "zh")]
    assert written == [english, chinese]


def test_names_every_document_in_the_sources_line(small):
    cited = (Citation("A/76/319", ("20",), "https://a"), Citation("UNGC", ()))
    assert render.sources_line(cited, small.languages["zh"]) == "出处：A/76/319 第20段 (https://a)；UNGC"
    assert render.sources_line((), small.languages["en"]) == ""


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("one", ("one",)),
        ("one\ntwo\n\nthree", ("one\ntwo", "three")),
        ("one\n- a\n- b\ntwo", ("one", "- a\n- b", "two")),
        ("- a\n- b", ("- a\n- b",)),
        ("one\n\n\n- a\n\n- b\n", ("one", "- a", "- b")),
        ("one  \n", ("one",)),
        ("", ()),
    ],
)
def test_parts_paragraphs_from_lists(block, expected):
    assert render.paragraphs(block) == expected


def test_leaves_other_braces_alone(small):
    entry = small.entries["growth.number"]
    language = small.languages["en"]
    assert render.fill("{partnerships} {} {A} { b }", entry, language) == "3,200 {} {A} { b }"
