from __future__ import annotations

import pytest

from bot.errors import KnowledgeError
from bot.nlu.tuning import TuningQuestion, load_tuning


def _write(root, name, words):
    path = root / "tuning" / "en" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")


def test_reads_entries_intents_and_what_to_decline(tmp_path):
    _write(tmp_path, "growth.yml", "language: en\nentries:\n  number:\n    - how many\n    - count?\n")
    _write(tmp_path, "intents.yml", "language: en\nintents:\n  greet: [hi there]\nout_of_scope: [who won]\n")
    assert load_tuning(tmp_path) == [
        TuningQuestion("how many", "faq/growth.number"),
        TuningQuestion("count?", "faq/growth.number"),
        TuningQuestion("hi there", "greet"),
        TuningQuestion("who won", "out_of_scope"),
    ]


def test_has_none_where_there_is_no_folder(tmp_path):
    assert load_tuning(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    ["entries: [a]", "entries: {number: how many}", "entries: {number: [7]}", "intents: x", "out_of_scope: [[a]]"],
)
def test_says_which_file_is_of_another_shape(tmp_path, words):
    _write(tmp_path, "growth.yml", words)
    with pytest.raises(KnowledgeError, match=r"growth\.yml: must hold"):
        load_tuning(tmp_path)
