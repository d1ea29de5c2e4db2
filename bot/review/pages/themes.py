"""Themes: what was not answered, or badly, grouped by what it is about; each can become the draft of an entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.review.naming import entry_title, topic_title
from bot.review.pages.enquiry import address_of
from bot.review.routing import Section, page, post
from bot.review.visit import Visit
from bot.store.lessons import FAQ, LessonStore, sentence
from bot.store.unanswered import UnansweredStore
from bot.teaching.themes import MOST, Theme

RANGES = (7, 30, 90)
_SHOWN = 40
_MOST_QUESTIONS = 40
_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")


@dataclass(frozen=True)
class _Wanted:
    """Which questions: of how many days, in which language (empty for all)."""

    days: int
    language: str
    since: datetime
    until: datetime

    @property
    def query(self) -> str:
        """The same in an address."""
        return f"days={self.days}" + (f"&language={self.language}" if self.language else "")


def show(visit: Visit) -> Response:
    """Shows the themes, largest first."""
    wanted = _wanted(visit)
    found, is_cut = _themes(visit, wanted)
    knowledge = visit.console.knowledge
    said = visit.asked("said", 16)
    return visit.render(
        "themes.html",
        wanted=wanted,
        ranges=RANGES,
        languages=list(knowledge.languages.values()),
        themes=[theme for theme in found if theme.size > 1][:_SHOWN],
        single=[theme for theme in found if theme.size == 1],
        total=sum(theme.size for theme in found),
        most=MOST if is_cut else 0,
        bars=bars,
        address_of=address_of,
        title_of=lambda id: entry_title(knowledge, id, visit.words.code),
        said=said if said == "gone" else "",
    )


def draft(visit: Visit) -> Response:
    """Shows the form that makes a draft of a theme."""
    return _form(visit, _theme(visit))


def of(visit: Visit) -> Response:
    """Leads from an enquiry to the draft of the theme that it belongs to, in the shortest span that holds it."""
    id = visit.place("id")
    for days in RANGES:
        wanted = _span(days)
        for theme in _themes(visit, wanted)[0]:
            if any(question.id == id for question in theme.questions):
                return visit.redirect(f"/themes/{theme.key}/draft?{wanted.query}")
    return visit.redirect("/themes", said="gone")


def make(visit: Visit) -> Response:
    """Makes the draft: an entry to be written, with the questions that its editor has read."""
    theme = _theme(visit)
    knowledge = visit.console.knowledge
    topic, name = visit.typed("topic", 80), visit.typed("name", 80)
    entry = f"{topic}.{name}"
    titles = {code: visit.typed(f"title_{code}", 200) for code in knowledge.languages}
    asked = [
        (question, sentence(visit.typed(f"question_{question.id}", 500)))
        for question in theme.texts
        if visit.typed(f"take_{question.id}", 4)
    ]
    problem = ""
    if not _NAME.fullmatch(topic) or not _NAME.fullmatch(name):
        problem = "bad_name"
    elif entry in knowledge.entries:
        problem = "is_there"
    elif not any(titles.values()):
        problem = "no_title"
    elif not visit.typed("is_clean", 4):
        problem = "unread"
    if problem:
        return _form(visit, theme, problem, 400)
    lessons = visit.console.store(LessonStore)
    standing = lessons.standing()
    if not any(lesson.kind == "stub" and lesson.label == entry for lesson in standing):
        lessons.add("stub", entry, "", "", visit.name, details={"titles": {k: v for k, v in titles.items() if v}})
    known = {(lesson.language, lesson.text) for lesson in standing if lesson.label == f"{FAQ}{entry}"}
    for question, text in asked:
        if text and (question.language, text) not in known:
            lessons.add("question", f"{FAQ}{entry}", question.language, text, visit.name, enquiry=question.id)
    visit.note("draft_entry", entry, str(len(asked)))
    return visit.redirect("/teach", said="drafted")


def bars(trend: Sequence[int], height: int = 24) -> list[tuple[int, int]]:
    """Returns top and height of each step of a trend as a bar of at most `height`."""
    most = max(trend, default=0) or 1
    tall = [round(count * height / most) if count else 1 for count in trend]
    return [(height - one, one) for one in tall]


def _form(visit: Visit, theme: Theme, problem: str = "", status: int = 200) -> Response:
    knowledge = visit.console.knowledge
    return visit.render(
        "theme_draft.html",
        status,
        theme=theme,
        wanted=_wanted(visit),
        questions=theme.texts[:_MOST_QUESTIONS],
        topics=[(topic, topic_title(knowledge, topic, visit.words.code)) for topic in knowledge.topics],
        languages=list(knowledge.languages.values()),
        problem=problem,
    )


def _wanted(visit: Visit) -> _Wanted:
    asked, language = visit.asked("days", 3), visit.asked("language", 16)
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in RANGES else 30
    return _span(days, language if language in visit.console.knowledge.languages else "")


def _span(days: int, language: str = "") -> _Wanted:
    # To the end of the day, so that the same questions are asked for all day long.
    until = datetime.combine(datetime.now(timezone.utc).date(), time(), timezone.utc) + timedelta(days=1)
    return _Wanted(days, language, until - timedelta(days=days), until)


def _themes(visit: Visit, wanted: _Wanted) -> tuple[list[Theme], bool]:
    """Returns the themes, and whether there were more questions than are looked at."""
    store = visit.console.store(UnansweredStore)
    rows = store.newest(wanted.since, wanted.until, MOST + 1, wanted.language)
    span = (wanted.days, wanted.language)
    return visit.console.grouping.themes(span, rows[:MOST], wanted.since, wanted.until), len(rows) > MOST


def _theme(visit: Visit) -> Theme:
    key = visit.place("key")
    found = next((theme for theme in _themes(visit, _wanted(visit))[0] if theme.key == key), None)
    if found is None:  # a question has come or gone, and the theme is another one now
        raise HTTPException(404)
    return found


SECTION = Section("themes", order=2, path="/themes")
ROUTES = [
    page("/themes", show, role="viewer"),
    page("/themes/of/{id}", of, role="editor"),
    page("/themes/{key}/draft", draft, role="editor"),
    post("/themes/{key}/make", make, role="editor"),
]
