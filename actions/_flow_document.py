"""The document of a flow as the attachment of a reply."""

from __future__ import annotations

import dataclasses
import datetime
import logging

from actions._base import Guide
from bot.flows import document
from bot.flows.saying import Teller
from bot.flows.state import State
from bot.reply import Attachment, Reply

logger = logging.getLogger(__name__)


def attached(guide: Guide, teller: Teller, state: State) -> Reply:
    """Returns the result with its document, which is made anew each time and kept by nobody."""
    try:
        today = datetime.datetime.now(datetime.timezone.utc).date()
        path = document.write(teller, state, guide.services.settings.var, today, guide.turn.pseudonym)
    except OSError as error:
        logger.warning("a document could not be written: %s", error.strerror)
        return teller.say(state, (teller.phrase("document_failed"),))
    # A channel that sends files deletes them; a terminal can only say where they lie.
    note = "document_here" if guide.turn.channel in ("terminal", "jsonl") else "document_ready"
    title = teller.text.document.get("title", teller.text.title)
    name = f"{teller.flow.name}-{today.isoformat()}-{teller.language}.docx"
    reply = teller.say(state, (teller.phrase(note),))
    return dataclasses.replace(reply, attachments=(Attachment("document", name, title, str(path)),))
