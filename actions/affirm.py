"""Takes a yes for what it answers: the offer in the last reply, or nothing in particular."""

from __future__ import annotations

from actions._answering import follow_up
from actions._base import Guide, GuideAction, Response
from actions.hand_over import hand_over
from actions.offer_person import CONFIRM_PAYLOAD


class ActionAffirm(GuideAction):
    """For "yes": only the harmless offer is taken up so; deletion wants its button or its words."""

    def name(self) -> str:
        """See parent class."""
        return "action_affirm"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        if CONFIRM_PAYLOAD in (guide.turn.slots.get("offered") or ()):
            return hand_over(guide)
        return follow_up(guide) or Response(guide.say("affirm", "smalltalk"))
