"""Names the source of the last answer."""

from __future__ import annotations

import dataclasses

from actions._answering import is_on_another, respond_to_question, text_choices
from actions._base import Guide, GuideAction, Response
from bot.knowledge import render


class ActionShowSource(GuideAction):
    """For "which paragraph says so?": document, title, place and link, one line each."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_source"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        if is_on_another(guide):
            return respond_to_question(guide, guide.turn.question.about_its_subject())
        entry = guide.knowledge.entries.get(guide.turn.last_entry)
        if entry is None:
            return Response(guide.say("source_none", "notice", choices=guide.ways_out()))
        language = guide.knowledge.languages[guide.language]
        cited = render.citations(entry.references, guide.knowledge, guide.language)
        _, text = render.text_of(entry, guide.language, guide.knowledge.languages)
        reply = guide.say("source", "answer", entry=entry.id, title=text.title)
        lines = "\n".join(
            f"- {c.source} {render.written_locators(c.locators, language)}: {language.source_titles[c.source]}"
            for c in cited
        )
        return Response(
            dataclasses.replace(
                reply,
                body=(*reply.body, lines),
                citations=cited,
                sources_line=render.sources_line(cited, language),
                intent="ask_source",
                choices=text_choices(guide, entry),
            )
        )
