"""Puts labelled questions to whatever reads them, one after the other, and observes what becomes of each."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence

from bot.evaluation.noise import Change, disturbed
from bot.evaluation.observations import Observation, decision_on, observed
from bot.evaluation.questions import LabelledQuestion
from bot.knowledge.joining import Reader
from bot.knowledge.loader import KnowledgeBase


def _nothing() -> None:
    return None


async def observe(
    questions: Sequence[LabelledQuestion],
    read: Reader,
    knowledge: KnowledgeBase,
    advance: Callable[[], None] = _nothing,
) -> list[Observation]:
    """Returns the observations of questions, in their order.

    Args:
        advance: called after each.
    """
    if questions:
        await read(questions[0].text)  # the first is slow: it builds what the others find
    found = []
    for question in questions:
        found.append(await _observe_one(question, read, knowledge))
        advance()
    return found


async def _observe_one(question: LabelledQuestion, read: Reader, knowledge: KnowledgeBase) -> Observation:
    started = time.perf_counter()
    understood = await read(question.text)
    decision = decision_on(understood, knowledge)
    latency_ms = (time.perf_counter() - started) * 1000
    return observed(question, understood, decision, latency_ms, knowledge)


async def observe_disturbed(
    plain: Sequence[Observation],
    disturbance: tuple[str, Change],
    seed: int,
    read: Reader,
    knowledge: KnowledgeBase,
    advance: Callable[[], None] = _nothing,
) -> list[tuple[Observation, Observation]]:
    """Returns what became of each question as it was asked, and disturbed; those that stay the same are left out."""
    pairs = []
    for before in plain:
        text = disturbed(before.question.text, *disturbance, seed)
        if text != before.question.text:
            question = dataclasses.replace(before.question, text=text)
            pairs.append((before, await _observe_one(question, read, knowledge)))
        advance()
    return pairs
