"""Says who can be reached, and asks before anything is passed on."""

from __future__ import annotations

from actions._base import Guide, GuideAction, Response
from bot.reply import Choice

CONFIRM_PAYLOAD = "/confirm_person"


class ActionOfferPerson(GuideAction):
    """For "I want to talk to a human": promises nobody where no operator is set."""

    def name(self) -> str:
        """See parent class."""
        return "action_offer_person"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        if not guide.has_person:
            return Response(guide.say("person_none", "notice"))
        settings = guide.services.settings
        choices = (Choice(guide.phrase("person_confirm"), CONFIRM_PAYLOAD),)
        return Response(
            guide.say("person_contact", "notice", choices=choices, operator=settings.operator, contact=settings.contact)
        )
