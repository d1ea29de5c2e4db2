"""The frame of the trained graph components: made untrained, trained and stored, or loaded."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

Component = TypeVar("Component", bound="TrainedComponent")


class TrainedComponent(GraphComponent):  # type: ignore[misc]  # rasa ships no types
    """A component whose training leaves plain data in a folder of the model, never pickled code."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls: type[Component],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Component:
        """See parent class."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Component],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Component:
        """See parent class."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.restore(folder)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Trains the component and stores it with the model."""
        with self._storage.write_to(self._resource) as folder:
            self.learn(training_data, folder)
        return self._resource

    @abstractmethod
    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learns from the training data and writes what was learned into `folder`."""

    @abstractmethod
    def restore(self, folder: Path) -> None:
        """Takes up what `learn` has written into `folder`."""

    @abstractmethod
    def process(self, messages: list[Message]) -> list[Message]:
        """Adds to each message what the component knows of it."""
