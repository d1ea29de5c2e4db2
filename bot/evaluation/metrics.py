"""The measures of a set of observations, each a pure function; shares are 0-1, None where there is nothing to count."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.evaluation.observations import ENTRY_VERDICTS, OUTSIDE_VERDICTS, Observation
from bot.evaluation.questions import Kind

_BINS = 10
_STEPS = 100
_P95 = 0.95


@dataclass(frozen=True)
class Bin:
    """The observations whose confidence lies from `start` on and below `end`: how sure, and how often right."""

    start: float
    end: float
    count: int
    confidence: float | None
    right: float | None


@dataclass(frozen=True)
class CurvePoint:
    """If nothing below `threshold` were answered: the shares that this would reject.

    `rejected` is of what is out of scope, `lost` of the questions of content, `right_lost` of those among them whose
    first entry is right.
    """

    threshold: float
    rejected: float
    lost: float
    right_lost: float


@dataclass(frozen=True)
class Confusion:
    """An entry and what was found in its place, with how often; `same_place` where both rest on the same place."""

    wanted: str
    found: str
    count: int
    same_place: bool


@dataclass(frozen=True)
class TopicQuality:
    """How well the questions of a topic are recognised: `precision` of what is taken for it, `recall` of what is."""

    topic: str
    asked: int
    precision: float | None
    recall: float | None


def of_kind(observations: Iterable[Observation], kind: Kind) -> list[Observation]:
    """Returns the observations of questions of one kind."""
    return [observation for observation in observations if observation.question.kind == kind]


def share(hits: Sequence[bool]) -> float | None:
    """Returns the share of hits."""
    return sum(hits) / len(hits) if hits else None


def accuracy(observations: Iterable[Observation]) -> dict[str, dict[str, float | None]]:
    """Returns the share of questions with the right topic, entry, answer and place first, and in the first three."""
    asked = of_kind(observations, "entry")
    ranks = {
        "topic": [o.topic_rank for o in asked],
        "entry": [o.entry_rank for o in asked],
        "answer": [o.answer_rank for o in asked],
        "place": [o.place_rank for o in asked],
    }
    return {
        name: {f"at_{most}": share([1 <= rank <= most for rank in those]) for most in (1, 3)}
        for name, those in ranks.items()
    }


def verdicts(observations: Iterable[Observation], kind: Kind) -> dict[str, int]:
    """Returns how often each verdict was given on questions of one kind, the best verdict first."""
    counts = Counter(o.verdict for o in of_kind(observations, kind))
    order = {"entry": ENTRY_VERDICTS, "outside": OUTSIDE_VERDICTS}.get(kind, tuple(sorted(counts)))
    return {verdict: counts[verdict] for verdict in order}


def confusions(observations: Iterable[Observation], most: int = 20) -> list[Confusion]:
    """Returns what was found most often in place of the wanted entry."""
    missed = [o for o in of_kind(observations, "entry") if o.found != o.question.wanted]
    counts = Counter((o.question.wanted, o.found, o.is_first_right) for o in missed)
    order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Confusion(wanted, found, count, same) for (wanted, found, same), count in order[:most]]


def topics(observations: Iterable[Observation]) -> list[TopicQuality]:
    """Returns how well each topic is recognised among all that was asked, by its name."""
    every = list(observations)
    pairs = [(_topic(o.question.wanted) if o.question.kind == "entry" else "", _topic(o.found)) for o in every]
    names = sorted({wanted for wanted, _ in pairs if wanted})
    return [
        TopicQuality(
            name,
            asked=sum(wanted == name for wanted, _ in pairs),
            precision=share([wanted == name for wanted, found in pairs if found == name]),
            recall=share([found == name for wanted, found in pairs if wanted == name]),
        )
        for name in names
    ]


def _topic(label: str) -> str:
    """Returns the topic of an entry, empty for any other label."""
    topic, dot, _ = label.partition(".")
    return topic if dot else ""


def calibration(observations: Sequence[Observation], bins: int = _BINS) -> list[Bin]:
    """Returns bins of equal width over the confidence, with how often the first label was right in each."""
    members: list[list[Observation]] = [[] for _ in range(bins)]
    for observation in observations:
        members[min(int(observation.confidence * bins), bins - 1)].append(observation)
    return [
        Bin(
            number / bins,
            (number + 1) / bins,
            len(those),
            statistics.fmean(o.confidence for o in those) if those else None,
            share([o.is_first_right for o in those]),
        )
        for number, those in enumerate(members)
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Returns the expected calibration error: how far confidence and share of right lie apart, weighed by the bins.

    Source: Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI 2015.
    """
    total = sum(found.count for found in bins)
    if not total:
        return None
    gaps = (b.count * abs(b.confidence - b.right) for b in bins if b.confidence is not None and b.right is not None)
    return sum(gaps) / total


def rejection_curve(observations: Sequence[Observation], extra: Iterable[float] = ()) -> list[CurvePoint]:
    """Returns a point per threshold from 0 to 1, and for the thresholds in `extra`; empty without both kinds."""
    inside, outside = of_kind(observations, "entry"), of_kind(observations, "outside")
    if not inside or not outside:
        return []
    right = [o for o in inside if o.is_first_right]
    thresholds = sorted({*(step / _STEPS for step in range(_STEPS + 1)), *extra})
    return [
        CurvePoint(t, _below(outside, t), _below(inside, t), _below(right, t) if right else 0.0) for t in thresholds
    ]


def _below(observations: Sequence[Observation], threshold: float) -> float:
    # What is no question of content is never answered, whatever the threshold.
    return sum(not o.is_content or o.score < threshold for o in observations) / len(observations)


def latency(observations: Sequence[Observation]) -> dict[str, float | None]:
    """Returns the median and the 95th percentile (nearest rank) of the time from text to decision, in milliseconds."""
    times = sorted(o.latency_ms for o in observations)
    if not times:
        return {"median_ms": None, "p95_ms": None}
    nearest = max(0, -(-len(times) * round(_P95 * 100) // 100) - 1)
    return {"median_ms": statistics.median(times), "p95_ms": times[nearest]}
