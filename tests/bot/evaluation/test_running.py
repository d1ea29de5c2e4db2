from __future__ import annotations

import pytest

from bot.evaluation.questions import read_questions
from bot.evaluation.running import observe, observe_disturbed
from bot.knowledge.selection import Question


async def _read(text: str) -> Question:
    """Understands what is written in small letters."""
    if text.islower() or not text.isascii():
        return Question(text, "faq", 0.9, (("growth.number", 0.9),))
    return Question(text, "out_of_scope", 0.9, ())


@pytest.fixture
def questions(folder, knowledge):
    return read_questions(folder, knowledge, language="en")


async def test_observes_every_question_in_order(questions, knowledge):
    moved = []
    found = await observe(questions, _read, knowledge, lambda: moved.append(1))
    assert [(o.question, o.verdict) for o in found] == list(
        zip(questions, ["answered right", "answered right", "answered wrong", "out of scope, answered"], strict=True)
    )
    assert len(moved) == 4
    assert all(observation.latency_ms > 0 for observation in found)


async def test_observes_nothing_where_nothing_is_asked(knowledge):
    assert await observe([], _read, knowledge) == []


async def test_asks_again_only_what_is_changed(questions, knowledge):
    plain = await observe(questions, _read, knowledge)
    moved = []
    pairs = await observe_disturbed(
        plain,
        ("shouting", lambda text, _: text.upper() if "how" in text else text),
        1,
        _read,
        knowledge,
        lambda: moved.append(1),
    )
    assert [(before.question.text, after.question.text) for before, after in pairs] == [("how many", "HOW MANY")]
    assert [(before.verdict, after.verdict) for before, after in pairs] == [("answered right", "not answered")]
    assert len(moved) == 4
