"""Brings maintainers' replies to people: into their chat, or to where they find it at their next visit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.errors import BotError, ChannelError
from bot.settings import Settings
from bot.store.contacts import Contact
from bot.store.correspondence import Correspondence
from bot.store.jobs import Job, JobStore
from bot.store.threads import ThreadPart

if TYPE_CHECKING:
    from bot.teaching.working import Handler

#: So many jobs are looked through for the one that sent the beginning of a reply: whoever sends the rest does so soon.
_MOST_JOBS = 1000


def sending(settings: Settings) -> Handler:
    """Returns the handler of the jobs that send a reply."""
    from bot.teaching.working import Handler

    def send(job: Job, report: Any) -> dict[str, Any]:
        from bot.channels.telegram.notifying import PartlySentError

        reference, note = str(job.arguments.get("reference", "")), int(job.arguments.get("note", 0))
        with Correspondence.opened(settings) as correspondence:
            part, contact = correspondence.threads.get(note), correspondence.contacts.get(reference)
            if part is None or contact is None or part.reference != contact.reference:
                raise ChannelError("the request was closed before the reply was sent")
            try:
                bring(settings, correspondence, contact, part, after=_left_before(settings, job))
            except PartlySentError as error:
                report(error.share, "")  # the job that sends it once more goes on from there
                raise
        return {"reference": reference}

    def given_up(job: Job) -> None:
        with Correspondence.opened(settings) as correspondence:
            correspondence.threads.mark_failed(int(job.arguments.get("note", 0)), job.problem)

    return Handler(send, given_up)


def _left_before(settings: Settings, job: Job) -> float:
    """Returns how much (0-1) of a reply has left by the jobs that were to send it before."""
    with JobStore.from_settings(settings) as jobs:
        earlier = [each for each in jobs.list(("send",), _MOST_JOBS) if each.id != job.id]
    return max((each.share for each in earlier if each.arguments == job.arguments), default=0.0)


def bring(
    settings: Settings, correspondence: Correspondence, contact: Contact, part: ThreadPart, *, after: float = 0.0
) -> None:
    """Sends a reply and notes in its thread what became of it; for a visitor it stays waiting.

    Args:
        after: how much of it (0-1) has left before.

    Raises:
        BotError: it could not be sent.
    """
    if contact.is_visitor:
        return
    try:
        _deliver(settings, contact, part.text, *((after,) if after else ()))
    except BotError as error:
        correspondence.threads.mark_failed(part.id, str(error))
        raise
    except Exception:
        correspondence.threads.mark_failed(part.id, "a fault of the program; whether the message has left is not known")
        raise
    correspondence.arrived(part)


def _deliver(settings: Settings, contact: Contact, text: str, after: float = 0.0) -> None:
    from bot.channels.telegram.notifying import answer_request
    from bot.knowledge.loader import load
    from bot.phrases import load_phrases

    if not contact.has_chat:
        raise ChannelError("the request came from a channel that no message can be sent to")
    phrases = load_phrases(settings.nlu_data, list(load(settings.knowledge).spoken))
    asyncio.run(answer_request(settings, phrases, contact, text, after=after))
