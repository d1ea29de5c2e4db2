from __future__ import annotations

import json

import pytest

from bot.evaluation.summary import noise_row, question_row, summary_of
from tests.bot.evaluation.made import HALF_RIGHT, content, greeting, missed, outside


def test_sums_up_the_observations_of_a_language():
    found = summary_of([*HALF_RIGHT, greeting("greet"), greeting("thank")], {})
    assert found["questions"] == {"entry": 2, "outside": 2, "intent": 2}
    assert found["intents"] == {"intent right": 1, "intent wrong": 1}
    assert found["out_of_scope"]["out of scope, answered"] == 1
    assert found["noise"] == []
    assert json.loads(json.dumps(found)) == found


def test_marks_the_thresholds_on_the_curve_and_the_decision_beside_it():
    rejection = summary_of(HALF_RIGHT, {})["rejection"]
    assert (rejection["answer_from"], rejection["choices_from"]) == (0.2, 0.1)
    assert {0.1, 0.2} <= {point["threshold"] for point in rejection["curve"]}
    assert rejection["decided"] == {"rejected": 0.5, "lost": 0.5}
    assert summary_of([content()], {})["rejection"]["decided"] is None


def test_says_what_a_disturbance_costs():
    pairs = [(content(1), missed(1)), (content(2), content(2)), (missed(3), missed(3)), (missed(4), content(4))]
    foreign = [(outside(1), outside(1, verdict="out of scope, answered"))]
    row = noise_row("typos", [*pairs, (content(5), missed(5)), *foreign])
    assert (row["name"], row["changed"]) == ("typos", 6)
    assert row["place_at_1"] == {"before": 0.6, "after": 0.4, "loss": pytest.approx(0.2)}
    assert row["declined"] == {"before": 1.0, "after": 0.0, "loss": 1.0}
    assert row["examples"] == ["question 1", "question 3", "question 5"]


def test_leaves_out_a_disturbance_that_changes_nothing():
    assert summary_of(HALF_RIGHT, {"traditional": [], "typos": [(content(), content())]})["noise"][0]["name"] == "typos"


def test_writes_a_question_with_what_became_of_it():
    row = question_row(content(1, confidence=0.5))
    assert (row["text"], row["wanted"], row["verdict"]) == ("question 1", "growth.number", "answered right")
    assert (row["confidence"], row["place_rank"], row["latency_ms"]) == (0.5, 1, 5.0)
