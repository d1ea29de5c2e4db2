from __future__ import annotations

import pytest

from bot.evaluation.reasons import Reason, reasons
from tests.conftest import ROOT

CONFIG = """
# The whole file.
recipe: default.v1
pipeline:
  - name: Selector
    # A word
    # of reason.
    answer_from: 0.2
    # Another.
    in_scope_from: 0.6
    known_from: 0.3
    bare: text
    uncommented: 4
"""


def test_takes_the_comment_above_a_number(tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG)
    assert reasons(tmp_path / "config.yml") == [
        Reason("answer_from", 0.2, "A word of reason."),
        Reason("in_scope_from", 0.6, "Another."),
        Reason("known_from", 0.3, "Another."),
    ]


def test_finds_nothing_without_a_configuration(tmp_path):
    assert reasons(tmp_path / "config.yml") == []


@pytest.mark.parametrize("name", ["answer_from", "choices_from"])
def test_finds_why_the_product_answers_from_its_thresholds_on(name):
    assert [reason.name for reason in reasons(ROOT / "config.yml") if reason.why].count(name) == 1
