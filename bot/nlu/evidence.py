"""What speaks for each label: its examples, search, meaning and entities, one row of features per label."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.search import Index, answer_texts
from bot.nlu.recognition import Recogniser
from bot.text.terms import search_terms

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

#: Labels of content questions start so; the rest is the entry's id.
FAQ = "faq/"
#: The intent of whatever the guide does not answer.
OUT_OF_SCOPE = "out_of_scope"

FEATURES = (
    "nearest_example",
    "questions",
    "answers",
    "everything",
    "nearest_shared",
    "middle_shared",
    "nearest_meaning",
    "middle_meaning",
    "nearest_example_share",
    "questions_share",
    "answers_share",
    "everything_share",
    "nearest_shared_share",
    "middle_shared_share",
    "nearest_meaning_share",
    "middle_meaning_share",
    "learned",
    "names_it",
    "tagged",
    "mentioned",
    "missing",
    "document",
    "other_document",
    "place",
    "unknown_words",
    "unlike_anything",
    "entry",
    "decline",
)
#: Likenesses by sentence vectors: by those of all languages, and by those of the one that its encoder reads best.
SHARED, MEANING = "shared", "meaning"
# The likenesses, which stand first, and beside them each in proportion to the likeliest label's: how far a label is
# ahead says more than how alike it is, since some messages are like everything and some like nothing.
_SHARE = "_share"
_LIKENESSES = tuple(name.removesuffix(_SHARE) for name in FEATURES if name.endswith(_SHARE))
_LEAST_LIKENESS = 1e-3
#: Features that speak against a label, and those that say what kind of label it is and may count either way.
AGAINST = frozenset({"missing", "other_document"})
KINDS = frozenset({"entry", "decline"})
# So many of an entry's questions say what it mentions.
_ASKED = 12
# Entities of these kinds point at something definite: an entry that has nothing to do with them is the wrong one.
_SELECTIVE = ("principle", "sdg", "organisation", "country", "region", "area", "year")


@dataclass(frozen=True)
class Profile:
    """What one label is about: `tags` by its author, `mentions` found in its words, the places it cites.

    `decisive` is the first place it cites: entries that share it answer the same question. Empty for other labels.
    """

    tags: frozenset[tuple[str, str]]
    mentions: frozenset[tuple[str, str]]
    places: frozenset[tuple[str, str]]
    decisive: str = ""

    def to_list(self) -> list[Any]:
        """Returns the profile as JSON-ready data."""
        return [*(sorted(map(list, part)) for part in (self.tags, self.mentions, self.places)), self.decisive]

    @classmethod
    def from_list(cls, data: list[Any]) -> Profile:
        """Returns the profile that `to_list` described."""
        tags, mentions, places = (frozenset((str(a), str(b)) for a, b in part) for part in data[:3])
        return cls(tags, mentions, places, data[3])


def profiles(labels: Iterable[str], knowledge: KnowledgeBase, recogniser: Recogniser) -> list[Profile]:
    """Returns the profile of each label; labels that are no entries have an empty one."""
    empty = Profile(frozenset(), frozenset(), frozenset())
    found = []
    for label in labels:
        entry = knowledge.entries.get(label.removeprefix(FAQ)) if label.startswith(FAQ) else None
        if entry is None:
            found.append(empty)
            continue
        # Read in one go per language, which is three times as fast; a sign keeps names from running into each other.
        # Some of the questions name what the answer calls otherwise; all of them say no more and take long.
        texts = (" | ".join((t.title, t.answer, t.more, *t.questions[:_ASKED])) for t in entry.texts.values())
        mentions = {(e.entity, e.value) for text in texts for e in recogniser.find(text)}
        tags = {(kind, value) for kind, values in entry.entities.items() for value in values}
        places = {(r.source, locator) for r in entry.references for locator in r.locators}
        first = entry.references[0]
        decisive = f"{first.source} {first.locators[0]}"
        found.append(Profile(frozenset(tags), frozenset(mentions), frozenset(places), decisive))
    return found


class Evidence:
    """Gathers the features of all labels for one message."""

    def __init__(self, labels: list[str], about: list[Profile], indexes: Mapping[str, Index]) -> None:
        """Takes a profile per label, and the indexes of `questions`, `answers` and both (`joint`)."""
        self.labels = labels
        self.about = about
        self.indexes = indexes
        self._question_index, self._answer_index = indexes["questions"], indexes["answers"]
        self._joint_index = indexes["joint"]
        self.groups = _groups(labels, about)
        self._numbers = {label.removeprefix(FAQ): i for i, label in enumerate(labels) if label.startswith(FAQ)}
        self._tagged = _reversed(profile.tags for profile in about)
        self._mentioned = _reversed(profile.mentions - profile.tags for profile in about)
        self._placed = _reversed(profile.places for profile in about)
        self._citing = _reversed({source for source, _ in profile.places} for profile in about)
        self._entry = np.asarray([label.startswith(FAQ) for label in labels], dtype=np.float32)
        self._decline = np.asarray([label == OUT_OF_SCOPE for label in labels], dtype=np.float32)

    @classmethod
    def of(
        cls,
        labels: list[str],
        about: list[Profile],
        questions: list[tuple[int, str]],
        answers: list[tuple[int, str]],
    ) -> Evidence:
        """Builds the indexes; `questions` and `answers` are (label's number, text) pairs."""
        asked, said = ([(i, search_terms(text)) for i, text in rows] for rows in (questions, answers))
        documents: dict[str, Iterable[tuple[int, Sequence[str]]]] = {
            "questions": asked,
            "answers": said,
            "joint": _joined([*asked, *said]),
        }
        return cls(labels, about, {name: Index(rows, len(labels)) for name, rows in documents.items()})

    def features(self, text: str, entities: list[tuple[str, str]], nearest: Array) -> Array:
        """Returns labels by features, in the order of `FEATURES`; those by vectors are 0 until `add_vectors`.

        Args:
            entities: the (kind, value) pairs found in the message.
            nearest: the similarity to the label's nearest example (0-1).
        """
        questions = self._question_index.scores(text)
        answers = self._answer_index.scores(text)
        nothing = np.zeros(len(self.labels), dtype=np.float32)
        alike = [nearest, questions, answers, self._joint_index.scores(text)]
        alike += [nothing] * (len(_LIKENESSES) - len(alike))
        columns = [*alike, *(_in_proportion(column) for column in alike), nothing, *self._entity_columns(entities)]
        # Words that no entry knows speak for declining: they tell a neighbouring subject from the field's own.
        columns += [self._decline * (1 - self._answer_index.coverage(text)), nothing, self._entry, self._decline]
        return np.stack(columns, axis=1).astype(np.float32)

    def add_vectors(self, features: Array, kind: str, nearest: Array, middle: Array) -> Array:
        """Returns the features with what `QuestionVectors.columns` says of one message, per label, filled in.

        Args:
            kind: which vectors they are, `SHARED` or `MEANING`.
        """
        filled = features.copy()
        for name, column in ((f"nearest_{kind}", nearest), (f"middle_{kind}", middle)):
            filled[:, FEATURES.index(name)] = column
            filled[:, FEATURES.index(name + _SHARE)] = _in_proportion(column)
        if kind == SHARED:
            unlike = 1 - np.max(nearest * self._entry, initial=0.0)
            filled[:, FEATURES.index("unlike_anything")] = self._decline * unlike
        return filled

    @staticmethod
    def add_learned(features: Array, learned: Array) -> Array:
        """Returns the features with what `SoftmaxRegression.columns` says of one message, per label, filled in."""
        filled = features.copy()
        filled[:, FEATURES.index("learned")] = learned
        return filled

    def coverage(self, text: str) -> tuple[float, float]:
        """Returns how much of the message the questions and the answers know at all (0-1 each)."""
        return self._question_index.coverage(text), self._answer_index.coverage(text)

    def _entity_columns(self, entities: list[tuple[str, str]]) -> Array:
        """Returns names_it, tagged, mentioned, missing, document, other_document and place, each per label."""
        columns = np.zeros((7, len(self.labels)), dtype=np.float32)
        documents = {value for kind, value in entities if kind == "document"}
        locators = {value for kind, value in entities if kind == "paragraph"}
        selective = {(kind, value) for kind, value in entities if kind in _SELECTIVE}
        for kind, value in entities:
            if kind == "term" and value in self._numbers:
                columns[0, self._numbers[value]] = 1
        for thing in selective:
            columns[1, self._tagged.get(thing, [])] += 1
            columns[2, self._mentioned.get(thing, [])] += 1
        columns[3] = (len(selective) - columns[1] - columns[2]) * self._entry
        for document in documents:
            columns[4, self._citing.get(document, [])] = 1
        columns[5] = (1 - columns[4]) * self._entry * bool(documents)
        for (source, locator), labels in self._placed.items() if locators else ():
            if locator in locators and (source in documents or not documents):
                columns[6, labels] = 1
        return columns


def _in_proportion(column: Array) -> Array:
    return column / max(float(np.max(column, initial=0.0)), _LEAST_LIKENESS)


def _groups(labels: list[str], about: list[Profile]) -> Array:
    """Returns a group per label: entries that share their decisive place are one group, any other label its own."""
    numbers: dict[str, int] = {}
    return np.asarray(
        [
            numbers.setdefault(profile.decisive or label, len(numbers))
            for label, profile in zip(labels, about, strict=True)
        ]
    )


def _reversed(sets: Iterable[Iterable[Hashable]]) -> dict[Any, list[int]]:
    """Returns, for each thing in some sets, the numbers of the sets that hold it."""
    found: dict[Any, list[int]] = {}
    for number, things in enumerate(sets):
        for thing in things:
            found.setdefault(thing, []).append(number)
    return found


def _joined(documents: Iterable[tuple[int, Sequence[str]]]) -> list[tuple[int, Sequence[str]]]:
    """Returns one document per owner: the terms of everything that is asked and said about it."""
    joined: dict[int, list[str]] = {}
    for owner, terms in documents:
        joined.setdefault(owner, []).extend(terms)
    return list(joined.items())


def entry_documents(labels: list[str], knowledge: KnowledgeBase) -> list[tuple[int, str]]:
    """Returns (label's number, text) of everything the entries say, one text per language."""
    return [
        (i, text)
        for i, label in enumerate(labels)
        if label.startswith(FAQ) and label.removeprefix(FAQ) in knowledge.entries
        for text in answer_texts(knowledge.entries[label.removeprefix(FAQ)])
    ]
