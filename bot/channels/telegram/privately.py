"""What is settled in the private chat alone, however it is asked for: a deletion, and asking for a person."""

from __future__ import annotations

import logging

from bot.channels.telegram.front import Asker, Front
from bot.channels.telegram.handover import CONFIRM_PAYLOAD
from bot.channels.telegram.rendering import Button
from bot.reply import Reply

logger = logging.getLogger(__name__)

#: The dialogue's buttons that say yes to what it offers, with the page of the private chat where that is done.
_CONFIRMED = {"/confirm_deletion": "forget", CONFIRM_PAYLOAD: "person"}
#: The same by kind of button, with those that only ask for it.
_PRESSED = {"D": "forget", "p": "person"}


def offered(reply: Reply) -> str:
    """Returns the page of what a reply of the dialogue offers; empty where that may be settled anywhere."""
    return next((_CONFIRMED[choice.payload] for choice in reply.choices if choice.payload in _CONFIRMED), "")


async def taken_up(front: Front, asker: Asker, text: str) -> str:
    """Returns the page of the offer that a text says yes to, by number, label or word; empty where there is none."""
    chosen = front.dialogue.typed_choice(asker.conversation, text)
    if chosen is not None:
        press = front.payloads.read(front.payloads.of(chosen))
        return _PRESSED.get(press.kind, "") if press else ""
    # What the dialogue remembers, as it is from there that it takes a yes, after a restart too.
    try:
        remembered = await front.dialogue.remembered(asker.conversation)
    except Exception:  # whatever is wrong with the memory: the dialogue does not remember its offer then either
        logger.exception("a conversation could not be looked up")
        return ""
    if CONFIRM_PAYLOAD in remembered.get("offered", ()) and await front.dialogue.intent_of(text) == "affirm":
        return _CONFIRMED[CONFIRM_PAYLOAD]
    return ""


def link(front: Front, language: str, page: str) -> list[list[Button]]:
    """Returns the way to a page of the private chat."""
    return [[Button(front.words(language, "button_private"), url=front.link(page))]]
