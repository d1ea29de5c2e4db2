"""The project importer: adds the example questions of the knowledge base to Rasa's own training data."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.loader import folder_hash, load
from bot.nlu.evidence import FAQ
from bot.nlu.paths import project_path

#: The intent of whoever wants to be taken through a guided flow.
START_FLOW = "start_flow"


class Question(Message):  # type: ignore[misc]  # rasa ships no types
    """An example question: a message that is quickly copied and compared.

    Rasa copies and hashes all examples half a dozen times on their way into the graph, field by field: of 34,000
    questions that took 18 s of the processor, a tenth of a training, and their tokens another 12 (rasa 3.6.21,
    2026-11-30).
    """

    @classmethod
    def of(cls, message: Message) -> Question:
        """Returns a message that Rasa has read as such a question."""
        return cls(message.data, message.output_properties, message.time, message.features)

    _cached_fingerprint: str | None

    def fingerprint(self) -> str:
        """See parent class; of what components have added the names alone count: it follows from the text."""
        if self._cached_fingerprint is None:
            named = sorted((name, value if isinstance(value, str) else "") for name, value in self.data.items())
            features = sorted(feature.fingerprint() for feature in self.features)
            self._cached_fingerprint = hashlib.sha256(repr((named, features)).encode("utf-8", "replace")).hexdigest()
        return self._cached_fingerprint

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """See parent class; what stands there already leaves the fingerprint as it is."""
        if add_to_output or self.data.get(prop) != info:
            super().set(prop, info, add_to_output)

    def __deepcopy__(self, memo: dict[int, Any]) -> Question:
        """Returns a copy; texts need none of their own."""
        plain = all(isinstance(value, str) for value in self.data.values())
        copied = type(self)(
            self.data if plain else deepcopy(self.data, memo),
            set(self.output_properties),
            self.time,
            deepcopy(self.features, memo) if self.features else None,
        )
        copied._cached_fingerprint = self._cached_fingerprint
        return copied


class KnowledgeImporter(RasaFileImporter):  # type: ignore[misc]  # rasa ships no types
    """Reads `nlu_data/` as Rasa does, and every entry's questions, in every language, as `faq/<entry>`.

    A new entry is thereby known to the model without an edit anywhere else.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        knowledge: str = "knowledge",
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        self._knowledge = project_path(knowledge)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """See parent class."""
        base = load(self._knowledge)
        questions = [
            Question.build(text=question, intent=f"{FAQ}{entry.id}")
            for entry in base.entries.values()
            if not entry.is_term
            for _, text in sorted(entry.texts.items())
            for question in (text.title, *text.questions)
        ]
        # How people ask for a flow stands with the flow: adding one needs no edit of the training data.
        starts = [
            Question.build(text=example, intent=START_FLOW)
            for flow in base.flows.values()
            for _, words in sorted(flow.texts.items())
            for example in (words.title, *words.start)
        ]
        read = super().get_nlu_data(language)
        read.training_examples = [Question.of(message) for message in read.training_examples]
        return read.merge(TrainingData([*questions, *starts]))

    def get_config(self) -> dict[str, Any]:
        """See parent class. Components that read the knowledge base get its version, so that caches notice a change."""
        config: dict[str, Any] = super().get_config()
        version = folder_hash(self._knowledge)
        for component in config.get("pipeline") or []:
            if component["name"].startswith("bot.nlu.") and "knowledge" in component:
                component["knowledge_version"] = version
        return config
