"""The pipeline's entity extractor: names and numbers of the field, found with spaCy's matchers."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.loader import load
from bot.nlu.lexicon import Lexicon, build
from bot.nlu.paths import project_path
from bot.nlu.recognition import Recogniser


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityRecogniser(GraphComponent):  # type: ignore[misc]  # rasa ships no types
    """Adds the entities of a message. Training gathers the lexicon, so that a model carries its own."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, lexicon: Lexicon) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._lexicon = lexicon
        self._recogniser = Recogniser(lexicon)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class. The folders count from the project's root."""
        return {"knowledge": "knowledge", "nlu_data": "nlu_data", "knowledge_version": ""}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityRecogniser:
        """See parent class."""
        return cls(config, model_storage, resource, Lexicon((), (), {}, ()))

    def train(self, training_data: TrainingData) -> Resource:
        """Gathers the lexicon and stores it with the model; the training data itself holds no entities."""
        self._lexicon = build(load(project_path(self._config["knowledge"])), project_path(self._config["nlu_data"]))
        with self._storage.write_to(self._resource) as folder:
            text = json.dumps(self._lexicon.to_dict(), ensure_ascii=False)
            (folder / "lexicon.json").write_text(text, encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityRecogniser:
        """See parent class."""
        with model_storage.read_from(resource) as folder:
            data = json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, Lexicon.from_dict(data))

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
