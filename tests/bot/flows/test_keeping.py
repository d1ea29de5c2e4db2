from __future__ import annotations

import dataclasses

import pytest

from bot.errors import StoreError
from bot.flows.files import KEPT_S, discard_of, discard_old, documents_of, folder, new_path
from bot.flows.finding import named_flow
from bot.flows.keeping import in_clear, opened, sealed
from tests.bot.flows.conftest import after

SECRET = "a secret of the tests, long enough"


def test_keeps_a_state_that_nobody_else_can_read(guided, flow):
    state = after(flow, "money", "affirmed", "MARKERFISH")
    kept = sealed(SECRET, state)
    assert "MARKERFISH" not in kept
    assert opened(SECRET, kept, guided.flows) == state


def test_tells_the_person_what_is_kept(flow):
    told = in_clear(SECRET, sealed(SECRET, after(flow, "money", "affirmed", "MARKERFISH")))
    assert (told["flow"], told["answers"]["words"]) == ("gift", "MARKERFISH")
    assert in_clear("another secret, as long as that one", sealed(SECRET, after(flow, "money"))) == {}


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


def _document(tmp_path, person):
    path = new_path(tmp_path, "gift", person)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return path


# Pseudonyms, and names of conversations that no file could bear.
@pytest.mark.parametrize("person", ["a1b2c3", "a1b2c3/d4", "*", "\udc80"])
def test_deletes_the_documents_of_one_person_alone(tmp_path, person):
    mine, theirs = [_document(tmp_path, person) for _ in range(2)], _document(tmp_path, "a1b2")
    assert documents_of(tmp_path, person) == sorted(mine)
    assert not any(person in path.name for path in mine)
    discard_of(tmp_path, person)
    assert list(folder(tmp_path).iterdir()) == [theirs]
    discard_of(tmp_path, person)


def test_says_that_a_document_cannot_be_deleted(tmp_path):
    new_path(tmp_path, "gift", "a1b2c3").mkdir(parents=True)
    with pytest.raises(StoreError, match="a document could not be deleted: "):
        discard_of(tmp_path, "a1b2c3")


@pytest.mark.parametrize(
    ("text", "name"),
    [("gift or work?", "gift"), ("please start gift or work", "gift"), ("开始出钱出力的问题", "gift"), ("start", "")],
)
def test_finds_the_flow_that_words_ask_for(guided, text, name):
    assert named_flow(text, guided.flows) == name
