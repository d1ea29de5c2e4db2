"""Remembers whether a company or UN staff is asking."""

from __future__ import annotations

from actions._answering import follow_up
from actions._base import Guide, GuideAction, Response
from bot.knowledge.context import corrects_the_last
from bot.knowledge.wording import has_word


class ActionSetAudience(GuideAction):
    """For "I'm from a company": answers then carry the advice meant for companies, or for UN staff."""

    def name(self) -> str:
        """See parent class."""
        return "action_set_audience"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        # "I mean UN-Habitat's" names an organisation, and yet not who is asking.
        taken_up = follow_up(guide) if corrects_the_last(guide.turn.text, guide.knowledge) else None
        if taken_up is not None:
            return taken_up
        if _names(guide, "company"):
            guide.audience = "company"
        # Whoever names a UN entity as their own is staff.
        elif guide.turn.question.values("organisation") or _names(guide, "un_staff"):
            guide.audience = "un_staff"
        else:
            return Response(guide.say("audience_unknown", "notice"))
        return Response(guide.say(f"audience_{guide.audience}", "notice"), {"audience": guide.audience})


def _names(guide: Guide, audience: str) -> bool:
    """Returns whether a message has one of the words, in any language, that people of an audience use of themselves."""
    listed = [texts.get(f"audience_words_{audience}", "") for texts in guide.services.phrases.texts.values()]
    return has_word(guide.turn.text, [word.strip() for words in listed for word in words.split(",") if word.strip()])
