"""Says honestly that a message is out of reach, unless it only makes sense as a follow-up."""

from __future__ import annotations

from actions._answering import respond_to_question
from actions._base import Guide, GuideAction, Response


class ActionHandleFallback(GuideAction):
    """For messages the model takes for out of scope; the conversation may know better ("and the environment?")."""

    def name(self) -> str:
        """See parent class."""
        return "action_handle_fallback"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        return respond_to_question(guide)
