from __future__ import annotations

from benchmarks.nlu import pipelines


def _epochs(config):
    return {c["name"]: c["epochs"] for c in config["pipeline"] if "epochs" in c}


def test_takes_the_default_pipeline_from_rasa_itself():
    config = pipelines.default()
    names = [component["name"] for component in config["pipeline"]]
    assert names[0] == "WhitespaceTokenizer"
    assert names[-1] == "FallbackClassifier"
    assert _epochs(config) == {"DIETClassifier": 100, "ResponseSelector": 100}


def test_shortens_the_default_pipeline_on_demand_only():
    assert _epochs(pipelines.default(15)) == {"DIETClassifier": 15, "ResponseSelector": 15}


def test_takes_the_tokenizer_and_the_classifier_of_this_project():
    names = [component["name"] for component in pipelines.ours()["pipeline"]]
    assert names == ["bot.nlu.tokenizer.BilingualTokenizer", "bot.nlu.meaning_classifier.MeaningIntentClassifier"]
