"""A classifier for plain sets of intents: by words and meaning, without a knowledge base.

The guide's own pipeline weighs words, meaning, search and entities in `EntrySelector`; this one is for intents that
have examples and nothing else, as in the public sets of `benchmarks/nlu`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.languages import script_of
from bot.nlu.component import TrainedComponent
from bot.nlu.encoder import Encoder, encoder_in, packaged_folder
from bot.nlu.example_classifier import Intents, examples_of
from bot.nlu.meaning_ridge import MeaningRidge, MeaningSettings
from bot.nlu.multilingual import MultilingualEncoder, shared_encoder
from bot.nlu.paths import project_path

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningIntentClassifier(TrainedComponent):
    """Sets the intent by a ridge over n-grams and sentence vectors; its confidence is a calibrated chance."""

    _model: MeaningRidge
    _encoder: Encoder
    _shared: MultilingualEncoder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class.

        `encoder` is `packaged` or the folder of another sentence encoder, which sees the texts in `encoder_script`;
        the vectors of all languages stand beside its own, and alone for texts in other scripts. `meaning` has the
        weight of each of the two.
        """
        settings = MeaningSettings()
        return {
            "penalty": settings.penalty,
            "meaning": list(settings.meaning),
            "reach": settings.reach,
            "encoder": "packaged",
            "encoder_script": "Latin",
        }

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """See parent class."""
        texts, labels = examples_of(training_data)
        self._read_encoders()
        settings = MeaningSettings(self._config["penalty"], tuple(self._config["meaning"]), self._config["reach"])
        arrays, data = MeaningRidge.fit(texts, labels, self._vectors(texts), settings).to_arrays()
        np.savez(folder / "meaning.npz", **arrays)
        (folder / "meaning.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """See parent class."""
        data = json.loads((folder / "meaning.json").read_text(encoding="utf-8"))
        with np.load(folder / "meaning.npz", allow_pickle=False) as arrays:
            self._model = MeaningRidge.from_arrays(arrays, data)
        self._intents = Intents(self._model.labels)
        self._read_encoders()

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent and its ranking."""
        for message in messages:
            text = message.get(TEXT) or ""
            scores = self._model.score([text], self._vectors([text]))[0]
            self._intents.set_on(message, self._model.calibration.chances(scores))
        return messages

    def _vectors(self, texts: list[str]) -> list[Array]:
        """Returns of either encoder a row of unit length per text that it reads, of zeros for the others."""
        own = [i for i, text in enumerate(texts) if script_of(text) == self._config["encoder_script"]]
        every = [i for i, text in enumerate(texts) if text.strip()]
        found = []
        for encoder, read in ((self._encoder, own), (self._shared, every)):
            rows = np.zeros((len(texts), encoder.size), dtype=np.float32)
            rows[read] = encoder.encode([texts[i] for i in read])
            found.append(rows)
        return found

    def _read_encoders(self) -> None:
        configured = self._config["encoder"]
        self._encoder = encoder_in(packaged_folder() if configured == "packaged" else project_path(configured))
        self._shared = shared_encoder()
