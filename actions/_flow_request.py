"""Passes on what a flow has gathered, once its person has seen it and agreed."""

from __future__ import annotations

import dataclasses
import logging

from actions._base import Guide
from actions._flow import said_by_flow, teller
from actions._request import comes_back, has_chat, stored
from bot.errors import StoreError
from bot.flows.state import State, answers_of
from bot.knowledge.flows import AFFIRMED
from bot.reply import Reply

logger = logging.getLogger(__name__)

#: The step of a flow with a request that asks whether the person agrees.
CONSENT = "consent"


def passed_on(guide: Guide, state: State) -> Reply:
    """Returns what the person is told after the request was stored; it says plainly where nothing was."""
    flow = guide.knowledge.flows[state.flow]
    if not guide.has_person:
        return said_by_flow(guide, "request_nobody")
    if answers_of(flow, state).get(CONSENT) != AFFIRMED:
        return said_by_flow(guide, "request_no_consent")
    settings = guide.services.settings
    told = dataclasses.replace(state, answers={k: v for k, v in state.answers.items() if k != CONSENT})
    question = "\n".join(teller(guide, flow).lines(told))
    try:
        contact = stored(guide, question)
    except StoreError as error:
        logger.warning("a request could not be stored: %s", error)
        return said_by_flow(guide, "request_failed", contact=settings.contact)
    where = "here" if has_chat(guide) else "visit" if comes_back(guide) else "elsewhere"
    values = {
        "operator": settings.operator,
        "contact": settings.contact,
        "reference": contact.reference,
        "days": settings.reply_days,
    }
    reply = said_by_flow(guide, "request_done", **values)
    after = said_by_flow(guide, f"request_done_{where}", **values)
    return dataclasses.replace(reply, outcome="handover", body=(*reply.body, *after.body), entry="")
