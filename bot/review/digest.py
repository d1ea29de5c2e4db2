"""The week in short, for mail or a cron job: how much was asked, what went badly, what waits.

It leaves the console, so it holds nobody's sentences: themes are told by words that several questions share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from bot.knowledge.loader import KnowledgeBase, load
from bot.review.naming import entry_title
from bot.review.view import environment
from bot.review.words import Words, load_words
from bot.settings import Settings
from bot.store.contacts import ContactStore
from bot.store.figures import Figures, FigureStore, merged
from bot.store.lessons import LessonStore
from bot.store.reviews import ReviewStore
from bot.store.unanswered import UnansweredStore
from bot.teaching.themes import MOST, Theme, common_words, themes

_SHOWN = 5
#: A fact is told to expire so many days ahead.
_EXPIRING_DAYS = 30


@dataclass(frozen=True)
class Worst:
    """An entry that people found not helpful or reviewers corrected, and how often."""

    entry: str
    bad: int
    uses: int


@dataclass(frozen=True)
class Digest:
    """What happened from `since` to before `until`, and in as long a time before it."""

    since: datetime
    until: datetime
    now: Figures
    before: Figures
    worst: Sequence[Worst]
    themes: Sequence[Theme]
    unanswered: int
    expiring: Sequence[tuple[str, str]]
    to_review: int
    requests: int
    lessons: int
    knowledge: KnowledgeBase
    url: str


def gather(settings: Settings, until: datetime, days: int = 7) -> Digest:
    """Returns the digest of the `days` before `until`.

    Raises:
        KnowledgeError: the knowledge base cannot be read.
        StoreError: the database cannot be used.
    """
    since = until - timedelta(days=days)
    knowledge = load(settings.knowledge)
    with FigureStore.from_settings(settings) as figures:
        last = until.date() - timedelta(days=1)
        week = merged(figures.days(since.date(), last).values())
        before = merged(figures.days((since - timedelta(days=days)).date(), since.date() - timedelta(days=1)).values())
    with UnansweredStore.from_settings(settings) as store:
        asked = store.newest(since - timedelta(days=days), until, MOST)
        unanswered = store.count(since, until)
    found = themes(asked, since - timedelta(days=days), until)
    new = [theme for theme in found if theme.size > 1 and all(q.created_at >= since for q in theme.questions)]
    corrected = Counter(q.entry for q in asked if q.created_at >= since and q.entry and q.review_state == "corrected")
    worst = [Worst(id, tally.negative + corrected[id], tally.uses) for id, tally in week.entries.items()]
    with ReviewStore.from_settings(settings) as reviews, ContactStore.from_settings(settings) as contacts:
        to_review, requests = reviews.counts()["new"], contacts.count_open()
    with LessonStore.from_settings(settings) as lessons:
        waiting = lessons.counts()["confirmed"]
    limit = (until + timedelta(days=_EXPIRING_DAYS)).date().isoformat()
    dated = sorted((entry.valid_until, entry.id) for entry in knowledge.entries.values() if entry.valid_until)
    return Digest(
        since=since,
        until=until,
        now=week,
        before=before,
        worst=sorted((w for w in worst if w.bad), key=lambda w: (-w.bad, w.uses, w.entry))[:_SHOWN],
        themes=new[:_SHOWN],
        unanswered=unanswered,
        expiring=[(id, date) for date, id in dated if date <= limit],
        to_review=to_review,
        requests=requests,
        lessons=waiting,
        knowledge=knowledge,
        url=settings.review_url,
    )


def rendered(digest: Digest, kind: str, languages: Sequence[str] = ()) -> str:
    """Returns a digest as `html` or `text`, in some languages (default: all) one after the other."""
    known = load_words()
    parts = [known[code] for code in languages or known]
    values = {"digest": digest, "languages": parts, "title_of": _title(digest), "common": common_words}
    return environment().get_template("digest.html" if kind == "html" else "digest.txt").render(values)


def as_mail(digest: Digest, languages: Sequence[str] = (), *, to: str = "") -> EmailMessage:
    """Returns a digest as a message with both forms; `to` may be left to whatever sends it."""
    known = load_words()
    codes = list(languages) or list(known)
    words = known[codes[0]]
    message = EmailMessage()
    message["Subject"] = words.get("digest.subject", since=words.day(digest.since), until=words.day(digest.until))
    if to:
        message["To"] = to
    message.set_content(rendered(digest, "text", codes))
    message.add_alternative(rendered(digest, "html", codes), subtype="html")
    return message


def _title(digest: Digest) -> Callable[[Words, str], str]:
    def title(words: Words, id: str) -> str:
        return entry_title(digest.knowledge, id, words.code)

    return title
