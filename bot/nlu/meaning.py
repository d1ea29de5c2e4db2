"""What sentence vectors say of a message: likeness to the examples of each label, and what was learned from all.

What is learned is learned from the vectors and the words side by side: the vectors of all languages say which matter a
question is of, the words which of its neighbours (docs/understanding.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bot.nlu.evidence import FAQ, MEANING, OUT_OF_SCOPE, SHARED, Evidence
from bot.nlu.regression import SoftmaxRegression
from bot.nlu.vectors import QuestionVectors, Reader, various

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

#: How a message can be read, each with weights of its own: by its words alone, by the vectors of all languages as well,
#: or by those and the encoder of its own script.
WORDS, WAYS = "words", ("words", SHARED, MEANING)
# Encoding takes longest of all training, above all that of the encoder of one script, which reads so many examples of
# an entry and of another intent; of what is out of scope it reads all, as the other one does of everything. With 14 of
# an entry that differ most the first choice was right for 92.1 of 100 English tuning questions, with 14 spread over
# them for 91.0, with all, half as many again, for 92.4 (cross-fitted, 2026-11-30).
_MOST_OF_ENTRY = 16
_MOST_OF_INTENT = 200
# As many as a small server has.
_CORES = 2
# What words count beside a vector of unit length: with 0.7 and with 1 fewer tuning questions were found (2026-11-30).
_WORDS_SHARE = np.float32(0.4)


@dataclass(frozen=True)
class Said:
    """What vectors say of some texts: per kind two likenesses, and what was learned; each texts by labels."""

    likenesses: dict[str, tuple[Array, Array]]
    learned: Array


class Meaning:
    """Reads messages by the configured encoders. Build it with `fit` or `restore`."""

    def __init__(
        self,
        readers: Mapping[str, Reader],
        vectors: dict[str, QuestionVectors],
        regressions: dict[str, SoftmaxRegression],
        labels: int,
    ) -> None:
        """Takes a reader and the examples' vectors per kind (`SHARED`, `MEANING`), and a regression per way."""
        self._readers = readers
        self._vectors = vectors
        self._regressions = regressions
        self._labels = labels

    @classmethod
    def fit(
        cls,
        readers: Mapping[str, Reader],
        questions: list[tuple[int, str]],
        labels: list[str],
        sketches: Callable[[], Array],
    ) -> Meaning:
        """Encodes the examples and learns from them.

        Args:
            questions: (label's number, text) pairs.
            sketches: returns the sketch of each question's words, a row each; asked for when all are encoded.
        """
        owners = np.asarray([owner for owner, _ in questions], dtype=np.int32)
        texts = [text for _, text in questions]
        rows: dict[str, Array] = {}
        if SHARED in readers:
            rows[SHARED] = readers[SHARED].read(texts)
        if MEANING in readers:
            rows[MEANING] = _read_some(readers[MEANING], owners, texts, labels, rows.get(SHARED))
        heard = {kind: rows[kind].any(axis=1) for kind in readers}
        words = sketches() if readers else np.zeros((0, 0), dtype=np.float32)
        vectors = {kind: QuestionVectors(owners[heard[kind]], rows[kind][heard[kind]], len(labels)) for kind in readers}

        def learn(way: str) -> SoftmaxRegression:
            kinds = _kinds(way, readers)
            whole = np.logical_and.reduce([heard[kind] for kind in kinds])
            together = _side_by_side([rows[kind][whole] for kind in kinds], words[whole])
            return SoftmaxRegression.fit(together, owners[whole], len(labels))

        ways = [way for way in WAYS if way in readers]
        # Two regressions side by side, or the products of one shared out.
        with ThreadPoolExecutor(max_workers=max(len(ways), 1)) as pool, threadpool_limits(_CORES // max(len(ways), 1)):
            regressions = dict(zip(ways, pool.map(learn, ways), strict=True))
        return cls(readers, vectors, regressions, len(labels))

    def way(self, text: str) -> str:
        """Returns the fullest way in which a message can be read."""
        return next((way for way in reversed(WAYS) if way in self._readers and self._readers[way].reads(text)), WORDS)

    def read(self, texts: list[str], sketches: Array) -> Said:
        """Returns what the vectors say of some texts; zeros of what an encoder cannot read.

        Args:
            sketches: the sketch of each text's words, a row each.
        """
        rows = {kind: reader.read(texts) for kind, reader in self._readers.items()}
        ways = [self.way(text) for text in texts]
        learned = np.zeros((len(texts), self._labels), dtype=np.float32)
        for way, regression in self._regressions.items():
            those = [number for number, fullest in enumerate(ways) if fullest == way]
            if those:
                vectors = [rows[kind][those] for kind in _kinds(way, self._readers)]
                together = _side_by_side(vectors, sketches[those])
                learned[those] = regression.columns(together)
        return Said({kind: self._vectors[kind].columns(those) for kind, those in rows.items()}, learned)

    def add(self, evidence: Evidence, features: Array, said: Said, number: int, way: str) -> Array:
        """Returns the features of one text (labels by features) with what vectors say of it, read in this way."""
        for kind in _kinds(way, self._readers):
            nearest, middle = said.likenesses[kind]
            features = evidence.add_vectors(features, kind, nearest[number], middle[number])
        return evidence.add_learned(features, said.learned[number])

    def store(self, folder: Path) -> None:
        """Writes what was encoded and learned into a folder of the model, without pickle."""
        for kind, vectors in self._vectors.items():
            np.savez(folder / f"{kind}.npz", **vectors.to_arrays())
        for way, regression in self._regressions.items():
            np.savez(folder / f"learned_{way}.npz", **regression.to_arrays())

    @classmethod
    def restore(cls, readers: Mapping[str, Reader], folder: Path, labels: int) -> Meaning:
        """Returns what `store` has written; the readers must be those that it was encoded with."""
        vectors, regressions = {}, {}
        for kind in readers:
            with np.load(folder / f"{kind}.npz", allow_pickle=False) as arrays:
                vectors[kind] = QuestionVectors.from_arrays(arrays, labels)
        for way, path in _learned(folder):
            with np.load(path, allow_pickle=False) as arrays:
                regressions[way] = SoftmaxRegression.from_arrays(arrays)
        return cls(readers, vectors, regressions, labels)


def _side_by_side(vectors: list[Array], sketches: Array) -> Array:
    """Returns what a regression reads of some texts, a row each."""
    return np.concatenate([*vectors, _WORDS_SHARE * sketches], axis=1)


def _kinds(way: str, readers: Mapping[str, object]) -> list[str]:
    """Returns which vectors a way of reading looks at."""
    wanted = {WORDS: (), SHARED: (SHARED,), MEANING: (SHARED, MEANING)}[way]
    return [kind for kind in wanted if kind in readers]


def _learned(folder: Path) -> Iterator[tuple[str, Path]]:
    for way in WAYS:
        path = folder / f"learned_{way}.npz"
        if path.is_file():
            yield way, path


def _read_some(reader: Reader, owners: Array, texts: list[str], labels: list[str], shared: Array | None) -> Array:
    """Returns what a reader makes of the examples that are most worth it, zeros for the others.

    Args:
        shared: the examples' vectors in the space of all languages, which tell how they differ; None takes them all.
    """
    readable = np.flatnonzero([reader.reads(text) for text in texts])
    if shared is not None:
        most = [
            len(texts) if label == OUT_OF_SCOPE else _MOST_OF_ENTRY if label.startswith(FAQ) else _MOST_OF_INTENT
            for label in labels
        ]
        readable = readable[various(owners[readable], shared[readable], most)]
    rows = np.zeros((len(texts), reader.encoder.size), dtype=np.float32)
    rows[readable] = reader.read([texts[number] for number in readable])
    return rows
