"""Counting enquiries for the dashboard: one pass over the days that are asked for, each day kept for a while.

What is kept are numbers, and pseudonyms to count people by; it is in memory alone and counted anew within a quarter of
an hour, so that what was deleted is not counted for longer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select

from bot.store.reviews import COUNTED
from bot.store.statements import TABLE
from bot.store.table import Table

#: Seconds for which a count is good: the last two days change with every enquiry, others by feedback and deletion.
_FRESH_S, _SETTLED_S = 20, 900
_MOST_DAYS = 800
#: Latencies are counted in steps, exact enough for percentiles.
LATENCY_STEP_MS = 5
_COLUMNS = ("created_at", "outcome", "language", "channel", "audience", "topic", "entry", "feedback", "latency_ms")


@dataclass
class Tally:
    """How often something was said helpful and not, and how often it was used at all."""

    uses: int = 0
    positive: int = 0
    negative: int = 0

    @property
    def satisfaction(self) -> float | None:
        """The share (0-1) of verdicts that are good, None without any."""
        said = self.positive + self.negative
        return self.positive / said if said else None


@dataclass
class Figures:
    """The enquiries of some days, counted. `hours` are UTC; `latencies` are steps of `LATENCY_STEP_MS`."""

    total: Tally = field(default_factory=Tally)
    outcomes: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    audiences: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    latencies: Counter[int] = field(default_factory=Counter)
    entries: dict[str, Tally] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)

    def share(self, outcome: str) -> float | None:
        """Returns the share (0-1) of enquiries that ended so, None without any."""
        return self.outcomes[outcome] / self.total.uses if self.total.uses else None

    def percentile(self, percent: int) -> int | None:
        """Returns the latency in milliseconds that so many per cent do not exceed, None where none was measured."""
        counted = sum(self.latencies.values())
        if not counted:
            return None
        wanted, seen = counted * percent / 100, 0
        for step in sorted(self.latencies):
            seen += self.latencies[step]
            if seen >= wanted:
                return (step + 1) * LATENCY_STEP_MS
        return None

    def _count(self, row: Any) -> None:
        moment, outcome, language, channel, audience, topic, entry, feedback, latency_ms, person = row
        tallies = [self.total]
        if entry:
            tallies.append(self.entries.setdefault(entry, Tally()))
        for tally in tallies:
            tally.uses += 1
            if feedback:
                tally.positive += feedback.startswith("positive")
                tally.negative += feedback.startswith("negative")
        self.outcomes[outcome] += 1
        self.languages[language] += 1
        self.channels[channel] += 1
        self.audiences[audience] += 1
        self.hours[moment.hour] += 1
        if topic:
            self.topics[topic] += 1
        if latency_ms is not None:
            self.latencies[latency_ms // LATENCY_STEP_MS] += 1
        if person:
            self.people.add(person)


def merged(days: Iterable[Figures]) -> Figures:
    """Returns the figures of several days together."""
    whole = Figures()
    for day in days:
        for name in ("outcomes", "languages", "channels", "audiences", "topics", "hours", "latencies"):
            getattr(whole, name).update(getattr(day, name))
        whole.people |= day.people
        for mine, theirs in [
            (whole.total, day.total),
            *((whole.entries.setdefault(id, Tally()), tally) for id, tally in day.entries.items()),
        ]:
            mine.uses += theirs.uses
            mine.positive += theirs.positive
            mine.negative += theirs.negative
    return whole


class FigureStore(Table):
    """The counts of one database. Every method raises StoreError while the database is away."""

    def __init__(self, url: str, **values: Any) -> None:
        super().__init__(url, **values)
        self._days: dict[date, tuple[float, Figures]] = {}
        self._counting = threading.Lock()

    def days(self, first: date, last: date) -> dict[date, Figures]:
        """Returns the figures of every day from `first` to `last`, both included, in UTC."""
        wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        with self._counting:
            missing = [day for day in wanted if not self._is_good(day)]
            for run in _runs(missing):
                self._read(run)
            found = {day: self._days[day][1] for day in wanted}
            for day in sorted(self._days)[:-_MOST_DAYS]:
                del self._days[day]
        return found

    def first_day(self) -> date | None:
        """Returns the day of the oldest enquiry, None without any."""
        statement = select(TABLE.c.created_at).order_by(TABLE.c.created_at, TABLE.c.id).limit(1)
        with self._connection() as connection:
            moment = connection.execute(statement).scalar()
        return moment.date() if moment else None

    def _is_good(self, day: date) -> bool:
        if day not in self._days:
            return False
        is_settled = day < datetime.now(timezone.utc).date() - timedelta(days=1)
        return time.monotonic() - self._days[day][0] < (_SETTLED_S if is_settled else _FRESH_S)

    def _read(self, run: Sequence[date]) -> None:
        columns = [TABLE.c[name] for name in _COLUMNS] + [TABLE.c.pseudonym]
        since, until = _midnight(run[0]), _midnight(run[-1] + timedelta(days=1))
        within = (TABLE.c.created_at >= since, TABLE.c.created_at < until)
        now, counted = time.monotonic(), {day: Figures() for day in run}
        with self._connection() as connection:
            for row in connection.execute(select(*columns).where(*within, *COUNTED)):
                counted[row[0].date()]._count(row)
        self._days.update({day: (now, figures) for day, figures in counted.items()})


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def _runs(days: Sequence[date]) -> list[list[date]]:
    """Returns days in a row together, in their order."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
