from __future__ import annotations

import dataclasses

import pytest

from bot.flows.hearing import Heard, Words, pressed, reads_as_question, typed
from bot.flows.state import begin
from bot.knowledge.loader import load
from tests.bot.flows.conftest import after
from tests.bot.small_base import ROOT

CHOICE, CHOICES, YES_NO, TEXT = ((), ("skill",), ("money",), ("money", "affirmed"))


@pytest.mark.parametrize(
    ("before", "text", "heard"),
    [
        (CHOICE, "1", Heard("answer", "money")),
        (CHOICE, "２", Heard("answer", "skill")),
        (CHOICE, "skill of STAFF", Heard("answer", "skill")),
        (CHOICE, "员工技能", Heard("answer", "skill")),
        (CHOICE, "cash", Heard("answer", "money")),
        (CHOICE, "we would rather give the skill of staff", Heard("answer", "skill")),
        (CHOICE, "3", Heard("other")),
        (CHOICE, "1, 2", Heard("other")),
        (CHOICE, "which one is best?", Heard("other")),
        (CHOICES, "1, 3", Heard("answer", ["law", "code"])),
        (CHOICES, "1和2", Heard("answer", ["law", "care"])),
        (CHOICES, "1and3", Heard("answer", ["law", "code"])),
        (CHOICES, "1 with 3", Heard("other")),
        (CHOICES, "law and software", Heard("answer", ["law", "code"])),
        (CHOICES, "法律、软件", Heard("answer", ["law", "code"])),
        (CHOICES, "护理", Heard("answer", ["care"])),
        (YES_NO, "yes", Heard("answer", "affirmed")),
        (YES_NO, "No, never", Heard("answer", "denied")),
        (YES_NO, "not sure", Heard("answer", "unsure")),
        (YES_NO, "not sure about that", Heard("answer", "unsure")),
        (YES_NO, "Norway", Heard("other")),
        (YES_NO, "没有", Heard("answer", "denied")),
        (YES_NO, "不确定", Heard("answer", "unsure")),
        (YES_NO, "是的，去年开始", Heard("answer", "affirmed")),
        (TEXT, "whatever we want to say", Heard("answer", "whatever we want to say")),
        (TEXT, "x" * 61, Heard("too_long", 61)),
        (TEXT, "yes", Heard("answer", "yes")),
        (CHOICE, "skip", Heard("skip")),
        (TEXT, "跳过", Heard("skip")),
        (CHOICE, "Why?", Heard("why")),
        (CHOICE, "?", Heard("why")),
        (YES_NO, "为什么", Heard("why")),
        (YES_NO, "go back", Heard("back")),
        (TEXT, "取消", Heard("cancel")),
        (YES_NO, "change my answer on the kind", Heard("change", "kind")),
        (YES_NO, "修改我对种类的回答", Heard("change", "kind")),
        (YES_NO, "change an answer", Heard("change_which")),
    ],
)
def test_understands_what_is_typed(flow, guided, before, text, heard):
    assert typed(flow, after(flow, *before), guided.flow_words, Words(text)) == heard


def test_believes_the_model_where_the_words_are_in_no_list(flow, guided):
    message = Words("I'd rather leave that one alone", "skip_question", 0.9)
    assert typed(flow, begin(flow, "terminal"), guided.flow_words, message) == Heard("skip")


def test_takes_a_question_for_no_answer_unless_one_was_asked_for(flow, guided):
    state = after(flow, *TEXT)
    assert typed(flow, state, guided.flow_words, Words("what is it?", is_question=True)) == Heard("other")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is it", True),
        ("it is what?", True),
        ("原则7是什么", True),
        ("Islands of hope", False),
        ("我们送货", False),
    ],
)
def test_tells_a_question_by_its_signs(guided, text, expected):
    assert reads_as_question(text, guided.flow_words) is expected


@pytest.mark.parametrize(
    ("before", "step", "value", "heard"),
    [
        (CHOICE, "gift.kind", "money", Heard("answer", "money")),
        (CHOICES, "gift.skills", "law", Heard("pick", "law")),
        (CHOICES, "gift.kind", "money", Heard("stale")),
        (CHOICE, "other.kind", "money", Heard("stale")),
        (CHOICE, "gift.kind", "gold", Heard("stale")),
        (CHOICE, "gift.kind", ":skip", Heard("skip")),
        (CHOICES, "gift.kind", ":skip", Heard("stale")),
        (CHOICES, "gift.kind", ":cancel", Heard("cancel")),
        (CHOICES, "gift.skills", ":change.kind", Heard("change", "kind")),
        (CHOICES, "gift.skills", ":change.words", Heard("change_which")),
        (CHOICE, "gift.kind", ":nonsense", Heard("stale")),
    ],
)
def test_understands_buttons_and_refuses_those_of_another_question(flow, before, step, value, heard):
    assert pressed(flow, after(flow, *before), step, value) == heard


def test_takes_every_label_of_the_product_for_the_option_it_stands_on():
    knowledge = load(ROOT / "knowledge")
    wrong = [
        (flow.name, step.id, label)
        for flow in knowledge.flows.values()
        for step in flow.steps.values()
        if step.kind in ("choice", "choices")
        for text in flow.texts.values()
        for option, label in text.labels[step.id].items()
        if typed(
            flow, dataclasses.replace(begin(flow, "terminal"), at=step.id), knowledge.flow_words, Words(label)
        ).value
        not in (option, [option])
    ]
    assert wrong == []
