"""The pipeline's last word: which knowledge entry answers the message, and how sure that is."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.joining import AS_ONE
from bot.knowledge.loader import load, normal_question
from bot.knowledge.search import Index
from bot.languages import script_of
from bot.nlu import fusion
from bot.nlu.component import TrainedComponent
from bot.nlu.encoder import encoder_in, packaged_folder
from bot.nlu.evidence import (
    FAQ,
    FEATURES,
    MEANING,
    OUT_OF_SCOPE,
    SHARED,
    Evidence,
    Profile,
    entry_documents,
    profiles,
)
from bot.nlu.example_classifier import LIKENESSES, Intents, Likenesses, examples_of, fitted
from bot.nlu.examples import Examples
from bot.nlu.fusion import Fusion
from bot.nlu.lexicon import build
from bot.nlu.meaning import WAYS, WORDS, Meaning, Said
from bot.nlu.multilingual import shared_encoder
from bot.nlu.paths import project_path
from bot.nlu.recognition import Recogniser
from bot.nlu.tuning import TuningQuestion, load_tuning
from bot.nlu.vectors import Reader, any_text
from bot.text.normal import normalise
from bot.text.parts import after_opening, parts, questions
from bot.text.terms import length

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

#: The key of the selector's output in the parsed message.
SELECTION = "selection"
# What the label of an example has when the message is that very example, and the other labels share the rest.
_EXAMPLE_SHARE = 0.97


@dataclass(frozen=True)
class _Reading:
    """One way a message or a part of it was read.

    `chances` are the probabilities of all labels, `confidence` the chance that the likeliest is right, `in_scope` that
    it is a question of content, `coverage` how much of it the questions and the answers know (0-1 each).
    """

    chances: Array
    confidence: float
    in_scope: float
    coverage: tuple[float, float]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EntrySelector(TrainedComponent):
    """Ranks the entries by all the evidence and corrects the intent accordingly.

    The output holds, under `selection`, the likeliest entries with their shares, and `confidence`: the chance that the
    first choice among all labels is right. What to do with it is decided by the action, which knows the conversation.
    """

    _evidence: Evidence
    _meaning: Meaning
    _fusions: dict[str, Fusion]
    _examples: dict[str, int]
    _intents: Intents
    _entries: Array

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class.

        `shared_encoder` is `packaged`, or empty for none. `encoder` is the folder of another sentence encoder,
        `packaged` for the English one, or empty for none; it sees the messages in `encoder_script` alone. A message
        that its words alone explain with the confidence `certain_from` is not encoded; of a long one that is not
        understood, the part that says most is read, from `part_from` on, unless the chance of the whole to be of
        content is below `parts_from`. What follows one of the intents `courtesies` at the beginning of a message is
        read alone, and taken if it is of content. `ranking` is the number of entries in the output; the rest is for the
        action.
        """
        return {
            "knowledge": "knowledge",
            "nlu_data": "nlu_data",
            "knowledge_version": "",
            "shared_encoder": "packaged",
            "encoder": "",
            "encoder_script": "Latin",
            "certain_from": 1.0,
            "part_from": 0.4,
            "parts_from": 0.1,
            "courtesies": [],
            "ranking": 12,
            "answer_from": 0.2,
            "choices_from": 0.09,
            "choice_share": 0.15,
            "answer_lead": 2.0,
            "in_scope_from": 0.6,
            "out_of_scope_below": 0.5,
            "known_from": 0.3,
            "leaning_from": 0.65,
        }

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Weighs the evidence on the tuning questions and stores the weights with the texts to search in."""
        knowledge = load(project_path(self._config["knowledge"]))
        nlu_data = project_path(self._config["nlu_data"])
        texts, targets = examples_of(training_data)
        labels = sorted(set(targets))
        number = {label: i for i, label in enumerate(labels)}
        # By label and then in their own order, as `Examples` keeps them.
        questions = sorted(((number[target], text) for text, target in zip(texts, targets, strict=True)), key=_owner)
        asked = [question for question in load_tuning(nlu_data) if question.label in number]
        said = [question.text for question in asked]

        def count() -> tuple[Examples, Array]:
            examples = fitted(tuple(texts), tuple(targets))
            return examples, examples.rows(said)

        readers = self._readers()

        def encode(counting: Future[tuple[Examples, Array]]) -> tuple[Meaning, Said]:
            meaning = Meaning.fit(readers, questions, labels, lambda: counting.result()[0].sketches())
            examples, rows = counting.result()
            return meaning, meaning.read(said, examples.sketches(rows))

        # Matrix products leave the interpreter to others: texts are encoded while everything else is read.
        with ThreadPoolExecutor(max_workers=3) as beside:
            counting = beside.submit(count)
            encoding = beside.submit(encode, counting)
            recogniser = Recogniser(build(knowledge, nlu_data))
            about = profiles(labels, knowledge, recogniser)
            self._evidence = Evidence.of(labels, about, questions, entry_documents(labels, knowledge))
            found = [[(e.entity, e.value) for e in recogniser.find(text)] for text in said]
            examples, rows = counting.result()
            nearest = examples.likeness(rows)
            self._meaning, heard = encoding.result()
            fits = {
                way: beside.submit(fusion.fit, those) for way, those in self._rows(asked, found, nearest, heard).items()
            }
            self._fusions = {way: fit.result() for way, fit in fits.items()}
        self._examples = _unambiguous(questions)
        self._store(folder)

    def _rows(
        self, asked: list[TuningQuestion], found: list[list[tuple[str, str]]], nearest: Array, heard: Said
    ) -> dict[str, list[fusion.Row]]:
        """Returns what speaks for each label of each tuning question, by the ways in which it can be read.

        Args:
            found: the entities of each question.
            nearest: questions by labels, the likeness to each label's examples.
            heard: what the vectors say of the questions.
        """
        number = {label: i for i, label in enumerate(self._evidence.labels)}
        rows: dict[str, list[fusion.Row]] = {way: [] for way in WAYS}
        for i, question in enumerate(asked):
            features = self._evidence.features(question.text, found[i], nearest[i])
            about = self._evidence.groups, number[question.label], self._evidence.coverage(question.text)
            rows[WORDS].append(fusion.Row.of(features, *about, length(question.text)))
            way = self._meaning.way(question.text)
            if way != WORDS:
                full = self._meaning.add(self._evidence, features, heard, i, way)
                rows[way].append(fusion.Row.of(full, *about, length(question.text)))
        return rows

    def _readers(self) -> dict[str, Reader]:
        """Returns the configured encoders, each with what tells the texts that it reads."""
        found: dict[str, Reader] = {}
        if self._config["shared_encoder"]:
            found[SHARED] = Reader(shared_encoder(), any_text)
        if self._config["encoder"]:
            packaged = self._config["encoder"] == "packaged"
            folder = packaged_folder() if packaged else project_path(self._config["encoder"])
            script = str(self._config["encoder_script"])
            found[MEANING] = Reader(encoder_in(folder), lambda text: script_of(text) == script)
        return found

    def _store(self, folder: Path) -> None:
        data = {
            "labels": self._evidence.labels,
            "about": [profile.to_list() for profile in self._evidence.about],
            "fusions": {way: [list(part) for part in astuple(one)] for way, one in self._fusions.items()},
            "examples": self._examples,
        }
        (folder / "selector.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        indexes = self._evidence.indexes.items()
        np.savez(folder / "indexes.npz", **{f"{n} {k}": a for n, i in indexes for k, a in i.to_arrays().items()})
        self._meaning.store(folder)

    def restore(self, folder: Path) -> None:
        """See parent class."""
        data = json.loads((folder / "selector.json").read_text(encoding="utf-8"))
        self._evidence = Evidence(
            data["labels"],
            [Profile.from_list(profile) for profile in data["about"]],
            _indexes(folder / "indexes.npz"),
        )
        self._fusions = {way: Fusion(*map(tuple, parts)) for way, parts in data["fusions"].items()}
        self._examples = data["examples"]
        self._intents = Intents(data["labels"])
        self._entries = np.flatnonzero([label.startswith(FAQ) for label in data["labels"]])
        self._meaning = Meaning.restore(self._readers(), folder, len(data["labels"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent, ranking and selection of each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            alike = message.data.pop(LIKENESSES)
            found = message.get("entities", [])
            is_one = bool((message.get("metadata") or {}).get(AS_ONE))
            reading = self._as_example(text, self._best(text, found, alike, in_parts=not is_one))
            asked = [] if is_one else questions(text)
            self._intents.set_on(message, reading.chances)
            selection = {
                **self._ranked(reading),
                # Two questions in one message, each read alone; what the conversation says of them is the action's.
                "several": [
                    {"start": start, "end": end, **self._ranked(alone)}
                    for (start, end), alone in zip(asked, self._parted(text, asked, found, alike), strict=True)
                ],
                "thresholds": {
                    "answer": self._config["answer_from"],
                    "choices": self._config["choices_from"],
                    "choice_share": self._config["choice_share"],
                    "lead": self._config["answer_lead"],
                    "in_scope": self._config["in_scope_from"],
                    "out_of_scope": self._config["out_of_scope_below"],
                    "known": self._config["known_from"],
                    "leaning": self._config["leaning_from"],
                },
            }
            message.set(SELECTION, selection, add_to_output=True)
        return messages

    def _parted(
        self, text: str, spans: list[tuple[int, int]], found: list[dict[str, Any]], alike: Likenesses
    ) -> list[_Reading]:
        """Returns the reading of each stretch of a message that is read besides the whole, if any is."""
        said = [text[start:end] for start, end in spans]
        return self._readings(text, spans, found, *alike.of(said)) if spans else []

    def _readings(
        self, text: str, spans: list[tuple[int, int]], found: list[dict[str, Any]], nearest: Array, sketches: Array
    ) -> list[_Reading]:
        """Returns the reading of each stretch of a message, with the entities inside it.

        Args:
            nearest: the likeness of each stretch to the examples of each label.
            sketches: the sketch of each stretch's words.

        What words alone leave open is encoded in one go: comparing it with all examples takes a message alone as long.
        So is what they decline, however surely: that they are strange to all examples says nothing of what is meant.
        """
        texts = [text[start:end] for start, end in spans]
        features, readings = [], []
        for i, (start, end) in enumerate(spans):
            inside = [(e["entity"], e["value"]) for e in found if start <= e["start"] and e["end"] <= end]
            features.append(self._evidence.features(texts[i], inside, nearest[i]))
            readings.append(self._weigh(WORDS, texts[i], features[i], self._evidence.coverage(texts[i])))
        ways = [self._meaning.way(text) for text in texts]
        certain_from = self._config["certain_from"]
        left_open = [
            i
            for i, reading in enumerate(readings)
            if ways[i] != WORDS and (reading.confidence < certain_from or self._is_declined(reading))
        ]
        said = self._meaning.read([texts[i] for i in left_open], sketches[left_open])
        for number, i in enumerate(left_open):
            full = self._meaning.add(self._evidence, features[i], said, number, ways[i])
            readings[i] = self._weigh(ways[i], texts[i], full, readings[i].coverage)
        return readings

    def _is_declined(self, reading: _Reading) -> bool:
        return self._first(reading) == OUT_OF_SCOPE

    def _first(self, reading: _Reading) -> str:
        """Returns the likeliest label."""
        return self._evidence.labels[int(np.argmax(reading.chances))]

    def _ranked(self, reading: _Reading) -> dict[str, Any]:
        """Returns what the action needs of a reading, JSON-ready."""
        labels = self._evidence.labels
        order = self._entries[np.argsort(-reading.chances[self._entries], kind="stable")[: self._config["ranking"]]]
        return {
            "content": self._first(reading).startswith(FAQ),
            "in_scope": round(reading.in_scope, 4),
            "confidence": round(reading.confidence, 4),
            "coverage": [round(share, 4) for share in reading.coverage],
            "ranking": [
                {"entry": labels[i].removeprefix(FAQ), "share": round(float(reading.chances[i]), 6)} for i in order
            ],
        }

    def _as_example(self, text: str, reading: _Reading) -> _Reading:
        """Returns the reading that an example of one label alone deserves; any other message keeps its own.

        What somebody has taught must be understood so, also where its words stand in no answer.
        """
        label = self._examples.get(_key(text))
        if label is None:
            return reading
        rest = reading.chances.copy()
        rest[label] = 0.0
        chances = rest * ((1 - _EXAMPLE_SHARE) / max(float(rest.sum()), 1e-9))
        chances[label] = _EXAMPLE_SHARE
        is_content = self._evidence.labels[label].startswith(FAQ)
        in_scope = _EXAMPLE_SHARE if is_content else min(reading.in_scope, 1 - _EXAMPLE_SHARE)
        return _Reading(chances, max(reading.confidence, _EXAMPLE_SHARE), in_scope, (1.0, 1.0))

    def _best(self, text: str, found: list[dict[str, Any]], alike: Likenesses, *, in_parts: bool) -> _Reading:
        """Returns the reading of the whole message, or that of a part where it says little.

        What the whole says of any other intent stands: a request to decide on a company is none the less one for the
        questions in it.
        """
        (whole,) = self._readings(text, [(0, len(text))], found, *alike.whole)
        first = self._first(whole)
        if in_parts and first in self._config["courtesies"]:
            return self._beside_courtesy(text, found, alike) or whole
        content = whole.in_scope >= self._config["in_scope_from"]
        if (content and whole.confidence >= self._config["answer_from"]) or not first.startswith((FAQ, OUT_OF_SCOPE)):
            return whole
        if not in_parts or whole.in_scope < self._config["parts_from"]:
            return whole
        read = self._in_parts(text, found, alike)
        likely = (part for part in read if part.in_scope >= self._config["in_scope_from"])
        surest = max(likely, key=lambda part: part.confidence, default=whole)
        least = max(self._config["part_from"], whole.confidence if content else 0.0)
        return surest if surest.confidence >= least else whole

    def _in_parts(self, text: str, found: list[dict[str, Any]], alike: Likenesses) -> list[_Reading]:
        """Returns the readings of the parts of a message, and of what follows a courtesy at its beginning."""
        spans, rest = parts(text), after_opening(text)
        if rest is None or rest in spans:
            return self._parted(text, spans, found, alike)
        opening, beside, *others = self._parted(text, [(0, rest[0]), rest, *spans], found, alike)
        return [beside, *others] if self._first(opening) in self._config["courtesies"] else others

    def _beside_courtesy(self, text: str, found: list[dict[str, Any]], alike: Likenesses) -> _Reading | None:
        """Returns the reading of what follows a courtesy, if that is a question of content; else None."""
        rest = after_opening(text)
        if rest is None:
            return None
        (reading,) = self._parted(text, [rest], found, alike)
        is_clear = reading.in_scope >= self._config["in_scope_from"] and reading.confidence >= self._config["part_from"]
        return reading if is_clear else None

    def _weigh(self, way: str, text: str, features: Array, coverage: tuple[float, float]) -> _Reading:
        weighed = self._fusions[way]
        fused = weighed.log_probabilities(features, length(text))
        chances = np.exp(fused)
        return _Reading(
            chances,
            weighed.confidence(fused, features, self._evidence.groups, coverage),
            float(chances[features[:, FEATURES.index("entry")] > 0].sum()),
            coverage,
        )


def _owner(question: tuple[int, str]) -> int:
    return question[0]


def _unambiguous(questions: list[tuple[int, str]]) -> dict[str, int]:
    """Returns the label of every example that no other label has as well, by its key."""
    owners: dict[str, set[int]] = {}
    for label, text in questions:
        owners.setdefault(_key(text), set()).add(label)
    return {key: labels.pop() for key, labels in owners.items() if key and len(labels) == 1}


def _key(text: str) -> str:
    return normal_question(normalise(text).text)


def _indexes(path: Path) -> dict[str, Index]:
    """Returns the stored indexes by name."""
    parts: dict[str, dict[str, Any]] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            index, part = name.split()
            parts.setdefault(index, {})[part] = arrays[name]
    return {name: Index.from_arrays(arrays) for name, arrays in parts.items()}
