"""The pipeline's first word: intents and knowledge entries by how like their examples the message is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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

# Turns likenesses into shares that add up to one; the selector, which follows, weighs the likenesses themselves.
_SHARPNESS = 10.0
# So many intents are named, as Rasa's own classifiers do.
_RANKED = 10
#: Where what the message's words are like waits for the selector, a `Likenesses`; never part of the output.
LIKENESSES = "likenesses"


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


@dataclass(frozen=True)
class Likenesses:
    """What the words of a message are like: `whole` of all of it, `of` of any texts, such as parts of it.

    Each is two arrays with a row per text: the likeness to each label's examples, and the sketch of the n-grams.
    """

    whole: tuple[Array, Array]
    of: Callable[[list[str]], tuple[Array, Array]]


class Intents:
    """The intents that labels belong to: an entry's is the part of its label before the slash."""

    def __init__(self, labels: list[str]) -> None:
        """Takes the labels in the order of the chances that will be asked about."""
        intents = [label.partition("/")[0] for label in labels]
        self._names = list(dict.fromkeys(intents))
        numbers = {name: number for number, name in enumerate(self._names)}
        self._owners = np.asarray([numbers[intent] for intent in intents])
        self._is_entry = np.asarray([label.startswith(FAQ) for label in labels])

    def shares(self, likenesses: Array) -> Array:
        """Returns shares that add up to one, in which entries count by the nearest of all, not by their number."""
        weights = np.exp(_SHARPNESS * likenesses)
        if self._is_entry.any():
            weights[self._is_entry] *= weights[self._is_entry].max() / weights[self._is_entry].sum()
        return weights / weights.sum()

    def set_on(self, message: Message, chances: Array) -> None:
        """Sets intent and ranking of a message from the chances of all labels; those of an intent add up."""
        sums = np.bincount(self._owners, chances, minlength=len(self._names))
        order = np.argsort(-sums, kind="stable")[:_RANKED]
        ranking = [{"name": self._names[number], "confidence": round(float(sums[number]), 6)} for number in order]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ExampleClassifier(TrainedComponent):
    """Sets the intent by the nearest example; entries count as labels of their own while it learns."""

    _examples: Examples
    _intents: Intents

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """See parent class."""
        texts, labels = examples_of(training_data)
        np.savez(folder / "examples.npz", **fitted(tuple(texts), tuple(labels)).to_arrays())

    def restore(self, folder: Path) -> None:
        """See parent class."""
        with np.load(folder / "examples.npz", allow_pickle=False) as arrays:
            self._examples = Examples.from_arrays(arrays)
        self._intents = Intents(self._examples.labels)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking, and for the selector what the words of the message are like."""
        for message in messages:
            whole = self._examples.read([message.get(TEXT) or ""])
            message.set(LIKENESSES, Likenesses(whole, self._examples.read))
            self._intents.set_on(message, self._intents.shares(whole[0][0]))
        return messages
