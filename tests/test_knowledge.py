"""The real knowledge base: without a problem, faithful to the official wording, short enough, its figures there."""

from __future__ import annotations

import datetime

import pytest

from bot.knowledge import checks, render
from bot.knowledge.loader import KnowledgeBase, load
from bot.knowledge.numbers import format_figure
from bot.reply import MAX_LOCATORS, MAX_TEXT_CHARACTERS
from tests.conftest import ROOT

KNOWLEDGE: KnowledgeBase = load(ROOT / "knowledge")
LANGUAGES = list(KNOWLEDGE.languages)
AUDIENCES = ["other", "company", "un_staff"]

# The official English wording of the Ten Principles of the UN Global Compact. Older and freer wordings are in
# circulation ("within their sphere of influence" in the first, no "greater" in the eighth): it counts to the letter.
PRINCIPLES = {
    1: "Businesses should support and respect the protection of internationally proclaimed human rights",
    2: "make sure that they are not complicit in human rights abuses",
    3: (
        "Businesses should uphold the freedom of association and the effective recognition of the right to collective "
        "bargaining"
    ),
    4: "the elimination of all forms of forced and compulsory labour",
    5: "the effective abolition of child labour",
    6: "the elimination of discrimination in respect of employment and occupation",
    7: "Businesses should support a precautionary approach to environmental challenges",
    8: "undertake initiatives to promote greater environmental responsibility",
    9: "encourage the development and diffusion of environmentally friendly technologies",
    10: "Businesses should work against corruption in all its forms, including extortion and bribery",
}


def test_has_no_problem():
    assert checks.check(ROOT / "knowledge") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", PRINCIPLES)
def test_quotes_each_principle_to_the_letter(number, language):
    entry = KNOWLEDGE.entries[f"ten_principles.principle_{number}"]
    assert entry.texts[language].quote == PRINCIPLES[number]
    assert ("UNGC", f"principle {number}") in [(r.source, place) for r in entry.references for place in r.locators]


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_no_other_wording_of_a_principle(language):
    quoted = {text.quote for entry in KNOWLEDGE.entries.values() for text in [entry.texts[language]] if text.quote}
    of_principles = {
        entry.texts[language].quote
        for entry in KNOWLEDGE.entries.values()
        if entry.texts[language].quote and any(r.source == "UNGC" for r in entry.references)
    }
    assert of_principles <= set(PRINCIPLES.values())
    assert of_principles <= quoted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", PRINCIPLES)
def test_shows_the_wording_to_everybody(number, language):
    entry = KNOWLEDGE.entries[f"ten_principles.principle_{number}"]
    for audience in AUDIENCES:
        reply = render.answer(entry, KNOWLEDGE, language=language, audience=audience)
        assert PRINCIPLES[number] in reply.body[0]


def _replies(language):
    for entry in KNOWLEDGE.entries.values():
        for audience in AUDIENCES:
            for part in ("answer", "more"):
                yield entry, render.answer(entry, KNOWLEDGE, language=language, audience=audience, part=part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_keeps_every_reply_short(language):
    long = [(r.entry, r.audience, len(r.text)) for _, r in _replies(language) if len(r.text) >= MAX_TEXT_CHARACTERS]
    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_cites_every_place_of_an_entry_and_ten_at_most(language):
    for entry, reply in _replies(language):
        cited = [(c.source, locator) for c in reply.citations for locator in c.locators]
        assert cited == [(r.source, locator) for r in entry.references for locator in r.locators], entry.id
        assert 1 <= len(cited) <= MAX_LOCATORS, entry.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_writes_every_figure_out(language):
    for entry in KNOWLEDGE.entries.values():
        replies = [
            render.answer(entry, KNOWLEDGE, language=language, audience=audience, part=part).text
            for audience in AUDIENCES
            for part in ("answer", "more")
        ]
        for name, figure in entry.figures.items():
            written = format_figure(figure, KNOWLEDGE.languages[language])
            assert any(written in text for text in replies), f"{entry.id}: {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_leaves_no_brace_and_no_markup(language):
    marks = ("{", "}", "**", "](")
    left = [
        (r.entry, mark) for _, r in _replies(language) for mark in marks if mark in r.text.replace(r.sources_line, "")
    ]
    assert left == []


def test_holds_a_place_for_every_citation():
    for entry in KNOWLEDGE.entries.values():
        for reference in entry.references:
            assert set(reference.locators) <= set(KNOWLEDGE.sources[reference.source].places), entry.id


def test_offers_a_way_on_from_every_entry_that_is_no_term():
    assert [e.id for e in KNOWLEDGE.entries.values() if not e.is_term and not e.related] == []


def test_says_since_when_a_superseded_fact_is_old():
    undated = [e.id for e in KNOWLEDGE.entries.values() if e.superseded_by and not e.as_of]
    assert undated == []


def test_reviews_dates_that_are_real():
    for entry in KNOWLEDGE.entries.values():
        if entry.valid_until:
            assert datetime.date.fromisoformat(entry.valid_until) > datetime.date(2026, 1, 1)
