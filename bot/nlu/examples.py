"""How like the examples of each label a text is, by word and character n-grams.

Nothing is solved or iterated: what the likeness is worth beside search, entities and meaning is weighed on the tuning
questions. A ridge regression over the same n-grams, which took half of the training, added nothing to that once
sentence vectors were among the evidence (docs/understanding.md, 2026-11-30).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text.stored import joined, parted
from bot.text.terms import character_ngrams, word_ngrams, words

Array = Any  # numpy 1.23 under mypy strict gains nothing from shapes; they are said in the docstrings


# The n-grams of a text in so many numbers, for what learns from them beside sentence vectors; what falls together is
# drawn with this seed. With 512 numbers 2 in 1,000 tuning questions fewer were found (2026-11-30).
_SKETCHED, _SEED = 1024, 1

# Of many texts the n-grams of one alone are left out, 350,000 of 500,000: each says of its text only that it is itself,
# and all of them found 2 in 1,000 tuning questions more, in twice the memory (2026-11-30).
_MANY, _AGAIN = 5_000, 2

# Examples are not looked up by an n-gram that more of them have than this: with 56,000 examples four fifths of all that
# was looked up, for a twentieth of a message's weight (1.2 ms instead of 2.7). 0.3 points fewer English tuning
# questions are found and 0.2 points more Chinese ones (cross-fitted, 2026-11-30).
_COMMON = 4_000


# What cuts a text into n-grams, each kind weighed by itself.
_CUTTERS = (word_ngrams, character_ngrams)


class Vectoriser:
    """Turns texts into rows of unit length: word 1-2-grams and character 2-5-grams, each TF-IDF weighted."""

    def __init__(self) -> None:
        self._numbers: list[dict[str, int]] = []
        self._weights: list[Array] = []

    def fit(self, texts: Sequence[str]) -> Array:
        """Learns the vocabulary of `texts` and returns their rows."""
        cut = [words(text) for text in texts]
        least = _AGAIN if len(texts) >= _MANY else 1
        parts = [
            TfidfVectorizer(analyzer=cutter, sublinear_tf=True, dtype=np.float32, min_df=least) for cutter in _CUTTERS
        ]
        blocks = [part.fit_transform(cut) for part in parts]
        self._numbers = [part.vocabulary_ for part in parts]
        self._weights = [np.asarray(part.idf_, dtype=np.float32) for part in parts]
        joined = scipy.sparse.hstack(blocks, format="csr", dtype=np.float32)
        return joined * np.float32(1 / np.sqrt(len(blocks)))

    def transform(self, texts: Sequence[str]) -> Array:
        """Returns the rows of `texts`: what scikit-learn makes, which takes ten times as long for one text."""
        rows = [self._row(words(text)) for text in texts]
        ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
        numbers, weights = (np.concatenate(part) for part in zip(*rows, strict=True))
        return scipy.sparse.csr_matrix((weights, numbers, ends), shape=(len(rows), sum(map(len, self._numbers))))

    def _row(self, cut: tuple[str, ...]) -> tuple[Array, Array]:
        """Returns the numbers of a text's n-grams, in order, and their weights."""
        numbers, weights, first = [], [], 0
        for known, rarity, cutter in zip(self._numbers, self._weights, _CUTTERS, strict=True):
            counts = Counter([known[ngram] for ngram in cutter(cut) if ngram in known])
            places = np.asarray(sorted(counts), dtype=np.int32)
            often = np.asarray([counts[number] for number in places.tolist()], dtype=np.float32)
            row = (1 + np.log(often)) * rarity[places]
            numbers.append(places + np.int32(first))
            weights.append(row / (np.linalg.norm(row) * np.float32(np.sqrt(len(_CUTTERS))) or 1))
            first += len(known)
        return np.concatenate(numbers), np.concatenate(weights)

    def to_arrays(self) -> dict[str, Array]:
        """Returns the vocabularies and weights as arrays without objects."""
        arrays = {}
        for i, (known, rarity) in enumerate(zip(self._numbers, self._weights, strict=True)):
            arrays[f"terms {i}"] = joined(sorted(known, key=known.__getitem__))
            arrays[f"idf {i}"] = rarity
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Any) -> Vectoriser:
        """Returns the vectoriser that `to_arrays` described."""
        vectoriser = cls()
        for i in range(len(_CUTTERS)):
            vectoriser._numbers.append({term: n for n, term in enumerate(parted(arrays[f"terms {i}"]))})
            vectoriser._weights.append(arrays[f"idf {i}"])
        return vectoriser


class Examples:
    """The examples of all labels, to compare texts with. Build it with `fit` or `from_arrays`."""

    def __init__(
        self, vectoriser: Vectoriser, labels: list[str], columns: Array, starts: Array, rows: Array | None = None
    ) -> None:
        """Takes a column per example, those of a label side by side, and where those of each label begin.

        What is not looked up is not in the columns; it is in the `rows` of the examples, which have their sketches.
        """
        self.labels = labels
        self._vectoriser = vectoriser
        self._columns = columns
        self._starts = starts
        self._rows = rows
        self._sketch = _sketch(columns.shape[0])

    @classmethod
    def fit(cls, texts: Sequence[str], targets: Sequence[str]) -> Examples:
        """Returns the examples `texts` with one label each in `targets`."""
        labels = sorted(set(targets))
        index = {label: i for i, label in enumerate(labels)}
        owners = np.asarray([index[target] for target in targets])
        order = np.argsort(owners, kind="stable")
        vectoriser = Vectoriser()
        rows = vectoriser.fit(texts)[order]
        # Every label has examples, so the runs of the sorted owners are the labels in order.
        starts = np.searchsorted(owners[order], np.arange(len(labels)))
        return cls(vectoriser, labels, _columns(rows), starts, rows)

    def rows(self, texts: list[str]) -> Array:
        """Returns the weighted n-grams of some texts, a sparse row each, as `likeness` and `sketches` take them."""
        if not texts:
            return scipy.sparse.csr_matrix((0, self._columns.shape[0]), dtype=np.float32)
        return self._vectoriser.transform(texts)

    def read(self, texts: list[str]) -> tuple[Array, Array]:
        """Returns what `likeness` and `sketches` say of some texts."""
        rows = self.rows(texts)
        return self.likeness(rows), self.sketches(rows)

    def likeness(self, rows: Array) -> Array:
        """Returns texts by labels: the likeness to the nearest example of each label (0-1)."""
        nearest = np.zeros((rows.shape[0], len(self.labels)), dtype=np.float32)
        for number in range(rows.shape[0]):
            own = slice(rows.indptr[number], rows.indptr[number + 1])
            likenesses = _weighed(self._columns, rows.indices[own], rows.data[own])
            nearest[number] = np.maximum.reduceat(likenesses, self._starts)
        return nearest

    def sketches(self, rows: Array | None = None) -> Array:
        """Returns the n-grams of some texts in few numbers, a row of unit length each, zeros where none is known.

        Each n-gram is added to one number or taken off it, which keeps likenesses as they are on average (count
        sketch; Charikar, Chen and Farach-Colton, 2002).

        Args:
            rows: as `rows` makes them; by default those of the examples, by label and then in their own order, which
                only `fit` knows.
        """
        small = ((self._rows if rows is None else rows) @ self._sketch).toarray().astype(np.float32)
        return small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6)

    def to_arrays(self) -> dict[str, Array]:
        """Returns the examples as arrays, for saving without pickle."""
        return {
            "data": self._columns.data,
            "indices": self._columns.indices,
            "indptr": self._columns.indptr,
            "shape": np.asarray(self._columns.shape),
            "starts": self._starts,
            "labels": joined(self.labels),
            **self._vectoriser.to_arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: Any) -> Examples:
        """Returns the examples that `to_arrays` described."""
        columns = scipy.sparse.csr_matrix(
            (arrays["data"], arrays["indices"], arrays["indptr"]), shape=tuple(arrays["shape"])
        )
        return cls(Vectoriser.from_arrays(arrays), parted(arrays["labels"]), columns, arrays["starts"])


def _columns(rows: Array) -> Array:
    """Returns a column per row, without n-grams that are in too many to be looked up."""
    columns = rows.T.tocsr()
    often = np.diff(columns.indptr)
    columns.data[np.repeat(often > _COMMON, often)] = 0
    columns.eliminate_zeros()
    return columns


def _weighed(columns: Array, ngrams: Array, weights: Array) -> Array:
    """Returns, per column, the sum of what some n-grams have in it, each weighted.

    As a product of sparse matrices it takes twice as long, for one text and for many.
    """
    if not len(ngrams):
        return np.zeros(columns.shape[1], dtype=np.float32)
    starts, ends = columns.indptr[ngrams], columns.indptr[ngrams + 1]
    parts = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    data, places = (np.concatenate([each[part] for part in parts]) for each in (columns.data, columns.indices))
    shape = columns.shape[1], len(parts)
    chosen = scipy.sparse.csc_matrix((data, places, np.concatenate([[0], np.cumsum(ends - starts)])), shape=shape)
    return chosen @ weights


def _sketch(ngrams: int) -> Array:
    """Returns a sparse matrix of n-grams by few numbers: where each n-gram counts, and whether for or against."""
    draw = np.random.default_rng(_SEED)
    signs, places = draw.choice(np.asarray([-1, 1], dtype=np.float32), ngrams), draw.integers(0, _SKETCHED, ngrams)
    return scipy.sparse.csr_matrix((signs, places, np.arange(ngrams + 1)), shape=(ngrams, _SKETCHED))
