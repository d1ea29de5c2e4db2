"""The dashboard: how much is asked, how well it is answered, by any range of days; every chart as table and CSV too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from bot.review.charts import Chart, day_chart, hour_chart, latency_chart, share_chart, weekday_chart
from bot.review.filtering import YEARS
from bot.review.naming import topic_title
from bot.review.routing import Section, page
from bot.review.visit import Visit
from bot.store.conversations import COLUMNS, conversations
from bot.store.export import csv_lines, enquiry_cells
from bot.store.figures import Figures, FigureStore, merged
from bot.store.models import FIELDS
from bot.store.statements import EnquiryFilter

RANGES = (7, 30, 90)
_MOST_DAYS = 731


@dataclass(frozen=True)
class Range:
    """Days from `first` to `last`, both included; `days` is one of `RANGES`, or 0 for a range of one's own."""

    first: date
    last: date
    days: int

    @property
    def query(self) -> str:
        """The range in an address."""
        return f"days={self.days}" if self.days else f"since={self.first}&until={self.last}"

    @property
    def wanted(self) -> EnquiryFilter:
        """The range as a filter of the log."""
        since = datetime.combine(self.first, time(), timezone.utc)
        return EnquiryFilter(since=since, until=datetime.combine(self.last, time(), timezone.utc) + timedelta(days=1))


def dashboard(visit: Visit) -> Response:
    """Shows the figures of a range."""
    chosen = _range(visit)
    days = visit.console.store(FigureStore).days(chosen.first, chosen.last)
    whole = merged(days.values())
    return visit.render(
        "dashboard.html",
        chosen=chosen,
        ranges=RANGES,
        figures=whole,
        charts=_charts(visit, days, whole),
        backlog=visit.console.reviews.counts()["new"],
    )


def table(visit: Visit) -> Response:
    """Returns the table of one chart as CSV."""
    chosen, name = _range(visit), visit.place("name")
    days = visit.console.store(FigureStore).days(chosen.first, chosen.last)
    chart = next((chart for chart in _charts(visit, days, merged(days.values())) if chart.name == name), None)
    if chart is None:
        raise HTTPException(404)
    return _csv(f"{name}-{chosen.first}-{chosen.last}", chart.head, chart.rows)


def export_enquiries(visit: Visit) -> Response:
    """Returns one row per enquiry, texts included, as CSV."""
    chosen = _range(visit)
    visit.note("export", "enquiries", f"{chosen.first} {chosen.last}")
    rows = visit.console.enquiries.iterate(chosen.wanted)
    return _csv(f"enquiries-{chosen.first}-{chosen.last}", FIELDS, enquiry_cells(rows))


def export_conversations(visit: Visit) -> Response:
    """Returns one row per conversation as CSV."""
    chosen = _range(visit)
    visit.note("export", "conversations", f"{chosen.first} {chosen.last}")
    rows = visit.console.enquiries.iterate(chosen.wanted)
    cells = ([one[name] for name in COLUMNS] for one in conversations(rows))
    return _csv(f"conversations-{chosen.first}-{chosen.last}", COLUMNS, cells)


def _range(visit: Visit) -> Range:
    today = datetime.now(timezone.utc).date()
    since, until = _day(visit.asked("since", 10)), _day(visit.asked("until", 10))
    if since or until:
        last = min(until or today, today)
        first = since or last - timedelta(days=29)
        first = min(max(first, last - timedelta(days=_MOST_DAYS - 1)), last)
        return Range(first, last, 0)
    asked = visit.asked("days", 3)
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in RANGES else 30
    return Range(today - timedelta(days=days - 1), today, days)


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _charts(visit: Visit, days: dict[date, Figures], whole: Figures) -> list[Chart]:
    words, knowledge = visit.words, visit.console.knowledge
    topics = {topic: topic_title(knowledge, topic, words.code) for topic in whole.topics}
    languages = {code: known.name for code, known in knowledge.languages.items()}
    channels = {code: words.either(f"inbox.channel_{code}", code) for code in whole.channels}
    audiences = {code: words.either(f"inbox.audience_{code}", code) for code in whole.audiences}
    return [
        day_chart(days, words),
        share_chart("topics", whole.topics, topics, words),
        weekday_chart(days, words),
        hour_chart(whole, words),
        share_chart("languages", whole.languages, languages, words),
        share_chart("channels", whole.channels, channels, words),
        share_chart("audiences", whole.audiences, audiences, words),
        latency_chart(whole, words),
    ]


def _csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(csv_lines(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


SECTION = Section("dashboard", order=6, path="/dashboard")
ROUTES = [
    page("/dashboard", dashboard, role="viewer"),
    page("/dashboard/tables/{name}.csv", table, role="viewer"),
    # What people asked leaves the console here: no reader's business.
    page("/dashboard/enquiries.csv", export_enquiries, role="editor"),
    page("/dashboard/conversations.csv", export_conversations, role="editor"),
]
