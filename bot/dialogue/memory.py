"""What the dialogue remembers between turns: little, for a short time, and never a message's text."""

from __future__ import annotations

import copy
import functools
import importlib.metadata
import json
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.naming import held_in, is_of
from bot.dialogue.offering import in_clear, kept_of
from bot.errors import StoreError
from bot.store.database import FAILURES, connect, create_file, empty_write_ahead_log, parse_url, reason

logger = logging.getLogger(__name__)

#: A dialogue of more turns starts a new Rasa session: its cost per turn grows with the events of the session
#: (4 ms at turn 10, 130 ms at turn 300; rasa 3.6.21, 2026-11-20).
TURNS_PER_SESSION = 4

#: The slot that keeps the answers of a guided flow.
_FLOW = "flow"
# So long one turn waits for the writing of another.
_BUSY_TIMEOUT_S = 5.0


def know_events_by_type() -> None:
    """Has Rasa look up the class of an event once for each type, for this process.

    It goes through all classes of events for every event that it loads, 8 ms for a turn in the middle of a dialogue
    (rasa 3.6.21, 2026-11-30).
    """
    if importlib.metadata.version("rasa").startswith("3.6.") and not hasattr(Event.resolve_by_type, "cache_info"):
        Event.resolve_by_type = staticmethod(functools.lru_cache(maxsize=64)(Event.resolve_by_type))


def begin_session_when_long(tracker: DialogueStateTracker) -> None:
    """Starts a new session in a tracker that has grown long, or in which a flow has ended, unless a form is filled in.

    With the session of a flow go its answers: what has ended leaves nothing behind, encrypted or not.

    The slots go along by their present values. Rasa's own session start carries every slot event of the past, which
    would make the sessions themselves grow. What was said last goes along too: a choice may be typed next.
    """
    recent = _since_session_start(tracker.events)
    turns = sum(isinstance(event, UserUttered) for event in recent)
    held = any(isinstance(event, SlotSet) and event.key == _FLOW and event.value for event in recent)
    has_ended = held and tracker.get_slot(_FLOW) is None
    if tracker.active_loop_name or (turns < TURNS_PER_SESSION and not has_ended):
        return
    # Made before the slots: Rasa's SQL store leaves out what is older than the start of a session (rasa 3.6.21).
    start = SessionStarted()
    kept = [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value != slot.initial_value]
    said = [BotUttered(event.text, event.data) for event in _said_last(recent)]
    for event in (start, *kept, *said, ActionExecuted(ACTION_LISTEN_NAME)):
        tracker.update(event)


def _said_last(events: Sequence[Event]) -> list[BotUttered]:
    """Returns what was said since the last message."""
    heard = max((place for place, event in enumerate(events) if isinstance(event, UserUttered)), default=0)
    return [event for event in events[heard:] if isinstance(event, BotUttered)]


def _since_session_start(events: Iterable[Event]) -> list[Event]:
    recent: list[Event] = []
    for event in events:
        recent = [event] if isinstance(event, SessionStarted) else [*recent, event]
    return recent


def without_words(event: Event, secret: str = "") -> Event:
    """Returns an event without what was said: text, ranking and answers; intent and entity kinds stay.

    What it offered stays as well, encrypted with a key of `secret`; without one, it goes.
    """
    if isinstance(event, UserUttered):
        bare = copy.copy(event)
        bare.text = ""
        bare.parse_data = {"intent": event.intent, "entities": [], "text": "", "metadata": {}, "message_id": None}
        bare.entities = []
        bare.metadata = {}
        return bare
    if isinstance(event, BotUttered):
        bare = copy.copy(event)
        bare.text = ""
        bare.data = kept_of(event.data, secret)
        return bare
    return event


class ProcessMemory(InMemoryTrackerStore):  # type: ignore[misc]  # rasa ships no types
    """Dialogue state that lives as long as the process, or until it has rested for its retention."""

    def __init__(self, domain: Domain) -> None:
        """Remembers nothing yet."""
        super().__init__(domain)
        self._saved_at: dict[str, float] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """See parent class. Only the present session is kept: the parent class loads whatever is there every turn."""
        begin_session_when_long(tracker)
        self._saved_at[tracker.sender_id] = time.time()
        recent = _since_session_start(tracker.events)
        await super().save(DialogueStateTracker.from_events(tracker.sender_id, recent, tracker.slots.values()))

    def offered_last(self, conversation: str) -> None:
        """Returns None: nothing of this is shared."""

    def conversations_of(self, person: str) -> list[str]:
        """Returns the names of a person's conversations."""
        return [conversation for conversation in self.store if is_of(conversation, person)]

    def forget(self, conversation: str) -> None:
        """Forgets one conversation."""
        self.store.pop(conversation, None)
        self._saved_at.pop(conversation, None)

    def purge(self, retention_hours: int, now: float | None = None) -> int:
        """Forgets conversations that have rested for `retention_hours`; returns how many."""
        limit = (time.time() if now is None else now) - retention_hours * 3600
        rested = [conversation for conversation, at in self._saved_at.items() if at < limit]
        for conversation in rested:
            self.forget(conversation)
        return len(rested)


# What is asked of the table of events for one dialogue in each turn: built once, since that takes longer than asking.
_EVENTS = SQLTrackerStore.SQLEvent.__table__
_OF_DIALOGUE = _EVENTS.c.sender_id == sa.bindparam("sender")


def _last_of(kind: type[Event]) -> Any:
    """Returns, as a scalar of SQL, the number of a dialogue's last event of a kind; 0 for none."""
    number = sa.select(sa.func.coalesce(sa.func.max(_EVENTS.c.id), 0))
    return number.where(_OF_DIALOGUE, _EVENTS.c.type_name == kind.type_name).scalar_subquery()


_IN_SESSION = _EVENTS.c.id >= _last_of(SessionStarted)
_ALL = sa.select(_EVENTS.c.data).where(_OF_DIALOGUE).order_by(_EVENTS.c.id)
_LATEST = _ALL.where(_IN_SESSION)
_SAID_LAST = _ALL.where(_EVENTS.c.type_name == BotUttered.type_name, _EVENTS.c.id > _last_of(UserUttered))
_COUNT = sa.select(sa.func.count()).select_from(_EVENTS).where(_OF_DIALOGUE, _IN_SESSION)
_INSERT = sa.insert(_EVENTS)
_DROP_EARLIER = sa.delete(_EVENTS).where(_OF_DIALOGUE, sa.not_(_IN_SESSION))


class DatabaseMemory(SQLTrackerStore):  # type: ignore[misc]  # rasa ships no types
    """Dialogue state in a database, without the words, erased after its own short retention."""

    engine: sa.engine.Engine

    def __init__(self, domain: Domain, url: str, secret: str = "") -> None:
        """Opens the database at `url`, which must be reachable: Rasa waits for ever for one that is not.

        What replies offer is kept encrypted with a key of `secret`; without one it is not kept.
        """
        super().__init__(domain, host=url)
        self._secret = secret
        if self.engine.dialect.name == "sqlite":
            # Rasa opens a connection per use, which takes as long as using it does, and at the end of the last one
            # SQLite tidies up the log: these stay.
            self.engine = connect(url, busy_timeout_s=_BUSY_TIMEOUT_S)
            sa.event.listen(self.engine, "connect", _write_ahead)
            self.sessionmaker.configure(bind=self.engine)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """See parent class. The latest session is the one written last, and rows are read as rows.

        Rasa takes the one with the latest time (rasa 3.6.21): what is written once a clock has been set back is then
        never read, and the dialogue stands still until the clock has caught up.
        """
        wanted = _ALL if fetch_events_from_all_sessions else _LATEST
        with self.engine.connect() as connection:
            events = [json.loads(data) for (data,) in connection.execute(wanted, {"sender": sender_id})]
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """See parent class. Events of earlier sessions are dropped: nothing reads them again.

        All of it is one transaction, and the events are written by one statement: the parent class takes one for each,
        and dropping them afterwards another.
        """
        begin_session_when_long(tracker)
        await self.stream_events(tracker)
        theirs = {"sender": tracker.sender_id}
        # Without a session of SQLAlchemy, which maps rows to objects and takes as long again.
        with self.engine.begin() as connection:
            added = list(tracker.events)[connection.execute(_COUNT, theirs).scalar() :]
            rows = [_row(without_words(event, self._secret), tracker.sender_id) for event in added]
            if rows:
                connection.execute(_INSERT, rows)
            if any(isinstance(event, SessionStarted) for event in added):
                connection.execute(_DROP_EARLIER, theirs)

    def offered_last(self, conversation: str) -> list[dict[str, Any]] | None:
        """Returns what each reply of the last turn offered, in order; None where that is not kept.

        Raises:
            SQLAlchemyError: the database is away.
        """
        if not self._secret:
            return None
        with self.engine.connect() as connection:
            said = connection.execute(_SAID_LAST, {"sender": conversation})
            kept = [json.loads(data).get("data") or {} for (data,) in said]
        return [offer for data in kept if (offer := in_clear(data, self._secret))]

    def conversations_of(self, person: str) -> list[str]:
        """Returns the names of a person's conversations."""
        sender = self.SQLEvent.sender_id
        theirs = sa.or_(sender == person, sender.startswith(held_in(person, ""), autoescape=True))
        with self.session_scope() as session:
            return [name for (name,) in session.query(sender).filter(theirs).distinct()]

    def forget(self, conversation: str) -> None:
        """Forgets one conversation."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == conversation).delete()
            session.commit()
        empty_write_ahead_log(self.engine)

    def purge(self, retention_hours: int, now: float | None = None) -> int:
        """Deletes conversations that have rested for `retention_hours`; returns how many events went."""
        limit = (time.time() if now is None else now) - retention_hours * 3600
        events = self.SQLEvent
        with self.session_scope() as session:
            rested = (
                session.query(events.sender_id).group_by(events.sender_id).having(sa.func.max(events.timestamp) < limit)
            )
            senders = [sender for (sender,) in rested]
            count: int = session.query(events).filter(events.sender_id.in_(senders)).delete(synchronize_session=False)
            session.commit()
        empty_write_ahead_log(self.engine)
        return count


def _row(event: Event, sender: str) -> dict[str, Any]:
    """Returns an event as the row that the parent class would write."""
    data = event.as_dict()
    return {
        "sender_id": sender,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _write_ahead(connection: Any, _: Any) -> None:
    """Lets a commit return before the disk has it: Rasa makes several a turn, each of which waited for it twice.

    A process that dies loses nothing; if the power goes, conversations are taken up as they stood some turns before.
    """
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA synchronous=NORMAL").close()


def lasting_memory(url: str, retention_hours: int, secret: str = "") -> DatabaseMemory | ProcessMemory:
    """Returns memory in the database at `url`, old conversations deleted; where that cannot be used, in this process.

    Args:
        secret: see `DatabaseMemory`.

    Side effects: an SQLite file is made for this account's eyes only.
    """
    try:
        parsed = parse_url(url)
        if parsed.get_backend_name() == "sqlite":
            create_file(parsed)
        engine = connect(url)  # its time-outs are short; Rasa's own engine has none
        engine.connect().close()
        engine.dispose()
        memory = DatabaseMemory(Domain.empty(), url, secret)
        memory.purge(retention_hours)
    except (StoreError, *FAILURES) as error:
        logger.warning("conversations are kept in memory only: their database cannot be used (%s)", reason(error))
        return ProcessMemory(Domain.empty())
    return memory
