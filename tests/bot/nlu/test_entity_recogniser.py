from __future__ import annotations

import json

import pytest

from bot.nlu.entity_recogniser import EntityRecogniser

TEXT = "Does WHO follow principle 7? 第９段, 肯尼亞, 64/223"


@pytest.fixture(scope="module")
def expected(recogniser):
    return [
        {
            "entity": found.entity,
            "value": found.value,
            "start": found.start,
            "end": found.end,
            "confidence_entity": 1.0,
            "extractor": "EntityRecogniser",
        }
        for found in recogniser.find(TEXT)
    ]


def test_adds_the_entities_of_a_message(train, say, expected):
    output = say(TEXT, train(EntityRecogniser).load())
    assert output["entities"] == expected
    assert {e["entity"] for e in expected} == {"organisation", "principle", "paragraph", "country", "document"}


def test_keeps_the_entities_of_others(train):
    from rasa.shared.nlu.training_data.message import Message

    message = Message.build(text="WHO")
    message.set("entities", [{"entity": "other", "value": "x"}])
    train(EntityRecogniser).load().process([message])
    assert [e["entity"] for e in message.get("entities")] == ["other", "organisation"]


def test_gives_the_same_each_time_it_is_loaded(train, say):
    trained = train(EntityRecogniser)
    assert say(TEXT, trained.load()) == say(TEXT, trained.load())


def test_stores_the_same_in_a_second_training(train):
    assert train(EntityRecogniser).files() == train(EntityRecogniser).files()


def test_stores_plain_json(train):
    files = train(EntityRecogniser).files()
    assert list(files) == ["lexicon.json"]
    assert sorted(json.loads(files["lexicon.json"])) == ["documents", "numbers", "patterns", "phrases"]


def test_needs_no_files_beside_the_model(own_project, tmp_path, training_data, say):
    import shutil

    from tests.bot.nlu.conftest import Trained

    config = {"knowledge": str(own_project / "knowledge"), "nlu_data": str(own_project / "nlu_data")}
    (tmp_path / "storage").mkdir()
    trained = Trained(EntityRecogniser, config, tmp_path / "storage", training_data)
    before = say(TEXT, trained.load())
    shutil.rmtree(own_project / "knowledge")
    shutil.rmtree(own_project / "nlu_data")
    assert say(TEXT, trained.load()) == before


@pytest.mark.parametrize("text", ["", " ", "hello"])
def test_adds_none_where_nothing_is_named(train, say, text):
    assert say(text, train(EntityRecogniser).load())["entities"] == []
