"""Changes the language, and says the last answer again in it."""

from __future__ import annotations

from actions._answering import answer_entry
from actions._base import Guide, GuideAction, Response


class ActionChangeLanguage(GuideAction):
    """For "in Chinese please": the wish is kept for the rest of the conversation."""

    def name(self) -> str:
        """See parent class."""
        return "action_change_language"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        known = guide.knowledge.spoken
        wanted = next((code for code in guide.turn.question.values("language") if code in known), "")
        if not wanted:
            names = known[guide.language].locator_join.join(language.name for language in known.values())
            return Response(guide.say("language_unknown", "notice", languages=names))
        guide.language = wanted
        if guide.turn.last_entry in guide.knowledge.entries:
            response = answer_entry(guide, guide.turn.last_entry, confidence=1.0)
            return Response(response.reply, {**response.slots, "language": wanted})
        return Response(guide.say("language_changed", "notice"), {"language": wanted})
