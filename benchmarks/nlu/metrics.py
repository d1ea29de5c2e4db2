"""What is measured of a run, as pure functions; shares are 0-1, times in milliseconds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_BINS = 10


@dataclass(frozen=True)
class Answer:
    """What a pipeline said of one message: the intents from likeliest on, and how sure it is of the first (0-1).

    `latency_ms` is the time it took, `cpu_ms` that of the processor, which others on the machine do not lengthen much.
    """

    ranking: tuple[str, ...]
    confidence: float
    latency_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class OutsideRecall:
    """The share of messages out of scope below the threshold that costs `lost` of all messages in scope."""

    lost: float
    threshold: float
    caught: float


def accuracy(answers: Sequence[Answer], wanted: Sequence[str], first: int = 1) -> float:
    """Returns the share of messages whose wanted intent is among the `first` ones.

    Raises:
        ValueError: there are no messages, or not as many answers as wanted intents.
    """
    if not answers:
        raise ValueError("no message to measure on")
    return statistics.fmean(label in a.ranking[:first] for a, label in zip(answers, wanted, strict=True))


def outside_recall(
    answers: Sequence[Answer], wanted: Sequence[str], outside: Sequence[Answer], lost: float
) -> OutsideRecall:
    """Returns what is caught when right answers to `lost` of the messages in scope are given up for it.

    The threshold is read off these very messages, as the point that can be reached; whoever sets one beforehand will
    be a little off it.
    """
    right = sorted(a.confidence for a, label in zip(answers, wanted, strict=True) if a.ranking[:1] == (label,))
    # Answers below the threshold are given up: so many, and not one more.
    given_up = int(lost * len(answers) + 1e-9)
    threshold = right[given_up] if given_up < len(right) else float("inf")
    return OutsideRecall(lost, threshold, statistics.fmean(a.confidence < threshold for a in outside))


def calibration_error(answers: Sequence[Answer], wanted: Sequence[str]) -> float:
    """Returns how far confidence and share of right lie apart, over ten bins weighed by what they hold.

    Source: Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI 2015.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for answer, label in zip(answers, wanted, strict=True):
        held = bins[min(int(answer.confidence * _BINS), _BINS - 1)]
        held.append((answer.confidence, answer.ranking[:1] == (label,)))
    gaps = (abs(sum(confidence - right for confidence, right in held)) for held in bins)
    return sum(gaps) / len(answers)


def latency(answers: Sequence[Answer]) -> dict[str, float]:
    """Returns the median and the 95th percentile (nearest rank) of the time a message took, and the processor's."""
    times = sorted(a.latency_ms for a in answers)
    return {
        "median_ms": statistics.median(times),
        "p95_ms": times[max(0, -(-len(times) * 95 // 100) - 1)],
        "median_cpu_ms": statistics.median(a.cpu_ms for a in answers),
    }
