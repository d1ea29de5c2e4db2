from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from bot.dialogue.door import Message
from bot.knowledge.loader import load
from bot.knowledge.selection import Question
from bot.store.replayed import PastTurn, PastTurnStore
from bot.teaching.replaying import replay
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.conftest import project_root  # noqa: F401  # a fixture

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")
START = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
#: What is said one after the other; the second and the last go on with the question before.
SAID = (
    "what does the vaccine project cost",
    "and the money?",
    "hello",
    "how many partnerships are there",
    "and in 2021?",
)


@pytest.fixture
def dialogue(project_root, tmp_path):  # noqa: F811
    with small_front.opened(small_front.settings_for(project_root, tmp_path / "var")) as opened:
        yield opened


def test_comes_to_what_people_were_answered_with_the_same_model(dialogue):
    async def talk():
        for number, text in enumerate(SAID):
            await dialogue.ask(Message("one person", "terminal", text, message_id=str(number)))

    asyncio.run(talk())
    with PastTurnStore.from_settings(dialogue.settings) as past:
        turns = past.newest(10, DAY)

    async def read(text, *, as_one=False):
        return Question.from_parsed(await dialogue.read(text, as_one=as_one))

    both = read, partial(read, as_one=True)
    found = asyncio.run(replay(turns, *both, dialogue.knowledge, DAY))
    answered = {turn.id: turn.entry for turn in turns if turn.is_replayed and turn.outcome == "answer"}
    assert {id: found[id].outcome for id in answered} == answered
    assert [turn.text for turn in turns if turn.is_replayed and found[turn.id].leans] == [SAID[1], SAID[4]]
    # Torn out of its conversation the same message is another question.
    alone = [turn for turn in turns if turn.text == SAID[4]]
    assert [one.leans for one in asyncio.run(replay(alone, *both, dialogue.knowledge, DAY)).values()] == [False]


def turn(number, text, minutes, **values):
    defaults = {"intent": "faq/growth.costs", "outcome": "answer", "entry": "growth.costs", "is_replayed": True}
    return PastTurn(str(number), "c", START + timedelta(minutes=minutes), text, **{**defaults, **values})


@pytest.mark.parametrize(
    ("first", "minutes", "expected"),
    [
        ({}, 1, ["what is it", "who?", "what is it who?"]),
        ({}, 3000, ["what is it", "who?"]),  # forgotten by then
        ({"outcome": "fallback", "entry": ""}, 1, ["what is it", "who?"]),  # nothing to lean on
        ({"intent": "show_entry", "is_replayed": False}, 1, ["who?", "what is it who?"]),
        ({"intent": "affirm", "is_replayed": False}, 1, ["who?"]),
    ],
)
def test_reads_a_question_with_what_its_conversation_remembered(project, first, minutes, expected):
    texts = []

    async def read(text):
        texts.append(text)
        return Question(text, "faq", 0.5, (("growth.costs", 0.5),))

    turns = [turn(0, "what is it", 0, **first), turn(1, "who?", minutes)]
    asyncio.run(replay(turns, read, read, load(project.knowledge), DAY))
    assert texts == expected
