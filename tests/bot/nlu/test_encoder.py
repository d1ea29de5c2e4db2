from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from bot.errors import SettingsError
from bot.nlu import encoder as encoder_module
from bot.nlu.encoder import Encoder, encoder_in, packaged_folder

# Measured with the reference implementation of the encoder (its model card's own example), to four digits.
SENTENCES = ["This is an example sentence", "Each sentence is converted"]


@pytest.fixture(scope="module")
def encoder():
    return Encoder(packaged_folder())


def test_gives_rows_of_unit_length(encoder):
    rows = encoder.encode(SENTENCES)
    assert rows.shape == (2, encoder.size) == (2, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_finds_what_means_the_same_nearer(encoder):
    vetting, checking, cooking = encoder.encode(
        ["vetting a company before signing", "screening of a firm ahead of the contract", "how to boil an egg"]
    )
    assert vetting @ checking > 0.5 > vetting @ cooking


def test_gives_a_text_the_same_vector_whatever_stands_beside_it(encoder):
    texts = ["principle 7", "a", "who checks the companies that want to work with the United Nations?", "principle 7"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)
    assert together[0].tolist() == together[3].tolist()


def test_takes_no_texts_an_empty_one_and_a_very_long_one(encoder):
    assert encoder.encode([]).shape == (0, 384)
    rows = encoder.encode(["", "partnership " * 3000, "\u202e\x00 \U0001f642", "\ud800"])
    assert np.isfinite(rows).all()


def test_refuses_a_folder_without_an_encoder(tmp_path):
    with pytest.raises(SettingsError, match="no sentence encoder"):
        Encoder(tmp_path)


def test_refuses_weights_of_another_shape(tmp_path):
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(packaged_folder() / name, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(SettingsError, match="no sentence encoder"):
        Encoder(tmp_path)


def test_refuses_packaged_weights_that_are_not_the_official_ones(monkeypatch):
    monkeypatch.setattr(encoder_module, "MINILM_SHA256", "0" * 64)
    with pytest.raises(SettingsError, match="not the official weights"):
        packaged_folder()


def test_is_loaded_once_for_all_models_of_a_process():
    assert encoder_in(packaged_folder()) is encoder_in(packaged_folder())
