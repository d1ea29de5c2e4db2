"""Observations built by hand, and sets of them with known measures."""

from __future__ import annotations

from typing import Any

from bot.evaluation.observations import Observation
from bot.evaluation.questions import LabelledQuestion

_RANKS = ("topic_rank", "entry_rank", "answer_rank", "place_rank")
_RIGHT = {"verdict": "answered right", "found": "growth.number", **dict.fromkeys(_RANKS, 1)}


def content(number: int = 0, **values: Any) -> Observation:
    """A question of content, understood and answered unless `values` say otherwise."""
    question = LabelledQuestion("en", values.pop("text", f"question {number}"), "entry", "growth.number")
    return _observation(question, **{**_RIGHT, **values})


def missed(number: int = 0, **values: Any) -> Observation:
    """A question of content of which nothing was understood, answered all the same."""
    nowhere = dict.fromkeys(_RANKS, 0)
    return content(number, **{"verdict": "answered wrong", "found": "duties.precaution", **nowhere, **values})


def outside(number: int = 0, **values: Any) -> Observation:
    """A message out of scope, declined unless `values` say otherwise."""
    question = LabelledQuestion("en", values.pop("text", f"weather {number}"), "outside")
    defaults = {"intent": "out_of_scope", "found": "out_of_scope", "verdict": "declined"}
    return _observation(question, **{**defaults, **values})


def greeting(intent: str) -> Observation:
    """A greeting that was read as `intent`."""
    verdict = "intent right" if intent == "greet" else "intent wrong"
    return _observation(
        LabelledQuestion("en", "hello", "intent", "greet"), intent=intent, found=intent, verdict=verdict
    )


def _observation(question: LabelledQuestion, **values: Any) -> Observation:
    defaults = {
        "intent": "faq",
        "entries": (),
        "confidence": 1.0,
        "latency_ms": 5.0,
        "answer_from": 0.2,
        "choices_from": 0.1,
    }
    return Observation(question, **{**defaults, **values})


PERFECT = [content(1), content(2), outside(1, confidence=1.0), outside(2, confidence=1.0)]
HOPELESS = [
    missed(1, confidence=1.0),
    missed(2, confidence=1.0),
    *(outside(n, intent="faq", found="growth.costs", verdict="out of scope, answered") for n in (1, 2)),
]
HALF_RIGHT = [
    content(1, confidence=0.85),
    content(2, confidence=0.65, entry_rank=2, place_rank=2, found="growth.costs", verdict="asked back, offered"),
    outside(1, confidence=0.75),
    outside(2, intent="faq", found="growth.costs", confidence=0.55, verdict="out of scope, answered"),
]
