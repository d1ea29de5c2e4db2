"""Answers a question of content: the entry, a question back, or an honest no."""

from __future__ import annotations

from actions._answering import respond_to_question
from actions._base import Guide, GuideAction, Response


class ActionAnswerQuestion(GuideAction):
    """For every `faq/...` question, whatever the entry."""

    def name(self) -> str:
        """See parent class."""
        return "action_answer_question"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        return respond_to_question(guide)
