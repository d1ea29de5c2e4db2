from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.example_classifier import LIKENESSES, ExampleClassifier, Intents, examples_of

TEXTS = ["hello", "谢谢你", "vaccine budget", "疫苗多少钱", "the general assembly", "qwertz", ""]


def test_takes_entries_for_labels_of_their_own():
    data = TrainingData(
        [
            Message.build(text="vaccine?", intent="faq/growth.costs"),
            Message.build(text="hello", intent="greet"),
            Message.build(text="no intent"),
        ]
    )
    assert examples_of(data) == (["vaccine?", "hello"], ["faq/growth.costs", "greet"])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello", "greet"),
        ("好，你好", "greet"),
        ("thanks a lot", "thank"),
        ("vaccine budget", "faq"),
        ("疫苗多少钱", "faq"),
    ],
)
def test_sets_the_intent(train, say, text, intent):
    output = say(text, train(ExampleClassifier).load())
    assert output["intent"]["name"] == intent
    assert output["intent"] == output["intent_ranking"][0]


def test_adds_entries_up_to_one_intent(train, say):
    output = say("hello", train(ExampleClassifier).load())
    ranking = {row["name"]: row["confidence"] for row in output["intent_ranking"]}
    assert sorted(ranking) == ["faq", "greet", "thank"]
    assert sum(ranking.values()) == pytest.approx(1, abs=1e-4)


def test_hands_the_likenesses_of_all_labels_on_but_not_out(train):
    message = Message.build(text="vaccine budget")
    classifier = train(ExampleClassifier).load()
    classifier.process([message])
    labels = classifier._examples.labels
    nearest, sketches = message.get(LIKENESSES).whole
    assert len(sketches) == len(nearest) == 1
    assert labels[int(nearest[0].argmax())] == "faq/growth.costs"
    assert LIKENESSES not in message.as_dict(only_output_properties=True)


def test_compares_parts_of_a_message_when_asked_to(train):
    message = Message.build(text="I run a small bakery in Ghent. What is the vaccine budget?")
    classifier = train(ExampleClassifier).load()
    classifier.process([message])
    nearest, sketches = message.get(LIKENESSES).of(["What is the vaccine budget?", "hello"])
    assert len(sketches) == len(nearest) == 2
    labels = classifier._examples.labels
    assert [labels[int(row.argmax())] for row in nearest] == ["faq/growth.costs", "greet"]


def test_gives_the_same_each_time_it_is_loaded(train, say):
    trained = train(ExampleClassifier)
    for text in TEXTS:
        assert say(text, trained.load()) == say(text, trained.load())


def test_gives_the_same_after_a_second_training(train, say):
    one, other = (train(ExampleClassifier) for _ in range(2))
    assert one.files() == other.files()
    for text in TEXTS:
        assert say(text, one.load()) == say(text, other.load())


def test_stores_no_code(train):
    files = train(ExampleClassifier).files()
    assert list(files) == ["examples.npz"]
    assert b"pickle" not in files["examples.npz"]


def test_ranks_ten_intents_at_most():
    message = Message.build(text="x")
    Intents([f"intent{n}" for n in range(20)]).set_on(message, np.arange(20) / 190)
    assert len(message.get("intent_ranking")) == 10
    assert message.get("intent")["name"] == "intent19"


def test_adds_up_what_the_entries_have():
    message = Message.build(text="x")
    Intents(["faq/a", "greet", "faq/b"]).set_on(message, np.asarray([0.3, 0.4, 0.3]))
    assert message.get("intent_ranking") == [{"name": "faq", "confidence": 0.6}, {"name": "greet", "confidence": 0.4}]
