"""Opens an entry from a button, a command or a deep link."""

from __future__ import annotations

from actions._answering import answer_entry, kept_question
from actions._base import Guide, GuideAction, Response


class ActionShowEntry(GuideAction):
    """For the payload `show_entry`, which only our own buttons carry."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_entry"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        for entry_id in guide.turn.question.values("entry"):
            if entry_id in guide.knowledge.entries:
                response = answer_entry(guide, entry_id, confidence=1.0)
                return Response(response.reply, {**response.slots, **kept_question(guide, response.reply.title)})
        return Response(guide.say("no_choice", "notice", choices=guide.ways_out()))
