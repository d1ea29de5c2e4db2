from __future__ import annotations

import pytest

from benchmarks.nlu.metrics import Answer, accuracy, calibration_error, latency, outside_recall


def _said(*pairs):
    return [Answer(tuple(ranking.split()), confidence, 1.0, 1.0) for ranking, confidence in pairs]


ANSWERS = _said(("a b c", 0.9), ("a b c", 0.8), ("b a c", 0.7), ("c b a", 0.6))
WANTED = ["a", "a", "a", "a"]


@pytest.mark.parametrize(("first", "share"), [(1, 0.5), (2, 0.75), (3, 1.0)])
def test_counts_the_wanted_intent_among_the_first(first, share):
    assert accuracy(ANSWERS, WANTED, first) == share


def test_does_not_measure_nothing_or_unequal_lists():
    with pytest.raises(ValueError, match="no message"):
        accuracy([], [])
    with pytest.raises(ValueError, match="shorter"):
        accuracy(ANSWERS, WANTED[:2])


def test_counts_an_empty_ranking_as_wrong():
    assert accuracy([Answer((), 0.0, 1.0, 1.0)], ["a"]) == 0


def test_catches_what_lies_below_the_threshold_that_costs_no_more_than_allowed():
    inside = _said(*(("a", confidence / 100) for confidence in range(1, 101)))
    outside = _said(*(("a", confidence / 100 - 0.005) for confidence in range(1, 11)))
    found = outside_recall(inside, ["a"] * 100, outside, 0.03)
    # Answers of 0.01, 0.02 and 0.03 are given up; from 0.04 on they are kept.
    assert found.threshold == 0.04
    assert found.caught == 0.4
    assert sum(a.confidence < found.threshold for a in inside) == 3


def test_gives_up_right_answers_only_so_that_wrong_ones_cost_nothing():
    inside = _said(("b", 0.1), ("b", 0.2), ("a", 0.5), ("a", 0.9))
    found = outside_recall(inside, WANTED, _said(("a", 0.4), ("a", 0.6)), 0.0)
    assert (found.threshold, found.caught) == (0.5, 0.5)


def test_catches_everything_when_everything_may_be_given_up():
    assert outside_recall(ANSWERS, WANTED, _said(("a", 0.99)), 1.0).caught == 1


def test_weighs_the_gap_between_confidence_and_share_of_right():
    assert calibration_error(_said(("a", 0.75), ("b", 0.75)), ["a", "a"]) == pytest.approx(0.25)
    assert calibration_error(_said(("a", 1.0), ("b", 0.0)), ["a", "a"]) == 0


def test_takes_median_and_95th_percentile():
    times = [Answer(("a",), 1.0, float(ms), ms / 2) for ms in range(1, 101)]
    assert latency(times) == {"median_ms": 50.5, "p95_ms": 95.0, "median_cpu_ms": 25.25}
