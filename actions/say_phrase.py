"""Says the phrase that belongs to the intent: small talk needs no action of its own."""

from __future__ import annotations

from actions._answering import follow_up
from actions._base import Guide, GuideAction, Response


class ActionSayPhrase(GuideAction):
    """For every intent whose name is also the name of a phrase."""

    def name(self) -> str:
        """See parent class."""
        return "action_say_phrase"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        taken_up = follow_up(guide)
        if taken_up is not None:
            return taken_up
        intent = guide.turn.question.intent
        return Response(guide.say(intent, "smalltalk", operated=guide.operated()))
