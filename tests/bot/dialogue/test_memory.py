from __future__ import annotations

import logging
import stat
import time

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.dialogue.door import Message
from bot.dialogue.memory import (
    TURNS_PER_SESSION,
    DatabaseMemory,
    ProcessMemory,
    begin_session_when_long,
    know_events_by_type,
    lasting_memory,
    without_words,
)
from bot.dialogue.naming import held_in

SLOTS = ("language", "last_entry", "offered", "audience")
# What one turn adds, slots and all; a session opens with as many slots as there are.
EVENTS_PER_TURN = 8
MOST_EVENTS = EVENTS_PER_TURN * TURNS_PER_SESSION + 10
ME, OTHER = "someone", "otherone"


@pytest.fixture(scope="module")
def domain():
    slot = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    return Domain.from_dict(
        {
            "version": "3.1",
            "intents": ["faq"],
            "actions": ["action_answer_question"],
            "slots": {name: dict(slot) for name in SLOTS},
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        }
    )


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'dialogue.db'}"


@pytest.fixture(params=["process", "database"])
def memory(request, domain, url):
    return ProcessMemory(domain) if request.param == "process" else DatabaseMemory(domain, url)


@pytest.fixture
def database(domain, url):
    return DatabaseMemory(domain, url)


async def _turn(memory, number, sender=ME, at=None, **slots):
    """Takes one turn as Rasa does, and returns how many events it loaded."""
    tracker = await memory.get_or_create_tracker(sender, append_action_listen=False)
    loaded = len(tracker.events)
    at = time.time() if at is None else at
    events = [] if loaded else [SessionStarted(timestamp=at), ActionExecuted("action_listen", timestamp=at)]
    events += [
        UserUttered(
            f"MARKERQUESTION {number}",
            {"name": "faq", "confidence": 0.9},
            [{"entity": "organisation", "value": "MARKERVALUE", "start": 0, "end": 3}],
            {"text": f"MARKERQUESTION {number}", "intent_ranking": [{"name": "MARKERRANKING", "confidence": 0.1}]},
            metadata={"label": "MARKERLABEL"},
            timestamp=at,
        ),
        ActionExecuted("action_answer_question", timestamp=at),
        BotUttered("MARKERANSWER", {"custom": {"text": "MARKERANSWER"}}, timestamp=at),
        *(SlotSet(name, value, timestamp=at) for name, value in {"last_entry": f"growth.e{number}", **slots}.items()),
        ActionExecuted("action_listen", timestamp=at),
    ]
    for event in events:
        tracker.update(event)
    await memory.save(tracker)
    return loaded


def test_knows_every_event_by_its_type_as_rasa_does():
    types = [kind.type_name for kind in all_subclasses(Event)]
    plain = [Event.resolve_by_type(name) for name in types]
    know_events_by_type()
    assert [Event.resolve_by_type(name) for name in types * 2] == plain * 2
    with pytest.raises(ValueError, match="Unknown event name"):
        Event.resolve_by_type("nothing of the kind")


async def test_loads_a_bounded_number_of_events_however_long_the_dialogue(memory):
    await _turn(memory, 0, language="zh", offered=["/ask_more"])
    loaded = [await _turn(memory, number) for number in range(1, 150)]
    assert max(loaded) <= MOST_EVENTS
    # As long a session at the end as at the beginning: nothing piles up.
    assert max(loaded[-2 * TURNS_PER_SESSION :]) <= max(loaded[: 2 * TURNS_PER_SESSION])


async def test_carries_the_slots_through_every_new_session(memory):
    await _turn(memory, 0, language="zh", offered=["/ask_more"])
    for number in range(1, 2 * TURNS_PER_SESSION + 5):
        await _turn(memory, number)
        tracker = await memory.retrieve(ME)
        slots = {name: tracker.get_slot(name) for name in SLOTS}
        assert slots == {
            "language": "zh",
            "last_entry": f"growth.e{number}",
            "offered": ["/ask_more"],
            "audience": None,
        }


async def test_keeps_no_more_in_the_database_than_it_loads(database):
    for number in range(3 * TURNS_PER_SESSION):
        await _turn(database, number)
    with database.session_scope() as session:
        assert session.query(database.SQLEvent).count() <= MOST_EVENTS


def _tracker_of(domain, turns):
    tracker = DialogueStateTracker(ME, domain.slots)
    tracker.update(SlotSet("language", "zh"))
    for _ in range(turns):
        tracker.update(UserUttered("hello"))
    return tracker


@pytest.mark.parametrize(("turns", "sessions"), [(TURNS_PER_SESSION - 1, 0), (TURNS_PER_SESSION, 1)])
def test_begins_a_session_after_so_many_turns(domain, turns, sessions):
    tracker = _tracker_of(domain, turns)
    begin_session_when_long(tracker)
    assert sum(isinstance(event, SessionStarted) for event in tracker.events) == sessions
    assert tracker.get_slot("language") == "zh"
    begin_session_when_long(tracker)
    assert sum(isinstance(event, SessionStarted) for event in tracker.events) == sessions


def test_begins_no_session_while_a_form_is_being_filled_in(domain):
    tracker = _tracker_of(domain, TURNS_PER_SESSION + 1)
    tracker.update(ActiveLoop("readiness_form"))
    begin_session_when_long(tracker)
    assert not any(isinstance(event, SessionStarted) for event in tracker.events)


async def test_stores_no_words_in_the_database(database, tmp_path):
    for number in range(TURNS_PER_SESSION + 2):
        await _turn(database, number)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert f"growth.e{TURNS_PER_SESSION + 1}".encode() in content
    assert b"MARKER" not in content


def test_takes_the_words_out_of_a_copy_only():
    said = UserUttered("MARKER", {"name": "faq", "confidence": 0.9}, [{"entity": "x", "value": "MARKER"}])
    uttered = BotUttered("MARKER", {"custom": {"text": "MARKER"}})
    listened = ActionExecuted("action_listen")
    bare = [without_words(event) for event in (said, uttered, listened)]
    assert "MARKER" not in str([event.as_dict() for event in bare])
    assert bare[0].intent_name == "faq"
    assert (said.text, uttered.text) == ("MARKER", "MARKER")
    assert bare[2] is listened


async def test_forgets_one_conversation_only(memory):
    await _turn(memory, 1)
    await _turn(memory, 1, OTHER)
    memory.forget(ME)
    memory.forget("nobody")
    assert await memory.retrieve(ME) is None
    assert (await memory.retrieve(OTHER)).get_slot("last_entry") == "growth.e1"


async def test_finds_all_conversations_of_a_person(memory):
    in_group = held_in(ME, "a group")
    for name in (ME, in_group, OTHER, held_in(OTHER, ME), f"{ME}2", f"%{ME}/"):
        await _turn(memory, 1, name)
    assert sorted(memory.conversations_of(ME)) == sorted([ME, in_group])
    assert memory.conversations_of("%") == []


async def test_purges_only_conversations_that_have_rested(database):
    hour = 3600.0
    await _turn(database, 1, ME, at=1000 * hour)
    await _turn(database, 1, OTHER, at=1000 * hour)
    await _turn(database, 2, OTHER, at=1020 * hour)
    assert database.purge(24, now=1023.9 * hour) == 0
    assert database.purge(24, now=1024.1 * hour) > 0
    assert await database.retrieve(ME) is None
    assert (await database.retrieve(OTHER)).get_slot("last_entry") == "growth.e2"
    assert database.purge(24, now=1044.1 * hour) > 0
    with database.session_scope() as session:
        assert session.query(database.SQLEvent).count() == 0


async def test_goes_on_from_the_last_turn_where_the_clock_has_been_set_back(memory):
    now = time.time()
    for number, at in enumerate([now + 7200, now, now + 1], start=1):
        await _turn(memory, number, at=at)
    tracker = await memory.get_or_create_tracker(ME, append_action_listen=False)
    assert tracker.get_slot("last_entry") == "growth.e3"


async def test_forgets_in_the_process_too_what_has_rested(domain):
    memory = ProcessMemory(domain)
    await _turn(memory, 1, ME)
    assert memory.purge(24) == 0
    assert memory.purge(24, now=time.time() + 24 * 3600 + 60) == 1
    assert await memory.retrieve(ME) is None


async def test_leaves_nothing_of_a_forgotten_conversation_in_the_files(database, tmp_path):
    await _turn(database, 1, ME, last_entry="ZEBRAFISH")
    await _turn(database, 1, OTHER)
    database.forget(ME)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert ME.encode() not in content
    assert b"ZEBRAFISH" not in content
    assert OTHER.encode() in content


async def test_keeps_a_conversation_beyond_the_process(domain, url):
    await _turn(DatabaseMemory(domain, url), 1, language="zh")
    assert (await DatabaseMemory(domain, url).retrieve(ME)).get_slot("language") == "zh"


# Lasting memory


async def test_opens_a_file_for_this_account_only_and_purges_it(domain, url, tmp_path):
    memory = lasting_memory(url, 24)
    assert stat.S_IMODE((tmp_path / "dialogue.db").stat().st_mode) == 0o600
    memory.domain = domain
    await _turn(memory, 1, ME, at=time.time() - 25 * 3600)
    await _turn(memory, 1, OTHER, at=time.time() - 23 * 3600)
    assert list(await lasting_memory(url, 24).keys()) == [OTHER]


def test_falls_back_to_the_process_where_the_database_cannot_be_used(tmp_path, caplog):
    (tmp_path / "dialogue.db").mkdir()
    memory = lasting_memory(f"sqlite:///{tmp_path / 'dialogue.db'}", 24)
    assert isinstance(memory, ProcessMemory)
    assert [record.levelno for record in caplog.records if record.name == "bot.dialogue.memory"] == [logging.WARNING]


# With the trained model


@pytest.mark.model
@pytest.mark.parametrize("kind", ["process", "database"])
async def test_holds_a_long_dialogue_together(dialogue, talk, url, tmp_path, monkeypatch, kind):
    agent = dialogue._agent
    memory = dialogue._memory
    if kind == "database":
        memory = DatabaseMemory(agent.domain, url)
        monkeypatch.setattr(agent.processor, "tracker_store", memory)
    await talk.say("用英文回答")
    await talk.say("What is principle 7?")
    loaded = []
    for _ in range(2 * TURNS_PER_SESSION):
        loaded.append(len((await memory.retrieve(talk.name)).events))
        await dialogue.ask(Message(conversation=talk.name, channel="jsonl", text="谢谢 MARKERWORD"))
    assert max(loaded) <= MOST_EVENTS
    assert sum(count < 20 for count in loaded) >= 2
    followed = await talk.say("which paragraph says so?")
    assert (followed.outcome, followed.entry) == ("answer", "ten_principles.principle_7")
    assert (await memory.retrieve(talk.name)).get_slot("language") == "en"
    assert not any(b"MARKERWORD" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_waits_for_no_disk_at_each_commit(tmp_path):
    memory = lasting_memory(f"sqlite:///{tmp_path / 'dialogue.db'}", 24)
    with memory.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    # Nor for the tidying up of the log when a connection is closed.
    memory.forget("nobody")
    assert (tmp_path / "dialogue.db-wal").exists()
