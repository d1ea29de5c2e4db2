"""Shows the figures of an answer as a chart."""

from __future__ import annotations

import asyncio
import dataclasses
import logging

from actions._answering import entry_choice
from actions._base import Guide, GuideAction, Response
from bot.charts.pictures import picture
from bot.charts.table import as_text, table_of
from bot.errors import ChartError
from bot.knowledge import render
from bot.knowledge.charts import Chart
from bot.knowledge.models import Entry
from bot.knowledge.selection import decide
from bot.reply import Attachment, Choice

logger = logging.getLogger(__name__)

_MOST_CHOICES = 5
# The least share (0-1) of the likeliest entry with a chart for the words to name it: "chart please" and 27 others that
# name nothing reach 0.14, ten that name something 0.08-0.84, seven of them more than 0.35 (2026-11-20).
_NAMED = 0.2


class ActionShowChart(GuideAction):
    """For "show me a chart" and the payload `show_chart`: the last answer's chart, or that of what was named."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_chart"

    async def response(self, guide: Guide) -> Response:
        """See parent class. The first picture takes a second, which other conversations must not wait for."""
        return await asyncio.to_thread(self.respond, guide)

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        entry = guide.knowledge.entries.get(_asked(guide))
        if entry is None:
            charts = _by_likelihood(guide)
            return Response(guide.say("chart_nothing", "notice", _choices(guide, charts)))
        chart = guide.knowledge.chart_of(entry.id)
        if chart is None:
            _, text = render.text_of(entry, guide.language, guide.knowledge.languages)
            choices = (*_choices(guide, _near(guide, entry)), guide.ways_out()[0])
            return Response(guide.say("chart_none", "notice", choices, title=text.title))
        return _shown(guide, entry, chart)


def _asked(guide: Guide) -> str:
    """Returns the entry whose chart is wanted: the button's, what the words name, else the last; empty: none."""
    question = guide.turn.question
    if guide.turn.is_payload:
        return next(iter(question.values("entry")), guide.turn.last_entry)
    about = question.about_its_subject()
    likely = next(((entry, share) for entry, share in about.ranking if guide.knowledge.chart_of(entry)), ("", 0.0))
    if likely[1] >= _NAMED:
        return likely[0]
    if not question.names_a_subject:
        return guide.turn.last_entry
    decision = decide(about, guide.knowledge, guide.turn.context)
    return decision.entries[0] if decision.kind == "answer" else ""


def _by_likelihood(guide: Guide) -> tuple[Chart, ...]:
    """Returns every chart, what the message resembles first."""
    shares = dict(guide.turn.question.ranking)

    def share(chart: Chart) -> float:
        return max(shares.get(entry, 0.0) for entry in chart.entries)

    return tuple(sorted(guide.knowledge.charts.values(), key=share, reverse=True))


def _near(guide: Guide, entry: Entry) -> tuple[Chart, ...]:
    """Returns the charts of an entry's topic; where it has none, those of the entries it relates to."""
    charts = guide.knowledge.charts.values()
    same = tuple(chart for chart in charts if chart.entry.partition(".")[0] == entry.topic)
    return same or tuple(chart for chart in charts if set(chart.entries) & set(entry.related))


def _choices(guide: Guide, charts: tuple[Chart, ...]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            guide.phrase("labels_chart_of", title=chart.texts[guide.language].title),
            f'/show_chart{{"entry": "{chart.entry}"}}',
        )
        for chart in charts[:_MOST_CHOICES]
    )


def _shown(guide: Guide, entry: Entry, chart: Chart) -> Response:
    table = table_of(chart, guide.knowledge, guide.language)
    language = guide.knowledge.languages[guide.language]
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    try:
        drawn = picture(chart, guide.knowledge, guide.language, guide.services.settings.var / "charts")
    except ChartError as error:
        logger.warning("%s", error)
        notes = (guide.phrase("chart_no_picture"),)
    else:
        caption = table.caption
        if drawn.language != guide.language:
            names = (guide.knowledge.languages[drawn.language].name, language.name)
            notes = (guide.phrase("chart_other_language", language=names[0], wanted=names[1]),)
            caption = f"{caption}\n{notes[0]}"
        attachments = (Attachment("image", f"{chart.name}.png", caption, str(drawn.path)),)
    cited = render.citations(chart.references(guide.knowledge.entries), guide.knowledge, guide.language)
    others = _choices(guide, tuple(other for other in _near(guide, entry) if other != chart))
    reply = dataclasses.replace(
        guide.say("labels_chart", "answer", (entry_choice(guide, entry.id), *others[:2]), entry=entry.id),
        title=table.title,
        body=(f"{table.note}{language.source_join}{table.years}", as_text(table)),
        notes=notes,
        sources_line=render.sources_line(cited, language),
        citations=cited,
        attachments=attachments,
        intent="ask_chart",
    )
    return Response(reply, {"last_entry": entry.id})
