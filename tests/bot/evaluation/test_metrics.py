from __future__ import annotations

import pytest

from bot.evaluation import metrics
from bot.evaluation.metrics import Confusion, TopicQuality
from tests.bot.evaluation.made import HALF_RIGHT, HOPELESS, PERFECT, content, greeting, missed, outside


@pytest.mark.parametrize(
    ("observations", "first", "in_three"),
    [(PERFECT, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)), (HOPELESS, (0.0,) * 3, (0.0,) * 3)]
    + [(HALF_RIGHT, (1.0, 0.5, 0.5), (1.0, 1.0, 1.0)), ([], (None,) * 3, (None,) * 3)],
    ids=["perfect", "hopeless", "half right", "nothing"],
)
def test_counts_topic_entry_and_place_at_the_first_ranks(observations, first, in_three):
    found = metrics.accuracy(observations)
    assert tuple(found[name]["at_1"] for name in ("topic", "entry", "place")) == first
    assert tuple(found[name]["at_3"] for name in ("topic", "entry", "place")) == in_three


def test_does_not_count_a_fourth_rank():
    assert metrics.accuracy([content(entry_rank=4)])["entry"] == {"at_1": 0.0, "at_3": 0.0}


def test_counts_verdicts_the_best_first_and_keeps_zeros():
    assert metrics.verdicts(HALF_RIGHT, "entry") == {
        "answered right": 1,
        "asked back, offered": 1,
        "not answered": 0,
        "asked back, not offered": 0,
        "answered wrong": 0,
    }
    assert list(metrics.verdicts(HALF_RIGHT, "outside").values()) == [1, 0, 1]


@pytest.mark.parametrize(
    ("observations", "error"),
    [(PERFECT, 0.0), (HOPELESS, 1.0), ([], None)]
    # 0.85 and 0.75 are right, 0.65 and 0.55 wrong, each alone in its bin.
    + [(HALF_RIGHT, (0.15 + 0.25 + 0.65 + 0.55) / 4)],
    ids=["perfect", "hopeless", "nothing", "half right"],
)
def test_weighs_how_far_confidence_is_from_the_truth(observations, error):
    found = metrics.calibration_error(metrics.calibration(observations))
    assert found == (None if error is None else pytest.approx(error))


def test_sorts_into_bins_whose_lower_edge_counts():
    bins = metrics.calibration([content(confidence=c) for c in (0.0, 0.09, 0.1, 0.95, 1.0)])
    assert [found.count for found in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bins[0].confidence, bins[0].right) == (pytest.approx(0.045), 1.0)
    assert (bins[2].confidence, bins[2].right) == (None, None)


def _point(observations, threshold):
    points = metrics.rejection_curve(observations, [threshold])
    found = next(point for point in points if point.threshold == threshold)
    return found.rejected, found.lost, found.right_lost


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(0.0, (0.5, 0.0, 0.0)), (0.555, (1.0, 0.0, 0.0)), (0.7, (1.0, 0.5, 0.0)), (0.9, (1.0, 1.0, 1.0))],
)
def test_draws_rejection_against_loss(threshold, expected):
    assert _point(HALF_RIGHT, threshold) == expected


def test_separates_perfectly_what_a_perfect_model_reads():
    assert _point(PERFECT, 0.5) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("observations", [[content()], [outside()]], ids=["no foreign ones", "only foreign ones"])
def test_draws_no_curve_without_both_sides(observations):
    assert metrics.rejection_curve(observations) == []


def test_lists_confusions_the_most_frequent_first():
    near = [content(n, entry_rank=2, found="growth.costs") for n in range(2)]
    observations = [content(), *near, *(missed(n) for n in range(3)), missed(found="greet", intent="greet")]
    assert metrics.confusions(observations, most=2) == [
        Confusion("growth.number", "duties.precaution", 3, same_place=False),
        Confusion("growth.number", "growth.costs", 2, same_place=True),
    ]
    assert metrics.confusions(PERFECT) == []


def test_tells_how_well_each_topic_is_recognised():
    taken = outside(intent="faq", found="growth.costs", verdict="out of scope, answered")
    observations = [content(1), content(2), missed(3), taken, greeting("greet")]
    assert metrics.topics(observations) == [TopicQuality("growth", 3, precision=2 / 3, recall=2 / 3)]
    assert metrics.topics([greeting("greet")]) == []


@pytest.mark.parametrize(
    ("times", "median", "p95"),
    [([], None, None), ([7], 7, 7), (range(1, 21), 10.5, 19), (range(1, 101), 50.5, 95)],
)
def test_takes_median_and_nearest_rank_of_the_times(times, median, p95):
    found = metrics.latency([content(latency_ms=time) for time in times])
    assert found == {"median_ms": median, "p95_ms": p95}
