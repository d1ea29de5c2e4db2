"""Declines what a bot must not decide, and says what helps instead."""

from __future__ import annotations

from actions._answering import entry_choice
from actions._base import Guide, GuideAction, Response

# What a person can prepare by, instead of a verdict; shown as far as the knowledge base has them.
_INSTEAD = ("due_diligence.company_preparation", "due_diligence.staff_checks", "ten_principles.overview")


class ActionDeclineDecision(GuideAction):
    """For the eligibility of a named company, sanctions checks and legal advice."""

    def name(self) -> str:
        """See parent class."""
        return "action_decline_decision"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        known = [entry_id for entry_id in _INSTEAD if entry_id in guide.knowledge.entries]
        choices = tuple(entry_choice(guide, entry_id) for entry_id in known)
        return Response(guide.unanswered("decline", choices))
