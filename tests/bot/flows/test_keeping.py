from __future__ import annotations

import dataclasses

import pytest

from bot.flows.files import KEPT_S, discard_old, folder
from bot.flows.finding import named_flow
from bot.flows.keeping import opened, sealed
from tests.bot.flows.conftest import after

SECRET = "a secret of the tests, long enough"


def test_keeps_a_state_that_nobody_else_can_read(guided, flow):
    state = after(flow, "money", "affirmed", "MARKERFISH")
    kept = sealed(SECRET, state)
    assert "MARKERFISH" not in kept
    assert opened(SECRET, kept, guided.flows) == state


def test_opens_nothing_that_cannot_be_read_or_followed(guided, flow):
    kept = sealed(SECRET, after(flow, "money"))
    assert opened("another secret, as long as that one", kept, guided.flows) is None
    assert opened(SECRET, "rubbish", guided.flows) is None
    assert opened(SECRET, "", guided.flows) is None
    assert opened(SECRET, kept, {}) is None
    shorter = dataclasses.replace(flow, steps={"kind": flow.steps["kind"]})
    assert opened(SECRET, kept, {"gift": shorter}) is None


def test_deletes_documents_that_nobody_fetched(tmp_path):
    folder(tmp_path).mkdir()
    path = folder(tmp_path) / "a.docx"
    path.touch()
    made = path.stat().st_mtime
    assert discard_old(tmp_path, made + KEPT_S - 1) == 0
    assert discard_old(tmp_path, made + KEPT_S + 1) == 1
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [("gift or work?", "gift"), ("please start gift or work", "gift"), ("开始出钱出力的问题", "gift"), ("start", "")],
)
def test_finds_the_flow_that_words_ask_for(guided, text, name):
    assert named_flow(text, guided.flows) == name
