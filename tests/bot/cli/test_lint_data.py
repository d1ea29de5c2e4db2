from __future__ import annotations

import pytest

from bot.cli import lint_data
from tests.bot.small_base import edit

pytestmark = pytest.mark.model  # not the shared one; what makes it slow is loading Rasa


def test_finds_no_problem_where_there_is_none(call, configured):
    assert call(lint_data) == (0, "Training data, rules and phrases: no problem found.\n", "")


def test_prints_every_problem_with_its_file(call, configured):
    with edit(configured / "nlu_data/zh/phrases.yml") as data:
        data["phrases"].popitem()
    with edit(configured / "nlu_data/rules/small_talk.yml") as data:
        data["rules"][0]["steps"][1]["action"] = "action_nothing"
    ended = call(lint_data)
    lines = ended.out.splitlines()
    assert ended.code == 1
    assert [line.split(": ")[0] for line in lines if not line.startswith("rasa: ")] == [
        "nlu_data/rules/small_talk.yml",
        "nlu_data/zh/phrases.yml",
    ]
    assert [line for line in lines if line.startswith("rasa: ") and "action_nothing" in line] != []
    assert ended.err == f"partnerguide: {len(lines)} problems in the training data, listed above\n"
