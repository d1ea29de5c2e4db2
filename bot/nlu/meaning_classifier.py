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

from bot.errors import SettingsError
from bot.nlu.component import TrainedComponent
from bot.nlu.encoder import Encoder, packaged_folder
from bot.nlu.glosses import DICTIONARIES, Glosses, needs_glosses
from bot.nlu.intent_classifier import examples_of, set_intent
from bot.nlu.meaning_ridge import MeaningRidge, MeaningSettings
from bot.nlu.paths import project_path

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningIntentClassifier(TrainedComponent):
    """Sets the intent by a ridge over n-grams and sentence vectors; its confidence is a calibrated chance."""

    _model: MeaningRidge
    _encoder: Encoder
    _glosses: Glosses

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class.

        `encoder` is `packaged` or the folder of another sentence encoder; `dictionaries` names one per language that it
        does not read (`{zh: cc-cedict}`). What it can read neither way is classified by its words alone.
        """
        settings = MeaningSettings()
        return {
            "penalty": settings.penalty,
            "meaning": settings.meaning,
            "reach": settings.reach,
            "encoder": "packaged",
            "dictionaries": {},
        }

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """See parent class."""
        texts, labels = examples_of(training_data)
        table = self._table()
        self._encoder, self._glosses = self._read_encoder(), Glosses([table])
        settings = MeaningSettings(self._config["penalty"], self._config["meaning"], self._config["reach"])
        arrays, data = MeaningRidge.fit(texts, labels, self._vectors(texts), settings).to_arrays()
        np.savez(folder / "meaning.npz", **arrays)
        described = json.dumps({**data, "glosses": table}, ensure_ascii=False)
        (folder / "meaning.json").write_text(described, encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """See parent class."""
        data = json.loads((folder / "meaning.json").read_text(encoding="utf-8"))
        with np.load(folder / "meaning.npz", allow_pickle=False) as arrays:
            self._model = MeaningRidge.from_arrays(arrays, data)
        self._encoder, self._glosses = self._read_encoder(), Glosses([data["glosses"]])

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent and its ranking."""
        for message in messages:
            text = message.get(TEXT) or ""
            scores = self._model.score([text], self._vectors([text]))[0]
            set_intent(message, self._model.labels, self._model.calibration.chances(scores))
        return messages

    def _vectors(self, texts: list[str]) -> Array:
        """Returns a row per text, of zeros where the encoder cannot read it."""
        readable = [self._glosses.translate(text) if needs_glosses(text) else text for text in texts]
        said = [i for i, text in enumerate(readable) if text.strip()]
        rows = np.zeros((len(texts), self._encoder.size), dtype=np.float32)
        rows[said] = self._encoder.encode([readable[i] for i in said])
        return rows

    def _read_encoder(self) -> Encoder:
        configured = self._config["encoder"]
        return Encoder(packaged_folder() if configured == "packaged" else project_path(configured))

    def _table(self) -> dict[str, str]:
        table: dict[str, str] = {}
        for language, name in sorted(self._config["dictionaries"].items()):
            if name not in DICTIONARIES:
                known = ", ".join(sorted(DICTIONARIES))
                raise SettingsError(f"config.yml: dictionaries: {language}: {name!r} is not known; known are {known}")
            table |= DICTIONARIES[name]()
        return table
