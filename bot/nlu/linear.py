"""A multinomial logistic regression over word and character n-grams, kept in the span of its examples.

L2-penalised logistic regression depends on the examples' inner products alone, so it is fitted on the leading
eigenvectors of their Gram matrix (seconds instead of minutes) and stored as one coefficient row per example. The
similarities to every example come free with each score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.sparse
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text.terms import character_ngrams, word_ngrams

Array = Any  # numpy 1.23 under mypy strict gains nothing from shapes; they are said in the docstrings


@dataclass(frozen=True)
class LinearSettings:
    """`penalty_c` is the inverse L2 strength, `rank` the most eigenvectors used, `iterations` of L-BFGS at most."""

    penalty_c: float = 20.0
    rank: int = 1200
    iterations: int = 60


class Vectoriser:
    """Turns texts into rows of unit length: word 1-2-grams and character 2-5-grams, each TF-IDF weighted."""

    def __init__(self) -> None:
        self._parts = [
            TfidfVectorizer(analyzer=word_ngrams, sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer=character_ngrams, sublinear_tf=True, dtype=np.float32),
        ]

    def fit(self, texts: list[str]) -> Array:
        """Learns the vocabulary of `texts` and returns their rows."""
        return self._join([part.fit_transform(texts) for part in self._parts])

    def transform(self, texts: list[str]) -> Array:
        """Returns the rows of `texts`."""
        return self._join([part.transform(texts) for part in self._parts])

    @staticmethod
    def _join(blocks: list[Array]) -> Array:
        joined = scipy.sparse.hstack(blocks, format="csr", dtype=np.float32)
        return joined * np.float32(1 / np.sqrt(len(blocks)))

    def to_dict(self) -> dict[str, Any]:
        """Returns the vocabularies and weights as plain data."""
        return {
            str(i): {
                "terms": sorted(part.vocabulary_, key=part.vocabulary_.__getitem__),
                "idf": [float(x) for x in part.idf_],
            }
            for i, part in enumerate(self._parts)
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Vectoriser:
        """Returns the vectoriser that `to_dict` described."""
        vectoriser = cls()
        for i, part in enumerate(vectoriser._parts):
            part.vocabulary_ = {term: n for n, term in enumerate(data[str(i)]["terms"])}
            part.idf_ = np.asarray(data[str(i)]["idf"], dtype=np.float32)
        return vectoriser


class LinearModel:
    """Scores labels for a text. Build one with `fit` or `from_arrays`."""

    def __init__(
        self, vectoriser: Vectoriser, labels: list[str], examples: Array, owners: Array, coefficients: Array, bias: Array
    ) -> None:
        self.labels = labels
        self._vectoriser = vectoriser
        self._examples = examples
        self._examples_t = examples.T.tocsr()
        self._owners = owners
        self._coefficients = coefficients
        self._bias = bias

    @classmethod
    def fit(cls, texts: list[str], targets: list[str], settings: LinearSettings) -> LinearModel:
        """Returns the model trained on `texts` with one label each in `targets`."""
        labels = sorted(set(targets))
        index = {label: i for i, label in enumerate(labels)}
        owners = np.asarray([index[target] for target in targets])
        vectoriser = Vectoriser()
        examples = vectoriser.fit(texts)
        gram = (examples @ examples.T).toarray().astype(np.float32)
        vectors, values = _leading(gram, min(settings.rank, len(texts) - 1))
        projected = vectors * np.sqrt(values)
        weights, bias = _logistic(projected, owners, len(labels), settings)
        coefficients = (vectors / np.sqrt(values)) @ weights
        return cls(vectoriser, labels, examples, owners, coefficients.astype(np.float32), bias.astype(np.float32))

    def score(self, texts: list[str]) -> tuple[Array, Array]:
        """Returns two matrices, texts by labels: log-probabilities, and the similarity to the nearest example (0-1)."""
        similarities = (self._vectoriser.transform(texts) @ self._examples_t).toarray()
        logits = similarities @ self._coefficients + self._bias
        nearest = np.zeros((len(self.labels), len(texts)), dtype=np.float32)
        np.maximum.at(nearest, self._owners, similarities.T)
        return log_softmax(logits, axis=1), nearest.T

    def to_arrays(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Returns the model as arrays and plain data, for saving without pickle."""
        arrays = {
            "data": self._examples.data,
            "indices": self._examples.indices,
            "indptr": self._examples.indptr,
            "shape": np.asarray(self._examples.shape),
            "owners": self._owners,
            "coefficients": self._coefficients.astype(np.float16),
            "bias": self._bias,
        }
        return arrays, {"labels": self.labels, "vectoriser": self._vectoriser.to_dict()}

    @classmethod
    def from_arrays(cls, arrays: Any, data: dict[str, Any]) -> LinearModel:
        """Returns the model that `to_arrays` described."""
        examples = scipy.sparse.csr_matrix(
            (arrays["data"], arrays["indices"], arrays["indptr"]), shape=tuple(arrays["shape"])
        )
        vectoriser = Vectoriser.from_dict(data["vectoriser"])
        coefficients = arrays["coefficients"].astype(np.float32)
        return cls(vectoriser, data["labels"], examples, arrays["owners"], coefficients, arrays["bias"])


def _leading(gram: Array, rank: int) -> tuple[Array, Array]:
    """Returns the leading eigenvectors (columns) and eigenvalues of a Gram matrix, by subspace iteration when large."""
    size = gram.shape[0]
    if size <= 2 * rank:
        values, vectors = scipy.linalg.eigh(gram, overwrite_a=False, check_finite=False)
    else:
        random = np.random.default_rng(0)
        basis = gram @ random.standard_normal((size, rank + 50)).astype(np.float32)
        for _ in range(2):
            basis = gram @ np.linalg.qr(basis)[0]
        basis = np.linalg.qr(basis)[0]
        values, small = scipy.linalg.eigh(basis.T @ (gram @ basis), check_finite=False)
        vectors = basis @ small
    order = np.argsort(values)[::-1][:rank]
    order = order[values[order] > 1e-4]
    return vectors[:, order].astype(np.float32), values[order].astype(np.float32)


def _logistic(rows: Array, owners: Array, classes: int, settings: LinearSettings) -> tuple[Array, Array]:
    """Returns weights (features by classes) and bias of the multinomial logistic regression with L2 penalty."""
    size, width = rows.shape
    targets = np.zeros((size, classes), dtype=np.float32)
    targets[np.arange(size), owners] = 1

    def loss(flat: Array) -> tuple[float, Array]:
        parameters = flat.reshape(width + 1, classes).astype(np.float32)
        weights, bias = parameters[:-1], parameters[-1]
        log_p = log_softmax(rows @ weights + bias, axis=1)
        difference = np.exp(log_p) - targets
        penalty = 0.5 * float((weights**2).sum()) / settings.penalty_c
        gradient = np.vstack([rows.T @ difference + weights / settings.penalty_c, difference.sum(axis=0)])
        return penalty - float((log_p * targets).sum()), gradient.ravel().astype(np.float64)

    start = np.zeros((width + 1) * classes)
    result = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": settings.iterations, "maxcor": 5}
    )
    parameters = result.x.reshape(width + 1, classes)
    return parameters[:-1], parameters[-1]
