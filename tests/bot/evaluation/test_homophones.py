from __future__ import annotations

from bot.evaluation.homophones import homophones


def test_knows_common_characters_of_one_sound():
    assert "公" in homophones()["工"]
    assert "工" not in homophones()["工"]


def test_leaves_other_tones_and_rare_characters_out():
    assert "共" not in homophones()["工"]
    assert all(len(character) == 1 for group in homophones().values() for character in group)
    assert "龘" not in homophones()
