"""Asks before a person's data is deleted."""

from __future__ import annotations

from actions._base import Guide, GuideAction, Response
from bot.reply import Choice


class ActionOfferDeletion(GuideAction):
    """For "delete my data": nothing is deleted without a second word."""

    def name(self) -> str:
        """See parent class."""
        return "action_offer_deletion"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        choices = (Choice(guide.phrase("deletion_confirm"), "/confirm_deletion"),)
        return Response(guide.say("deletion_offer", "notice", choices=choices))
