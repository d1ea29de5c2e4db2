from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.tokenizer import BilingualTokenizer


@pytest.fixture
def tokenizer(tmp_path):
    config = BilingualTokenizer.get_default_config()
    storage = LocalModelStorage.create(tmp_path)
    context = ExecutionContext(GraphSchema({}), "model")
    return BilingualTokenizer.create(config, storage, Resource("tokenizer"), context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is due diligence?", ["what", "is", "due", "diligence", "?"]),
        ("尽职调查", ["尽", "职", "调", "查"]),
        ("什么是 UNGC", ["什", "么", "是", "ungc"]),
        ("  two  words ", ["two", "words"]),
        ("", []),
    ],
)
def test_cuts_messages_in_either_script(tokenizer, text, expected):
    assert [token.text for token in tokenizer.tokenize(Message.build(text=text), TEXT)] == expected


@pytest.mark.parametrize("text", ["Ａ/ＲＥＳ/６４/２２３ 第９段", "見 聯合國 Compact", "a\u200bb ﬁne", "😀 para 9"])
def test_places_tokens_in_the_text_as_typed(tokenizer, text):
    tokens = tokenizer.tokenize(Message.build(text=text), TEXT)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    typed = "".join(text[token.start : token.end] for token in tokens)
    assert typed == text.replace(" ", "")


def test_sets_the_tokens_of_training_examples(tokenizer):
    data = TrainingData([Message.build(text="hello 你好", intent="greet")])
    tokens = tokenizer.process_training_data(data).training_examples[0].get("text_tokens")
    assert [token.text for token in tokens] == ["hello", "你", "好"]


def test_never_splits_an_intent(tokenizer):
    message = Message.build(text="thanks", intent="give_feedback_positive")
    data = tokenizer.process_training_data(TrainingData([message]))
    assert [t.text for t in data.training_examples[0].get("intent_tokens")] == ["give_feedback_positive"]


@pytest.mark.parametrize("wanted", [True, False])
def test_cuts_training_examples_where_a_component_reads_them(wanted):
    tokenizer = BilingualTokenizer.create({**BilingualTokenizer.get_default_config(), "examples": wanted})
    data = TrainingData([Message.build(text="who pays", intent="greet")])
    processed = tokenizer.process_training_data(data).training_examples[0]
    assert (processed.get("text_tokens") is not None) is wanted
