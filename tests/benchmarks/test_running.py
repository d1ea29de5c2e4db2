from __future__ import annotations

import json

import pytest

from benchmarks.nlu.running import answer_of, training_file
from benchmarks.nlu.sets import Example


# The form will leave with Rasa 4; the benchmark, like the guide, is of Rasa 3.6.
@pytest.mark.filterwarnings("ignore:NLU data in Rasa JSON format is deprecated:FutureWarning")
def test_writes_examples_that_rasa_reads_as_they_are(tmp_path):
    from rasa.shared.nlu.training_data.loading import load_data

    examples = [Example("pay [5](amount) now?", "pay/fee"), Example("我的卡\n在哪", "card")]
    path = tmp_path / "nlu.json"
    path.write_text(training_file(examples), encoding="utf-8")
    read = [(m.get("text"), m.get("intent")) for m in load_data(str(path)).training_examples]
    assert read == [("pay [5](amount) now?", "pay__fee"), ("我的卡\n在哪", "card")]
    assert json.loads(path.read_text(encoding="utf-8"))


def test_looks_past_the_fallback_of_a_pipeline():
    rows = [("nlu_fallback", 0.3), ("pay", 0.28), ("card", 0.1)]
    parsed = {"intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in rows]}
    answer = answer_of(parsed, 1.5, 1.0)
    assert (answer.ranking, answer.confidence, answer.latency_ms) == (("pay", "card"), 0.28, 1.5)


def test_takes_no_ranking_for_no_answer():
    answer = answer_of({"intent_ranking": []}, 1.0, 1.0)
    assert (answer.ranking, answer.confidence) == ((), 0.0)
