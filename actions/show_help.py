"""Greets, or says what the guide can do, with the topics as choices."""

from __future__ import annotations

from actions._base import Guide, GuideAction, Response


class ActionShowHelp(GuideAction):
    """For greetings and for "what can you do?"."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_help"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        choices = tuple(guide.topic_choice(topic) for topic in guide.knowledge.topics)
        if guide.turn.question.intent == "greet":
            return Response(guide.say("greet", "smalltalk", choices=choices))
        return Response(guide.say("help", "notice", choices=choices))
