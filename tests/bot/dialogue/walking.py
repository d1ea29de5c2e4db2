"""One conversation that takes its way through guided flows; shared by the tests of them."""

from __future__ import annotations

import pytest

from bot.dialogue.door import Dialogue
from tests.bot.dialogue.conftest import Talk

FLOWS = ("partnership_form", "readiness", "screening", "idea_check", "quiz", "ask_person")
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
MARKER = "MARKERFISH"
GREETING = {"en": "Good morning, I need some help please", "zh": "你好，请帮忙"}
QUESTION = {"en": "What is principle 7?", "zh": "原则7是什么？"}
OTHER = {"en": "zh", "zh": "en"}
SAYS = {
    "en": {"skip": "skip", "back": "go back", "why": "why?", "cancel": "cancel", "yes": "yes", "finish": "finish"},
    "zh": {"skip": "跳过", "back": "上一题", "why": "为什么", "cancel": "取消", "yes": "对", "finish": "结束"},
}
FORM = '/start_flow{"flow": "partnership_form"}'


class Walk(Talk):
    """One conversation that can begin a flow and take its way through it."""

    def __init__(self, dialogue: Dialogue, language: str) -> None:
        super().__init__(dialogue)
        self.language = language
        self.seen = []

    async def send(self, **values):
        values = {"language_hint": self.language, **values}
        reply = await super().send(**values)
        self.seen.append(reply)
        return reply

    async def begin(self, flow):
        return await self.send(command=f'/start_flow{{"flow": "{flow}"}}', text="button")

    def words(self, reply=None):
        """What can be said to the last reply: the words of every flow."""
        return self.dialogue.knowledge.flow_words[(reply or self.seen[-1]).language]

    async def answer(self, reply):
        """Answers a question as somebody does who presses the first button, or writes a line."""
        flow, _, step = reply.intent.removeprefix("flow/").partition(".")
        asked = self.dialogue.knowledge.flows[flow].steps[step]
        if asked.kind == "text":
            return await self.say(f"{MARKER} 12")
        if asked.kind == "choices":
            await self.press(reply.choices[0].payload)
            done = next(c for c in self.seen[-1].choices if c.label == self.words().labels["done"])
            return await self.press(done.payload)
        return await self.press(reply.choices[0].payload)

    async def to_the_end(self, reply):
        """Answers question after question; returns the summary, or the result where there is none."""
        for _ in range(40):
            if reply.intent.endswith((".summary", ".result")):
                return reply
            reply = await self.answer(reply)
        raise AssertionError("the flow does not end")

    def choice(self, name):
        return next(c.payload for c in self.seen[-1].choices if c.label == self.words().labels[name])


def step_of(reply):
    return reply.intent.rpartition(".")[2]
