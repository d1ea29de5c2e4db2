from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TrainedComponent


class Counter(TrainedComponent):
    """Learns how many examples there are."""

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        (folder / "count").write_text(str(len(training_data.training_examples)))

    def restore(self, folder: Path) -> None:
        self.count = int((folder / "count").read_text())

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set("count", self.count)
        return messages


def test_takes_up_after_loading_what_was_learned(tmp_path):
    (tmp_path / "model").mkdir()
    storage, resource, context = LocalModelStorage(tmp_path / "model"), Resource("counter"), Any
    examples = TrainingData([Message.build("hi", "greet"), Message.build("bye", "goodbye")])
    stored = Counter.create({}, storage, resource, context).train(examples)
    loaded = Counter.load({}, storage, stored, context)
    assert isinstance(loaded, Counter)
    assert [message.get("count") for message in loaded.process([Message.build("hello")])] == [2]
