"""Explains what is recorded, for how long, and how to erase it."""

from __future__ import annotations

from actions._base import Guide, GuideAction, Response


class ActionExplainPrivacy(GuideAction):
    """For "what do you store?"."""

    def name(self) -> str:
        """See parent class."""
        return "action_explain_privacy"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        settings = guide.services.settings
        return Response(
            guide.say(
                "privacy",
                "notice",
                days=settings.enquiry_retention_days,
                hours=settings.dialogue_retention_hours,
                operated=guide.operated(),
            )
        )
