"""The pipeline's first word: intents and knowledge entries by how like their examples the message is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TrainedComponent
from bot.nlu.evidence import FAQ
from bot.nlu.examples import Examples
from bot.text.parts import parts, questions

# Turns likenesses into shares that add up to one; the selector, which follows, weighs the likenesses themselves.
_SHARPNESS = 10.0
#: Where the likenesses of all labels and the sketches of the n-grams wait for the selector, and where those of each of
#: several questions; never part of the output.
LIKENESSES, SEVERAL_LIKENESSES = "likenesses", "several_likenesses"


def examples_of(training_data: TrainingData) -> tuple[list[str], list[str]]:
    """Returns the texts of all examples and their labels: the intent, or `faq/<entry>` in full."""
    rows = [m for m in training_data.training_examples if m.get(INTENT) and m.get(TEXT)]
    return [m.get(TEXT) for m in rows], [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in rows]


# The classifier and the selector learn from the same examples; they are read once for both.
@lru_cache(maxsize=1)
def fitted(texts: tuple[str, ...], targets: tuple[str, ...]) -> Examples:
    """Returns these examples; called again with the same ones it costs nothing."""
    return Examples.fit(texts, targets)


Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ExampleClassifier(TrainedComponent):
    """Sets the intent by the nearest example; entries count as labels of their own while it learns."""

    _examples: Examples

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """See parent class."""
        texts, labels = examples_of(training_data)
        np.savez(folder / "examples.npz", **fitted(tuple(texts), tuple(labels)).to_arrays())

    def restore(self, folder: Path) -> None:
        """See parent class."""
        with np.load(folder / "examples.npz", allow_pickle=False) as arrays:
            self._examples = Examples.from_arrays(arrays)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking, and for the selector what the words of the whole and of each part are like."""
        for message in messages:
            text = message.get(TEXT) or ""
            spans, asked = [(0, len(text)), *parts(text)], questions(text)
            rows = self._examples.rows([text[start:end] for start, end in (*spans, *asked)])
            nearest, sketches = self._examples.likeness(rows), self._examples.sketches(rows)
            parted = len(spans)
            message.set(LIKENESSES, (self._examples.labels, spans, nearest[:parted], sketches[:parted]))
            message.set(SEVERAL_LIKENESSES, (asked, nearest[parted:], sketches[parted:]))
            set_intent(message, self._examples.labels, _shares(nearest[0], self._examples.labels))
        return messages


def _shares(likenesses: Array, labels: list[str]) -> Array:
    """Returns shares that add up to one, in which entries count by the nearest of all of them, not by their number."""
    weights = np.exp(_SHARPNESS * likenesses)
    entry = np.asarray([label.startswith(FAQ) for label in labels])
    if entry.any():
        weights[entry] *= weights[entry].max() / weights[entry].sum()
    return weights / weights.sum()


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
