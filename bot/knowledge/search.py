"""Full-text search over the entries: BM25 over example questions, and over titles, names and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bm25s
import numpy as np

from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry
from bot.text.stored import joined, parted
from bot.text.terms import search_terms

_K1, _B = 1.2, 0.5

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings


class Index:
    """BM25 over documents that each belong to an owner; an owner's score is that of its best document."""

    def __init__(self, documents: Iterable[tuple[int, Sequence[str]]], owners: int) -> None:
        """Builds the index; `documents` are (owner, search terms) pairs, owners are numbers below `owners`."""
        # Sorted by owner, so that the best document of each is a running maximum between two places.
        rows = sorted(documents, key=lambda row: row[0])
        self._owners, self._starts = np.unique([owner for owner, _ in rows], return_index=True)
        self._count = owners
        self._weights: dict[str, float] = {}
        total = len(rows)
        frequencies: dict[str, int] = {}
        for _, terms in rows:
            for term in set(terms):
                frequencies[term] = frequencies.get(term, 0) + 1
        self._weights = {t: float(np.log(1 + (total - n + 0.5) / (n + 0.5))) for t, n in frequencies.items()}
        self._unknown = float(np.log(1 + (total + 0.5) / 0.5))
        self._search = bm25s.BM25(k1=_K1, b=_B)
        self._search.index([list(terms) or ["\0"] for _, terms in rows], show_progress=False)

    def to_arrays(self) -> dict[str, Array]:
        """Returns the index as arrays without objects; the same for the same documents."""
        scores = self._search.scores
        # It adds an empty word of its own, for questions that hold nothing; its order differs from process to process.
        words = sorted(word for word in self._search.vocab_dict if word)
        order = np.asarray([self._search.vocab_dict[word] for word in words], dtype=np.int64)
        starts, sizes = scores["indptr"][order], np.diff(scores["indptr"])[order]
        ends = np.cumsum(sizes)
        places = np.arange(sizes.sum()) + np.repeat(starts - (ends - sizes), sizes)
        return {
            "words": joined(words),
            "weights": np.asarray([self._weights.get(word, 0.0) for word in words]),
            "sizes": np.asarray([self._count, scores["num_docs"]]),
            "unknown": np.asarray([self._unknown]),
            "owners": self._owners,
            "starts": self._starts,
            "data": scores["data"][places],
            "indices": scores["indices"][places],
            "indptr": np.concatenate([[0], ends]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Index:
        """Returns the index that `to_arrays` described, without reading a document again."""
        index = cls.__new__(cls)
        words = parted(arrays["words"])
        index._owners, index._starts = arrays["owners"], arrays["starts"]
        index._count, documents = (int(size) for size in arrays["sizes"])
        index._unknown = float(arrays["unknown"][0])
        # What stands for a document without words has no weight.
        index._weights = {word: n for word, n in zip(words, arrays["weights"].tolist(), strict=True) if n}
        index._search = bm25s.BM25(k1=_K1, b=_B)
        index._search.nonoccurrence_array = None  # of variants of BM25 other than this one
        index._search.vocab_dict = {word: number for number, word in enumerate(words)}
        index._search.scores = {name: arrays[name] for name in ("data", "indices", "indptr")} | {"num_docs": documents}
        return index

    def scores(self, text: str) -> Array:
        """Returns one score per owner, 0 to about 1: how much of the question's weight its best document holds."""
        terms = search_terms(text)
        known = [term for term in terms if term in self._weights]
        best = np.zeros(self._count, dtype=np.float32)
        if not known:
            return best
        best[self._owners] = np.maximum.reduceat(self._document_scores(known), self._starts)
        weight = sum(self._weights.get(term, self._unknown) for term in terms)
        return best / np.float32(weight)

    def _document_scores(self, terms: list[str]) -> Array:
        """Returns the sum of the terms' scores in each document.

        As bm25s does it in `get_scores`, term by term with `numpy.add.at`, it takes eight times as long.
        """
        stored = self._search.scores
        ids = self._search.get_tokens_ids(terms)
        parts = [slice(stored["indptr"][i], stored["indptr"][i + 1]) for i in ids]
        documents = np.concatenate([stored["indices"][part] for part in parts])
        scores = np.concatenate([stored["data"][part] for part in parts])
        return np.bincount(documents, scores, minlength=stored["num_docs"])

    def coverage(self, text: str) -> float:
        """Returns the share of the question's term weight that the index knows at all (0-1)."""
        terms = search_terms(text)
        weight = sum(self._weights.get(term, self._unknown) for term in terms)
        return sum(self._weights.get(term, 0.0) for term in terms) / weight if weight else 0.0


def answer_texts(entry: Entry) -> list[str]:
    """Returns what an entry says, per language: title, names and answers, as one text to search in."""
    return [
        "\n".join((t.title, t.title, *t.aliases, t.quote, t.answer, t.more, *t.audience.values()))
        for t in entry.texts.values()
    ]


@dataclass(frozen=True)
class Hit:
    """An entry found by words, with its score (0 to about 1)."""

    entry: Entry
    score: float


class Finder:
    """Searches one knowledge base, its index built once."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._entries = list(knowledge.entries.values())
        rows = list(enumerate(self._entries))
        answers = ((i, search_terms(text)) for i, e in rows for text in answer_texts(e))
        questions = ((i, search_terms(q)) for i, e in rows for t in e.texts.values() for q in t.questions)
        self._answers, self._questions = Index(answers, len(rows)), Index(questions, len(rows))

    def find(self, words: str, limit: int = 10) -> list[Hit]:
        """Returns the entries that fit some words best, best first; empty when no word is known."""
        scores = self._answers.scores(words) + self._questions.scores(words)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [Hit(self._entries[i], float(scores[i])) for i in order if scores[i] > 0]


def search(knowledge: KnowledgeBase, words: str, limit: int = 10) -> list[Hit]:
    """Returns the entries that fit some words best, best first; empty when no word is known."""
    return Finder(knowledge).find(words, limit)
