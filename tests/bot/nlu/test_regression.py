from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.regression import SoftmaxRegression

SIZE, LABELS = 24, 6


def _examples(count=600, seed=3):
    """Vectors around six middles; the first two differ in one direction, which varies with another for all alike."""
    middles = np.random.default_rng(1).standard_normal((LABELS, SIZE))
    middles[1] = middles[0] + 0.8 * np.eye(SIZE)[0]
    owners = np.arange(count) % LABELS
    draw = np.random.default_rng(seed)
    both = draw.standard_normal((count, 1)) * (np.eye(SIZE)[0] + 2 * np.eye(SIZE)[1])
    rows = middles[owners] + both + 0.1 * draw.standard_normal((count, SIZE))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), owners


@pytest.fixture(scope="module")
def fitted():
    rows, owners = _examples()
    return SoftmaxRegression.fit(rows, owners, LABELS + 1)


def test_tells_neighbours_apart_better_than_their_middles_do(fitted):
    rows, owners = _examples()
    asked, right = _examples(seed=4)
    asked, right = asked[right < 2], right[right < 2]
    middles = np.stack([rows[owners == label].mean(axis=0) for label in range(LABELS)])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    by_middle = ((asked @ middles.T).argmax(axis=1) == right).mean()
    assert (fitted.columns(asked).argmax(axis=1) == right).mean() > by_middle + 0.1


def test_says_chances_on_a_logarithmic_scale_from_none_to_one(fitted):
    columns = fitted.columns(_examples()[0])
    assert columns.min() >= 0
    assert columns.max() <= 1
    assert np.exp(15 * (columns - 1)).sum(axis=1) == pytest.approx(np.ones(600), abs=1e-3)
    assert columns[:, LABELS].max() < 0.75  # a label without examples is never likely


def test_is_the_same_when_learned_again(fitted):
    rows, owners = _examples()
    again = SoftmaxRegression.fit(rows, owners, LABELS + 1)
    assert (again.columns(rows) == fitted.columns(rows)).all()


def test_survives_the_way_into_a_file_and_back(fitted, tmp_path):
    np.savez(tmp_path / "learned.npz", **fitted.to_arrays())
    with np.load(tmp_path / "learned.npz", allow_pickle=False) as stored:
        again = SoftmaxRegression.from_arrays(stored)
    rows = _examples(seed=5)[0]
    assert again.columns(rows) == pytest.approx(fitted.columns(rows), abs=5e-3)
