from __future__ import annotations

import dataclasses

import pytest

from bot.flows.pages import Block, paged
from bot.flows.result import chosen_items
from bot.flows.saying import Teller, joined
from bot.flows.state import RESULT, begin
from bot.knowledge.models import Reference
from bot.reply import MAX_TEXT_CHARACTERS, Choice, Reply
from tests.bot.flows.conftest import after


@pytest.mark.parametrize("language", ["en", "zh"])
def test_asks_with_options_ways_out_and_sources(guided, flow, language):
    reply = Teller(flow, guided, language).say(begin(flow, "terminal"))
    text, labels = flow.texts[language], guided.flow_words[language].labels
    assert text.intro in reply.body
    assert text.questions["kind"] in reply.body
    assert [choice.label for choice in reply.choices] == [
        *text.labels["kind"].values(),
        *(labels[name] for name in ("why", "skip", "cancel")),
    ]
    assert reply.citations[0].source == "A/76/319"
    assert (reply.outcome, reply.language, reply.intent) == ("flow", language, "flow/gift.kind")


def test_gives_the_reason_when_asked(flow, teller):
    reply = teller.say(dataclasses.replace(begin(flow, "terminal"), remark="why"))
    assert reply.body[0] == flow.texts["en"].whys["kind"]


def test_shows_every_answer_before_it_goes_on(flow, teller):
    reply = teller.say(after(flow, "skill", ["law", "code"], None, "our own words"))
    assert "Skills: Law; Software" in reply.text
    assert "Openness: (skipped)" in reply.text
    assert "Own words: our own words" in reply.text


def test_offers_every_answer_for_correction(flow, teller):
    reply = teller.change_which(after(flow, "skill", ["law"]))
    assert [choice.label for choice in reply.choices][:2] == ["Kind", "Skills"]
    assert ":change.kind" in reply.choices[0].payload


def test_says_what_fits_why_and_where_it_stands(flow, teller):
    state = dataclasses.replace(after(flow, "skill", ["law"], "affirmed", None), phase=RESULT)
    text = teller.say(state).text
    assert "Work together. Speaks for it: Skill of staff; Openness: Yes. [A/76/319 para. 20]" in text
    assert "A gift." not in text
    assert "the UN entity you want to work with" in text
    assert guided_phrase(teller, "no_verdict") in text


def guided_phrase(teller, name):
    return teller.knowledge.flow_words["en"].phrases[name]


def test_leaves_out_what_fits_less_than_half_as_well(flow):
    wide = dataclasses.replace(flow.sections["fit"], take=2)
    both = dataclasses.replace(flow, sections={"fit": wide})
    assert [item.id for item, _ in chosen_items(both, after(both, "skill", None, "affirmed"))["fit"]] == ["work"]


def test_puts_an_answer_in_between_before_the_buttons_of_the_flow(flow, teller):
    answer = Reply(outcome="answer", language="en", body=("It is so.",), choices=(Choice("More", "/ask_more"),))
    reply = joined(answer, teller.waiting(begin(flow, "terminal")))
    assert reply.body == ("It is so.",)
    assert "What do you give?" in reply.notes[-1]
    assert reply.choices[0].label == "Money"
    assert reply.choices[-1].payload == "/ask_more"
    full = dataclasses.replace(answer, body=("x" * 1590,))
    assert len(joined(full, teller.waiting(begin(flow, "terminal"))).text) < MAX_TEXT_CHARACTERS


def _compose(blocks):
    return Reply(outcome="flow", language="en", body=tuple(block.text for block in blocks))


def test_cuts_pages_by_length_and_by_places_and_repeats_the_heading():
    places = [Reference("A/1", tuple(str(number) for number in range(6))), Reference("A/2", ("1", "2", "3", "4", "5"))]
    blocks = [Block("Head", heading=True), *(Block("- point", (place,)) for place in places), Block("- " + "x" * 1590)]
    pages = paged(blocks, _compose)
    assert [[block.text[:5] for block in page] for page in pages] == [
        ["Head", "- poi"],
        ["Head", "- poi"],
        ["Head", "- xxx"],
    ]
