"""A small project, its training data, and graph components trained and loaded as Rasa does; for tests of bot.nlu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.loader import KnowledgeBase, load
from bot.nlu.importer import KnowledgeImporter
from bot.nlu.lexicon import build
from bot.nlu.recognition import Recogniser
from tests.bot import small_base

CONFIG = """recipe: default.v1
language: en
pipeline:
  - name: bot.nlu.tokenizer.BilingualTokenizer
  - name: bot.nlu.entity_recogniser.EntityRecogniser
    knowledge: "{root}/knowledge"
  - name: bot.nlu.entry_selector.EntrySelector
    knowledge: "{root}/knowledge"
policies: []
"""


def write_project(root: Path) -> Path:
    """Writes the small project with a configuration that reads it."""
    small_base.write(root)
    (root / "config.yml").write_text(CONFIG.format(root=root))
    return root


def importer_of(root: Path) -> KnowledgeImporter:
    """Returns the importer as Rasa builds it from a configuration."""
    paths = (str(root / "config.yml"), str(root / "nlu_data" / "domain"), [str(root / "nlu_data")])
    return KnowledgeImporter(*paths, knowledge=str(root / "knowledge"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project that nobody changes."""
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def own_project(tmp_path: Path) -> Path:
    """A small project to change."""
    return write_project(tmp_path)


@pytest.fixture(scope="session")
def small(project: Path) -> KnowledgeBase:
    """The knowledge base of the small project."""
    return load(project / "knowledge")


@pytest.fixture(scope="session")
def recogniser(small: KnowledgeBase, project: Path) -> Recogniser:
    """The recogniser of the small knowledge base and the product's own lookups."""
    return Recogniser(build(small, project / "nlu_data"))


@pytest.fixture(scope="session")
def training_data(project: Path) -> TrainingData:
    """The training data of the small project, its knowledge included."""
    return importer_of(project).get_nlu_data()


class Trained:
    """A component that was trained into a storage and can be loaded from it again and again."""

    def __init__(self, kind: type, config: dict[str, Any], folder: Path, data: TrainingData) -> None:
        self._kind = kind
        self._config = {**kind.get_default_config(), **config}
        self._context = ExecutionContext(GraphSchema({}), "model")
        self.resource = Resource(kind.__name__)
        self.storage = LocalModelStorage.create(folder)
        component = kind.create(self._config, self.storage, self.resource, self._context)
        assert component.train(data).name == self.resource.name

    def load(self) -> Any:
        """Returns the component from what training has stored."""
        return self._kind.load(self._config, self.storage, self.resource, self._context)

    def files(self) -> dict[str, bytes]:
        """Returns what training has stored."""
        with self.storage.read_from(self.resource) as folder:
            return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def train(tmp_path: Path, project: Path, training_data: TrainingData) -> Callable[..., Trained]:
    """Trains a component on the small project (or on `data`), each time into a storage of its own."""
    count = 0

    def run(kind: type, data: TrainingData = training_data, **config: Any) -> Trained:
        nonlocal count
        count += 1
        folder = tmp_path / f"storage{count}"
        folder.mkdir()
        if "knowledge" in kind.get_default_config():
            config = {"knowledge": str(project / "knowledge"), "nlu_data": str(project / "nlu_data"), **config}
        return Trained(kind, config, folder, data)

    return run


@pytest.fixture
def say() -> Callable[..., dict[str, Any]]:
    """Runs a message through components and returns it as the dialogue would see it."""

    def run(text: str, *components: Any) -> dict[str, Any]:
        messages = [Message.build(text=text)]
        for component in components:
            messages = component.process(messages)
        return messages[0].as_dict(only_output_properties=True)

    return run
