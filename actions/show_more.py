"""Tells more on the last answer."""

from __future__ import annotations

from actions._answering import answer_entry, entry_choice, is_on_another, respond_to_question
from actions._base import Guide, GuideAction, Response
from bot.knowledge import render
from bot.knowledge.models import Entry


class ActionShowMore(GuideAction):
    """Gives the longer text of the last entry; where there is none, the nearest entry not yet shown."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_more"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        if is_on_another(guide):
            return respond_to_question(guide, guide.turn.question.about_its_subject())
        entry = guide.knowledge.entries.get(guide.turn.last_entry)
        if entry is None:
            return Response(guide.say("more_nothing", "notice", choices=guide.ways_out()))
        _, text = render.text_of(entry, guide.language, guide.knowledge.languages)
        told = guide.turn.slot("told_more") == entry.id
        if text.more and not told:
            response = answer_entry(guide, entry.id, confidence=1.0, part="more")
            return Response(response.reply, {**response.slots, "told_more": entry.id})
        main = entry.references[0].source
        documents = {reference.source for reference in entry.references}
        related = [guide.knowledge.entries[other] for other in entry.related if other in guide.knowledge.entries]
        # What rests on the same document, first of all the one it mainly rests on, goes on where the answer stopped.
        related.sort(key=lambda other: _distance(other, main, documents))
        if related:
            return answer_entry(guide, related[0].id, confidence=1.0)
        same = [e.id for e in guide.knowledge.entries.values() if e.topic == entry.topic and e.id != entry.id]
        choices = tuple(entry_choice(guide, entry_id) for entry_id in same[:5])
        return Response(guide.say("more_none", "notice", choices=choices))


def _distance(entry: Entry, main: str, documents: set[str]) -> int:
    cited = {reference.source for reference in entry.references}
    return 0 if main in cited else 1 if documents & cited else 2
