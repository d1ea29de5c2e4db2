"""Notes the last question for the operator, once the asker has agreed."""

from __future__ import annotations

import logging

from actions._base import Guide, GuideAction, Response
from actions._request import comes_back, stored
from bot.errors import StoreError

logger = logging.getLogger(__name__)


def hand_over(guide: Guide) -> Response:
    """Returns the response that gives the last enquiry its reference; the logged `handover` row marks it for review.

    Where the person will come back, the question becomes a request, and a reply waits for them.
    """
    enquiry = guide.turn.slot("last_enquiry")
    if not guide.has_person:
        return Response(guide.say("person_none", "notice"))
    if not enquiry:
        return Response(guide.say("person_nothing", "notice"))
    settings = guide.services.settings
    requested = _requested(guide, enquiry) if comes_back(guide) else ""
    return Response(
        guide.say(
            "handover_visit" if requested else "handover",
            "handover",
            reference=requested or enquiry[:8].upper(),
            operator=settings.operator,
            contact=settings.contact,
            entry=guide.turn.last_entry,
        )
    )


def _requested(guide: Guide, enquiry: str) -> str:
    """Returns the reference of the request that the enquiry has become; empty where it could not be stored."""
    try:
        asked = guide.services.store.get(enquiry)
        return stored(guide, asked.text, enquiry).reference if asked is not None and asked.text else ""
    except StoreError as error:
        logger.warning("a request could not be stored: %s", error)
        return ""


class ActionHandOver(GuideAction):
    """For the button under the offer of a person."""

    def name(self) -> str:
        """See parent class."""
        return "action_hand_over"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        return hand_over(guide)
