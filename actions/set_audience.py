"""Remembers whether a company or UN staff is asking."""

from __future__ import annotations

from actions._answering import follow_up
from actions._base import Guide, GuideAction, Response
from bot.knowledge.context import corrects_the_last

# Words by which people say who they are; whoever names a UN entity as their own is staff.
_STAFF = ("un ", "united nations", "agency", "staff", "联合国", "机构", "职员", "工作人员")
_COMPANY = ("company", "business", "firm", "corporate", "startup", "start-up", "enterprise", "公司", "企业", "厂")


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
        text = f"{guide.turn.text.lower()} "
        if any(word in text for word in _COMPANY):
            guide.audience = "company"
        elif guide.turn.question.values("organisation") or any(word in text for word in _STAFF):
            guide.audience = "un_staff"
        else:
            return Response(guide.say("audience_unknown", "notice"))
        return Response(guide.say(f"audience_{guide.audience}", "notice"), {"audience": guide.audience})
