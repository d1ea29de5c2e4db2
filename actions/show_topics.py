"""Shows the topics, or the entries of one."""

from __future__ import annotations

from actions._answering import entry_choice
from actions._base import Guide, GuideAction, Response
from bot.reply import Choice, per_page


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
                choices = [entry_choice(guide, entry_id) for entry_id in entries]
                return Response(guide.say("topic", "notice", _page(guide, topic, choices), title=title))
        name = "topic_unknown" if guide.turn.question.values("topic") else "topics"
        return Response(guide.say(name, "notice", choices=tuple(guide.topic_choice(topic) for topic in topics)))


def _page(guide: Guide, topic: str, choices: list[Choice]) -> tuple[Choice, ...]:
    """Returns the page of a topic's entries that was asked for, with the button to the next."""
    size = per_page(guide.turn.channel)
    wanted = next((int(page) for page in guide.turn.question.values("page") if page.isdigit()), 1)
    first = (wanted - 1) * size if 0 < wanted <= -(-len(choices) // size) else 0
    shown = choices[first : first + size]
    if first + size < len(choices):
        payload = f'/show_topic{{"topic": "{topic}", "page": "{first // size + 2}"}}'
        shown.append(Choice(guide.phrase("labels_next_page"), payload))
    return (*shown, guide.ways_out()[0])
