from __future__ import annotations

from types import SimpleNamespace

import pytest
from rasa.shared.core.events import SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.recalling import everything_of, slots_of
from bot.flows.keeping import sealed
from bot.flows.state import State
from bot.reply import Reply
from bot.store.sealing import LAST_QUESTION, Seal

SECRET = "a secret of the tests, long enough"
SHARED = SimpleNamespace(secret=SECRET, settings=SimpleNamespace(dialogue_retention_hours=24))
STATE = State("gift", "telegram", answers={"kind": "money"})


@pytest.fixture
def tracker():
    slots = [AnySlot(name, mappings=[{}]) for name in ("last_question", "flow", "last_entry", "audience")]
    events = [
        SessionStarted(timestamp=1000.0),
        UserUttered("", {"name": "faq"}, timestamp=2000.0),
        SlotSet("last_question", Seal(SECRET, LAST_QUESTION).close("what before?"), timestamp=2001.0),
        SlotSet("flow", sealed(SECRET, STATE), timestamp=2002.0),
        SlotSet("last_entry", "growth.costs", timestamp=2003.0),
        SlotSet("last_question", Seal(SECRET, LAST_QUESTION).close("what now?"), timestamp=2004.0),
    ]
    return DialogueStateTracker.from_events("a1b2c3", events, slots)


def test_tells_what_is_remembered_in_clear(tracker):
    told = slots_of(tracker, SECRET)
    assert set(told) == {"last_question", "flow", "last_entry"}
    assert (told["last_question"], told["flow"]["answers"]) == ("what now?", {"kind": "money"})


def test_tells_how_it_came_to_that_and_until_when(tracker):
    told = everything_of(tracker, Reply("answer", "en", body=("A body.",)), SHARED)
    assert (told["kept_until"], told["last_reply"]) == ("1970-01-02T00:33:24+00:00", "A body.")
    first, said, *slots = told["events"]
    assert first == {"event": "session_started", "timestamp": "1970-01-01T00:16:40+00:00"}
    assert said["parse_data"]["intent"] == {"name": "faq"}
    assert [slot["value"] for slot in slots if slot["name"] == "last_question"] == ["what before?", "what now?"]


def test_leaves_out_what_cannot_be_read_any_more(tracker):
    assert slots_of(tracker, "another secret, as long as that one") == {"last_entry": "growth.costs"}


def test_tells_nothing_where_nothing_is_kept():
    assert everything_of(None, None, SHARED) == slots_of(None, SECRET) == {}
