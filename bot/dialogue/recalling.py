"""What is kept of a running conversation, in clear, so that its person can be given all of it; nothing changes here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from bot.dialogue.offering import OFFER, in_clear
from bot.flows import keeping
from bot.reply import Reply
from bot.services import Services
from bot.store.sealing import LAST_QUESTION, opened

if TYPE_CHECKING:
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def slots_of(tracker: DialogueStateTracker | None, secret: str) -> dict[str, Any]:
    """Returns what a conversation remembers, by slot; empty where nothing is remembered."""
    slots = tracker.current_slot_values() if tracker else {}
    return _filled({name: _in_clear(name, value, secret) for name, value in slots.items()})


def everything_of(tracker: DialogueStateTracker | None, last: Reply | None, shared: Services) -> dict[str, Any]:
    """Returns all that is kept of a conversation; empty where nothing is.

    `slots` is what it remembers, `events` how it came to that, oldest first, and `kept_until` when all of this goes,
    unless something is said before; `last_reply` goes with the process.
    """
    events = list(tracker.events) if tracker else []
    rested_from = max((event.timestamp for event in events), default=0.0)
    until = rested_from + shared.settings.dialogue_retention_hours * 3600
    return _filled(
        {
            "slots": slots_of(tracker, shared.secret),
            "events": [_told(event, shared.secret) for event in events],
            "kept_until": _moment(until) if events else "",
            "last_reply": last.text if last else "",
        }
    )


def _told(event: Event, secret: str) -> dict[str, Any]:
    """Returns an event as the person is given it: what is encrypted in clear, what is empty left out."""
    values: dict[str, Any] = event.as_dict()
    if values["event"] == "slot":
        values["value"] = _in_clear(values["name"], values["value"], secret)
    elif OFFER in (values.get("data") or {}):
        values["data"] = in_clear(values["data"], secret)
    return _filled({**values, "timestamp": _moment(event.timestamp)})


def _in_clear(slot: str, value: Any, secret: str) -> Any:
    """Returns the value of a slot, opened where it is encrypted; empty where that cannot be read any more."""
    if slot == "last_question":
        return opened(secret, LAST_QUESTION, value or "")
    return keeping.in_clear(secret, value or "") if slot == "flow" else value


def _moment(timestamp: float) -> str:
    return datetime.datetime.fromtimestamp(timestamp, datetime.timezone.utc).isoformat()


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in _EMPTY}
