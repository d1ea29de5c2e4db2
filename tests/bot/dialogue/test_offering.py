from __future__ import annotations

import logging
import uuid
from types import SimpleNamespace

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered

from bot.dialogue.memory import TURNS_PER_SESSION, DatabaseMemory, ProcessMemory
from bot.dialogue.offering import LastReplies
from bot.dialogue.recalling import everything_of
from bot.flows.keeping import sealed
from bot.flows.state import State
from bot.reply import Choice, Reply
from tests.bot.store.conftest import postgres, url  # noqa: F401  # fixtures

# ruff: noqa: F811  # whoever uses a fixture that was imported gives it its name again

SECRET = "a secret of the tests, long enough"
NUMBERS = (Choice("Growth MARKER", "/show_entry1"), Choice("Money MARKER", "/show_entry2"))
OTHERS = (Choice("Other MARKER", "/show_entry3"),)
STEP = (Choice("✓ Goods MARKER", '/answer_flow{"value": "goods"}'),)
#: A conversation of its own for each test, since some of them share a database.
SLOT = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}


@pytest.fixture(scope="module")
def domain():
    return Domain.from_dict(
        {
            "version": "3.1",
            "intents": ["faq"],
            "actions": ["action_answer_question"],
            "slots": {"flow": SLOT},
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        }
    )


@pytest.fixture
def name():
    return uuid.uuid4().hex


@pytest.fixture
def machine(domain, url):
    """Makes the memory of one more machine, with what it knows of last replies."""
    made = []

    def start(secret=SECRET):
        memory = DatabaseMemory(domain, url, secret)
        made.append(memory)
        return SimpleNamespace(memory=memory, last=LastReplies(memory))

    yield start
    for memory in made:
        memory.engine.dispose()


async def says(machine, name, *replies, slots=None, **marks):
    """Takes one turn at a machine, as the dialogue does."""
    tracker = await machine.memory.get_or_create_tracker(name, append_action_listen=False)
    events = [] if tracker.events else [SessionStarted(), ActionExecuted("action_listen")]
    events += [UserUttered("MARKER", {"name": "faq"}), ActionExecuted("action_answer_question")]
    for place, reply in enumerate(replies):
        more = {"is_continued": True} if place else {}
        events.append(BotUttered(reply.text, {"custom": {**reply.to_dict(), **more, **marks}}))
    events += [SlotSet(key, value) for key, value in (slots or {}).items()]
    for event in (*events, ActionExecuted("action_listen")):
        tracker.update(event)
    await machine.memory.save(tracker)
    if replies:
        machine.last.remember(name, replies[0])


def reply(choices=(), outcome="choices", language="zh"):
    return Reply(outcome, language, body=("BODY MARKER",), choices=choices)


async def test_finds_what_another_machine_has_offered(machine, name):
    one, other = machine(), machine()
    await says(one, name, reply(NUMBERS))
    last = other.last.get(name)
    assert (last.choices, last.language, last.outcome, last.body) == (NUMBERS, "zh", "choices", ())
    assert other.last.given_here(name) is None


async def test_takes_nothing_that_another_machine_has_replaced(machine, name):
    one, other = machine(), machine()
    await says(one, name, reply(NUMBERS))
    await says(other, name, reply(OTHERS, language="en"))
    assert (one.last.get(name).choices, one.last.get(name).language) == (OTHERS, "en")
    await says(other, name, reply())
    assert one.last.get(name).choices == ()


async def test_offers_nothing_after_a_turn_that_failed(machine, name):
    one, other = machine(), machine()
    await says(one, name, reply(NUMBERS))
    await says(other, name)
    assert other.last.get(name) is None
    assert one.last.get(name).choices == ()


async def test_puts_what_is_open_in_a_flow_first(machine, name):
    one, other = machine(), machine()
    await says(one, name, reply(NUMBERS, "answer"), reply(STEP, "flow"))
    assert other.last.get(name).choices == (*STEP, *NUMBERS)


@pytest.mark.parametrize("ending", [None, "flow"])
async def test_keeps_it_when_a_session_begins(machine, name, ending):
    one, other = machine(), machine()
    for _ in range(TURNS_PER_SESSION - 1):
        await says(one, name, reply(OTHERS))
    slots = {}
    if ending:
        await says(one, name, reply(STEP, "flow"), slots={"flow": sealed(SECRET, State("gift", "telegram"))})
        slots = {"flow": None}
    await says(one, name, reply(NUMBERS), slots=slots)
    tracker = await other.memory.retrieve(name)
    assert isinstance(tracker.events[0], SessionStarted)
    assert not any(isinstance(event, UserUttered) for event in tracker.events)
    assert other.last.get(name).choices == NUMBERS
    await says(other, name, reply(OTHERS))
    assert one.last.get(name).choices == OTHERS
    # Nothing of the session before is loaded a second time.
    assert sum(isinstance(event, BotUttered) for event in (await one.memory.retrieve(name)).events) == 2


async def test_forgets_it_everywhere(machine, name):
    one, other = machine(), machine()
    await says(one, name, reply(NUMBERS))
    await says(other, name, reply(NUMBERS))
    other.memory.forget(name)
    other.last.forget(name)
    assert other.last.get(name) is None
    assert one.last.get(name).choices == ()


async def test_keeps_it_encrypted(machine, name, url):
    one = machine()
    await says(one, name, reply(NUMBERS), reply(STEP, "flow"))
    with one.memory.session_scope() as session:
        kept = [row.data for row in session.query(one.memory.SQLEvent).filter_by(sender_id=name)]
    assert len(kept) == 7
    assert not [data for data in kept if "MARKER" in data or "show_entry" in data or "goods" in data]
    assert machine("another secret, as long as that one").last.get(name) is None


async def test_gives_its_person_what_was_offered_in_clear(machine, name):
    one = machine()
    await says(one, name, reply(NUMBERS))
    shared = SimpleNamespace(secret=SECRET, settings=SimpleNamespace(dialogue_retention_hours=24))
    told = everything_of(await one.memory.retrieve_full_tracker(name), None, shared)
    (said,) = [event for event in told["events"] if event["event"] == "bot"]
    assert [choice["label"] for choice in said["data"]["choices"]] == ["Growth MARKER", "Money MARKER"]


async def test_serves_what_it_has_said_itself_while_the_database_is_away(machine, name, caplog):
    one, other = machine(), machine()
    await says(one, name, reply(NUMBERS))
    for each in (one, other):
        each.memory.SQLEvent.__table__.drop(each.memory.engine, checkfirst=True)
    with caplog.at_level(logging.WARNING):
        assert one.last.get(name).choices == NUMBERS
        assert other.last.get(name) is None
    assert "MARKER" not in caplog.text
    assert name not in caplog.text
    assert one.memory.Base.metadata.create_all(one.memory.engine) is None


@pytest.mark.parametrize("is_lasting", [True, False])
async def test_serves_what_it_has_said_itself_where_nothing_is_shared(machine, domain, name, is_lasting):
    memory = machine("").memory if is_lasting else ProcessMemory(domain)
    one = SimpleNamespace(memory=memory, last=LastReplies(memory))
    await says(one, name, reply(NUMBERS))
    assert one.last.get(name).choices == NUMBERS
    assert list(one.last) == [name]
    one.last.clear()
    assert one.last.get(name) is None
