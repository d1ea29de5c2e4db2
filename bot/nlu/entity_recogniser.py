"""The pipeline's entity extractor: names and numbers of the field, found with spaCy's matchers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.loader import load
from bot.nlu.component import TrainedComponent
from bot.nlu.lexicon import Lexicon, build
from bot.nlu.paths import project_path
from bot.nlu.recognition import Recogniser


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityRecogniser(TrainedComponent):
    """Adds the entities of a message. Training gathers the lexicon, so that a model carries its own."""

    _recogniser: Recogniser

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class. The folders count from the project's root."""
        return {"knowledge": "knowledge", "nlu_data": "nlu_data", "knowledge_version": ""}

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Gathers the lexicon; the training data itself holds no entities."""
        lexicon = build(load(project_path(self._config["knowledge"])), project_path(self._config["nlu_data"]))
        (folder / "lexicon.json").write_text(json.dumps(lexicon.to_dict(), ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """See parent class."""
        data = json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))
        self._recogniser = Recogniser(Lexicon.from_dict(data))

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities found to each message."""
        for message in messages:
            found = [
                {
                    "entity": e.entity,
                    "value": e.value,
                    "start": e.start,
                    "end": e.end,
                    "confidence_entity": 1.0,
                    "extractor": type(self).__name__,
                }
                for e in self._recogniser.find(message.get("text") or "")
            ]
            message.set("entities", [*message.get("entities", []), *found], add_to_output=True)
        return messages
