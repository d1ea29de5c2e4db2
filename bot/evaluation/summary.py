"""From observations to the data of a report, as plain JSON-ready mappings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bot.evaluation import metrics
from bot.evaluation.observations import Observation
from bot.evaluation.questions import Kind

_SHOWN_EXAMPLES = 3
Pairs = Sequence[tuple[Observation, Observation]]


def summary_of(observations: Sequence[Observation], noise: dict[str, Pairs]) -> dict[str, Any]:
    """Returns every measure of the observations of one language.

    Args:
        noise: by its name, what became of each question before and after.
    """
    inside, outside = (metrics.verdicts(observations, kind) for kind in ("entry", "outside"))
    bins = metrics.calibration(observations)
    answer_from = max((o.answer_from for o in observations), default=0.0)
    choices_from = max((o.choices_from for o in observations), default=0.0)
    return {
        "questions": {kind: len(metrics.of_kind(observations, kind)) for kind in _KINDS},
        "accuracy": metrics.accuracy(observations),
        "decisions": inside,
        "out_of_scope": outside,
        "intents": metrics.verdicts(observations, "intent"),
        "rejection": {
            "answer_from": answer_from,
            "choices_from": choices_from,
            "curve": [
                dataclasses.asdict(p) for p in metrics.rejection_curve(observations, (answer_from, choices_from))
            ],
            "decided": _decided(inside, outside),
        },
        "calibration": {
            "error": metrics.calibration_error(bins),
            "bins": [dataclasses.asdict(found) for found in bins],
        },
        "confusions": [dataclasses.asdict(confusion) for confusion in metrics.confusions(observations)],
        "latency": metrics.latency(observations),
        "noise": [noise_row(name, pairs) for name, pairs in noise.items() if pairs],
    }


_KINDS: tuple[Kind, ...] = ("entry", "outside", "intent")


def noise_row(name: str, pairs: Pairs) -> dict[str, Any]:
    """Returns what a disturbance costs on the questions that it changes; a gain is a loss below zero."""
    before, after = ([pair[number] for pair in pairs] for number in (0, 1))
    row: dict[str, Any] = {"name": name, "changed": len(pairs)}
    for measure, of in _NOISE_MEASURES.items():
        was, now = of(before), of(after)
        loss = None if was is None or now is None else was - now
        row[measure] = {"before": was, "after": now, "loss": loss}
    row["examples"] = [now.question.text for _, now in pairs[:: max(1, len(pairs) // _SHOWN_EXAMPLES)]][
        :_SHOWN_EXAMPLES
    ]
    return row


def question_row(observation: Observation) -> dict[str, Any]:
    """Returns one question with what became of it."""
    row = dataclasses.asdict(observation)
    return {**row.pop("question"), **row}


def _share_of(kind: Kind, verdict: str, observations: Sequence[Observation]) -> float | None:
    return metrics.share([o.verdict == verdict for o in metrics.of_kind(observations, kind)])


def _place_first(observations: Sequence[Observation]) -> float | None:
    return metrics.accuracy(observations)["place"]["at_1"]


_NOISE_MEASURES: dict[str, Callable[[Sequence[Observation]], float | None]] = {
    "place_at_1": _place_first,
    "answered_right": partial(_share_of, "entry", "answered right"),
    "declined": partial(_share_of, "outside", "declined"),
}


def _decided(inside: dict[str, int], outside: dict[str, int]) -> dict[str, float] | None:
    """Returns where the decision as a whole, with all its thresholds, stands beside the curve."""
    asked, foreign = sum(inside.values()), sum(outside.values())
    if not asked or not foreign:
        return None
    answered = inside["answered right"] + inside["answered wrong"]
    return {
        "rejected": 1 - outside["out of scope, answered"] / foreign,
        "lost": 1 - answered / asked,
    }
