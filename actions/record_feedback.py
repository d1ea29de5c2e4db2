"""Records praise and criticism with the answer it is about."""

from __future__ import annotations

from actions._answering import follow_up
from actions._base import Guide, GuideAction, Response


class ActionRecordFeedback(GuideAction):
    """For "that helped" and "that is wrong"."""

    def name(self) -> str:
        """See parent class."""
        return "action_record_feedback"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        taken_up = follow_up(guide)
        if taken_up is not None:
            return taken_up
        verdict = guide.turn.question.intent.removeprefix("give_feedback_")
        enquiry = guide.turn.slot("last_enquiry")
        if enquiry:
            guide.services.store.note_feedback(enquiry, verdict)
        positive = verdict == "positive"
        reply = guide.say(
            f"feedback_{verdict}",
            "smalltalk" if positive else "notice",
            choices=() if positive else guide.ways_out(),
        )
        return Response(reply)
