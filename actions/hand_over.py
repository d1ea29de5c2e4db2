"""Notes the last question for the operator, once the asker has agreed."""

from __future__ import annotations

from actions._base import Guide, GuideAction, Response


def hand_over(guide: Guide) -> Response:
    """Returns the response that gives the last enquiry its reference; the logged `handover` row marks it for review."""
    enquiry = guide.turn.slot("last_enquiry")
    if not guide.has_person:
        return Response(guide.say("person_none", "notice"))
    if not enquiry:
        return Response(guide.say("person_nothing", "notice"))
    settings = guide.services.settings
    return Response(
        guide.say(
            "handover",
            "handover",
            reference=enquiry[:8].upper(),
            operator=settings.operator,
            contact=settings.contact,
            entry=guide.turn.last_entry,
        )
    )


class ActionHandOver(GuideAction):
    """For the button under the offer of a person."""

    def name(self) -> str:
        """See parent class."""
        return "action_hand_over"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        return hand_over(guide)
