"""The pipeline's classifier: intents and knowledge entries by the words of the message alone."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import softmax

from bot.nlu.component import TrainedComponent
from bot.nlu.linear import LinearModel, LinearSettings
from bot.text.parts import parts

# Turns scores into shares that add up to one; the selector, which follows, weighs the scores themselves.
_SHARPNESS = 10.0
#: Where the scores of all labels wait for the selector; never part of the output.
LABEL_SCORES = "label_scores"


def examples_of(training_data: TrainingData) -> tuple[list[str], list[str]]:
    """Returns the texts of all examples and their labels: the intent, or `faq/<entry>` in full."""
    rows = [m for m in training_data.training_examples if m.get(INTENT) and m.get(TEXT)]
    return [m.get(TEXT) for m in rows], [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in rows]


def linear_settings(config: dict[str, Any]) -> LinearSettings:
    """Returns the classifier's settings as the configuration of a component names them."""
    return LinearSettings(penalty=config["penalty"])


# The classifier and the selector learn from the same examples; the model is fitted once for both.
@lru_cache(maxsize=1)
def fitted(texts: tuple[str, ...], targets: tuple[str, ...], settings: LinearSettings) -> LinearModel:
    """Returns the model of these examples; called again with the same ones it costs nothing."""
    return LinearModel.fit(texts, targets, settings)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(TrainedComponent):
    """Sets the intent by a linear model over n-grams; entries count as labels of their own while it learns."""

    _model: LinearModel

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class."""
        return {"penalty": LinearSettings().penalty}

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """See parent class."""
        texts, labels = examples_of(training_data)
        arrays, data = fitted(tuple(texts), tuple(labels), linear_settings(self._config)).to_arrays()
        np.savez(folder / "linear.npz", **arrays)
        (folder / "linear.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """See parent class."""
        data = json.loads((folder / "linear.json").read_text(encoding="utf-8"))
        with np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            self._model = LinearModel.from_arrays(arrays, data)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent, its ranking, and for the selector the scores of all labels, for the whole and each part."""
        for message in messages:
            text = message.get(TEXT) or ""
            spans = [(0, len(text)), *parts(text)]
            scores, nearest = self._model.score([text[start:end] for start, end in spans])
            message.set(LABEL_SCORES, (self._model.labels, spans, scores, nearest))
            set_intent(message, self._model.labels, softmax(_SHARPNESS * scores[0]))
        return messages


def set_intent(message: Message, labels: list[str], probabilities: Any) -> None:
    """Sets intent and ranking of a message from the probabilities of all labels; entries add up to `faq`."""
    sums: dict[str, float] = {}
    for label, probability in zip(labels, probabilities, strict=True):
        intent = label.partition("/")[0]
        sums[intent] = sums.get(intent, 0.0) + float(probability)
    ranking = [
        {"name": name, "confidence": round(value, 6)} for name, value in sorted(sums.items(), key=lambda x: -x[1])
    ]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set("intent_ranking", ranking[:10], add_to_output=True)
