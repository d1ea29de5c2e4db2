"""Which flow somebody asks for in words."""

from __future__ import annotations

from bot.knowledge.flows import Flow
from bot.text.normal import normalise
from bot.text.tokens import tokenise

#: A flow is opened from this likeness on (0-1), if the next one is this much less like; else all are offered.
_LIKE, _LEAD = 0.5, 0.1


def named_flow(text: str, flows: dict[str, Flow]) -> str:
    """Returns the name of the flow whose title or ways to ask for it the words resemble; empty where none clearly."""
    said = _pairs(text)
    ranked = sorted(
        ((max((_likeness(said, _pairs(example)) for example in _examples(flow)), default=0.0), flow.name))
        for flow in flows.values()
    )
    if not ranked or ranked[-1][0] < _LIKE:
        return ""
    runner_up = ranked[-2][0] if len(ranked) > 1 else 0.0
    return ranked[-1][1] if ranked[-1][0] - runner_up >= _LEAD else ""


def _examples(flow: Flow) -> list[str]:
    return [example for text in flow.texts.values() for example in (text.title, *text.start)]


def _pairs(text: str) -> set[str]:
    """Returns the words of a text and the pairs of neighbours among them."""
    words = [token.text for token in tokenise(normalise(text).text) if token.text.isalnum()]
    return {*words, *(f"{first} {second}" for first, second in zip(words, words[1:], strict=False))}


def _likeness(one: set[str], other: set[str]) -> float:
    """Returns Dice's coefficient of two sets of features (0-1)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
