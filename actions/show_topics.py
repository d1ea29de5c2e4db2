"""Shows the topics, or the entries of one."""

from __future__ import annotations

from actions._answering import entry_choice
from actions._base import Guide, GuideAction, Response


class ActionShowTopics(GuideAction):
    """Lets a person browse the knowledge without typing."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_topics"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        topics = guide.knowledge.topics
        for topic in guide.turn.question.values("topic"):
            if topic in topics:
                title = guide.topic_choice(topic).label
                entries = [entry.id for entry in guide.knowledge.entries.values() if entry.topic == topic]
                choices = tuple(entry_choice(guide, entry_id) for entry_id in entries)
                return Response(guide.say("topic", "notice", choices=choices, title=title))
        name = "topic_unknown" if guide.turn.question.values("topic") else "topics"
        return Response(guide.say(name, "notice", choices=tuple(guide.topic_choice(topic) for topic in topics)))
