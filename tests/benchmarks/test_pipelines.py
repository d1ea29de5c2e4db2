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


def test_gives_ours_a_dictionary_only_where_another_script_is_asked_in():
    assert "dictionaries" not in pipelines.ours()["pipeline"][-1]
    assert pipelines.ours(bilingual=True)["pipeline"][-1]["dictionaries"] == {"zh": "cc-cedict"}
