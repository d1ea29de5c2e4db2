"""Brings maintainers' replies to people: into their chat, or to where they find it at their next visit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.errors import BotError, ChannelError
from bot.settings import Settings
from bot.store.contacts import Contact
from bot.store.correspondence import Correspondence
from bot.store.jobs import Job
from bot.store.threads import ThreadPart

if TYPE_CHECKING:
    from bot.teaching.working import Handler


def sending(settings: Settings) -> Handler:
    """Returns the handler of the jobs that send a reply."""
    from bot.teaching.working import Handler

    def send(job: Job, report: Any) -> dict[str, Any]:
        reference, note = str(job.arguments.get("reference", "")), int(job.arguments.get("note", 0))
        with Correspondence.opened(settings) as correspondence:
            part, contact = correspondence.threads.get(note), correspondence.contacts.get(reference)
            if part is None or contact is None or part.reference != contact.reference:
                raise ChannelError("the request was closed before the reply was sent")
            bring(settings, correspondence, contact, part)
        return {"reference": reference}

    def given_up(job: Job) -> None:
        with Correspondence.opened(settings) as correspondence:
            correspondence.threads.mark_failed(int(job.arguments.get("note", 0)), job.problem)

    return Handler(send, given_up)


def bring(settings: Settings, correspondence: Correspondence, contact: Contact, part: ThreadPart) -> None:
    """Sends a reply and notes in its thread what became of it; for a visitor it stays waiting.

    Raises:
        BotError: it could not be sent.
    """
    if contact.is_visitor:
        return
    try:
        _deliver(settings, contact, part.text)
    except BotError as error:
        correspondence.threads.mark_failed(part.id, str(error))
        raise
    except Exception:
        correspondence.threads.mark_failed(part.id, "a fault of the program; whether the message has left is not known")
        raise
    correspondence.arrived(part)


def _deliver(settings: Settings, contact: Contact, text: str) -> None:
    from bot.channels.telegram.notifying import answer_request
    from bot.knowledge.loader import load
    from bot.phrases import load_phrases

    if not contact.has_chat:
        raise ChannelError("the request came from a channel that no message can be sent to")
    phrases = load_phrases(settings.nlu_data, list(load(settings.knowledge).spoken))
    asyncio.run(answer_request(settings, phrases, contact, text))
