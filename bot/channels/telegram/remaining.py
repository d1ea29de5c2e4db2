"""What is missing of an answer whose beginning has left: an update of our own in the inbox, until it is delivered.

There it outlives the process, is encrypted, and is erased with what the person has written.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from telegram import Update

from bot.channels.telegram.front import Place
from bot.channels.telegram.rendering import Button, Outgoing
from bot.channels.telegram.sending import UndeliveredError
from bot.dialogue.door import Answer
from bot.reply import Attachment, Reply

#: Telegram has no such field, and no update of a negative number.
_FIELD = "partnerguide_rest"
#: No answer has so many messages: what is missing of different updates has different numbers.
_MOST_MESSAGES = 1000


@dataclass(frozen=True)
class Rest:
    """The messages that are missing, where they go, and the answer that they end; None where it is no answer.

    `number` is of the update that was answered, `sent` how many messages have left; `is_first` see `UndeliveredError`.
    """

    number: int
    sent: int
    place: Place
    outgoing: tuple[Outgoing, ...]
    answered: Answer | None
    is_first: bool


def update_of(update: Update, error: UndeliveredError) -> Update:
    """Returns the update that stands for what could not be sent any more of the answer to `update`."""
    before = rest_of(update)
    number, sent = (before.number, before.sent + error.sent) if before else (update.update_id, error.sent)
    answered = error.answered
    rest = {
        "number": number,
        "sent": sent,
        "place": asdict(error.place),
        # A file made in memory goes alone: no beginning of it leaves without it.
        "outgoing": [asdict(message) for message in error.rest if isinstance(message, Outgoing)],
        "answered": None if answered is None else [answered.reply.to_dict(), answered.latency_ms],
        "is_first": error.is_first,
    }
    made: dict[str, Any] = json.loads(update.to_json())
    made |= {"update_id": -(number * _MOST_MESSAGES + sent), _FIELD: rest}
    return Update.de_json(made, update.get_bot())


def rest_of(update: Update) -> Rest | None:
    """Returns what an update of our own stands for; None for Telegram's."""
    data = update.api_kwargs.get(_FIELD)
    if data is None or update.update_id >= 0:
        return None
    answered = None
    if data["answered"] is not None:
        reply, latency_ms = data["answered"]
        answered = Answer(Reply.from_dict(reply), latency_ms)
    outgoing = tuple(_outgoing(message) for message in data["outgoing"])
    return Rest(data["number"], data["sent"], Place(**data["place"]), outgoing, answered, data["is_first"])


def _outgoing(data: dict[str, Any]) -> Outgoing:
    keyboard = tuple(tuple(Button(**button) for button in row) for row in data["keyboard"])
    attachment = Attachment(**data["attachment"]) if data["attachment"] else None
    return Outgoing(data["html"], keyboard, attachment, data["asks_reply"])
