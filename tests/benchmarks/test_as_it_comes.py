"""The project that `rasa init` leaves to be filled in, filled with the guide's knowledge, as Rasa itself reads it."""

from __future__ import annotations

import pytest

from benchmarks.speed import as_it_comes
from bot.knowledge.loader import load
from tests.bot import small_base

# Rasa's YAML would read mark-up into the examples.
pytestmark = pytest.mark.filterwarnings("ignore:NLU data in Rasa JSON format is deprecated:FutureWarning")

IDS = {"growth.number", "growth.costs", "duties.precaution", "duties.invitation"}


@pytest.fixture
def knowledge(tmp_path):
    small_base.write(tmp_path / "source")
    return load(tmp_path / "source" / "knowledge")


@pytest.fixture
def project(tmp_path):
    place = tmp_path / "project"
    place.mkdir()
    return place


def _read(project):
    from rasa.shared.importers.importer import TrainingDataImporter

    return TrainingDataImporter.load_from_config(
        str(project / "config.yml"), str(project / "domain.yml"), [str(project / "data")]
    )


def test_makes_an_intent_a_response_and_a_rule_of_every_entry(knowledge, project):
    size = as_it_comes.write_project(project, knowledge)
    read = _read(project)
    domain, examples = read.get_domain(), read.get_nlu_data().intent_examples
    assert size == {"entries": len(IDS), "examples": len(examples)}
    assert {example.get("intent") for example in examples} == IDS
    assert set(domain.responses) == {f"utter_{each}" for each in IDS} | {"utter_please_rephrase"}
    rules = {
        step.block_name: [getattr(event, "intent_name", None) or event.action_name for event in step.events]
        for step in read.get_stories().story_steps
    }
    for each in (*IDS, "nlu_fallback"):
        response = "utter_please_rephrase" if each == "nlu_fallback" else f"utter_{each}"
        assert [name for name in rules[each] if name in (each, response)] == [each, response]


def test_takes_examples_of_both_languages_and_english_answers(knowledge, project):
    as_it_comes.write_project(project, knowledge)
    read = _read(project)
    entry = knowledge.entries["growth.number"]
    asked = [e.get("text") for e in read.get_nlu_data().intent_examples if e.get("intent") == entry.id]
    assert asked == [text for code in ("en", "zh") for text in (entry.texts[code].title, *entry.texts[code].questions)]
    said = read.get_domain().responses["utter_growth.number"][0]["text"]
    assert "3,200" in said
    assert "{" not in said


def test_leaves_the_policies_to_rasa_and_shortens_the_training(knowledge, project):
    as_it_comes.write_project(project, knowledge)
    config = _read(project).get_config()
    assert config["policies"] is None  # Rasa puts its own in where they are empty
    assert {part["epochs"] for part in config["pipeline"] if "epochs" in part} == {as_it_comes.EPOCHS}


def test_takes_a_part_of_the_knowledge_for_a_trial(knowledge, project):
    assert as_it_comes.write_project(project, knowledge, most=2)["entries"] == 2
    assert len({example.get("intent") for example in _read(project).get_nlu_data().intent_examples}) == 2
