"""Charts of the dashboard as numbers: what the table, the CSV file and the drawing are all made from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.review.words import Words
from bot.store.figures import Figures

#: The size of a drawing in its own units; it scales with the page.
WIDTH, HEIGHT = 640, 230
_LEFT, _BOTTOM, _TOP = 44, 26, 10
_BAR_WIDTH, _BAR_ROW = 400, 46
_MOST_BARS = 12
_MOST_LABELS = 8
_STACK = ("answer", "choices", "handover", "fallback")


@dataclass(frozen=True)
class Rect:
    """One bar of a drawing; `series` is its colour, `said` what a pointer is told."""

    x: float
    y: float
    width: float
    height: float
    series: int
    said: str


@dataclass(frozen=True)
class Label:
    """A word or number of a drawing; `anchor` is SVG's."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Chart:
    """One chart: `head` and `rows` are its table (numbers as numbers), the rest its drawing.

    `name` is its place in the words (`dashboard.<name>`); `said` says in one sentence what there is to see.
    """

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    said: str
    width: float
    height: float
    rects: tuple[Rect, ...]
    labels: tuple[Label, ...]
    lines: tuple[float, ...] = ()
    series: tuple[str, ...] = ()


def day_chart(days: Mapping[date, Figures], words: Words) -> Chart:
    """Returns the enquiries of every day by outcome, the days from left to right."""
    called = tuple(words.get(f"inbox.outcome_{outcome}") for outcome in _STACK)
    rows = [(day, [figures.outcomes[outcome] for outcome in _STACK]) for day, figures in days.items()]
    head = (words.get("dashboard.day"), *called, words.get("dashboard.sum"))
    table: tuple[tuple[str | int, ...], ...] = tuple((day.isoformat(), *counts, sum(counts)) for day, counts in rows)
    fullest, most = max(((day, sum(counts)) for day, counts in rows), key=lambda pair: pair[1])
    every = words.number(sum(sum(counts) for _, counts in rows))
    said = words.get("dashboard.days_said", count=every, day=words.day(fullest), most=words.number(most))
    names = [words.short_day(day) for day, _ in rows]
    full = [words.day(day) for day, _ in rows]
    return _columns("days", head, table, said, [counts for _, counts in rows], names, full, called, words)


def hour_chart(figures: Figures, words: Words) -> Chart:
    """Returns the enquiries of every hour of the day, in UTC."""
    counts = [figures.hours[hour] for hour in range(24)]
    names = [f"{hour:02}" for hour in range(24)]
    table = tuple((f"{name}:00", count) for name, count in zip(names, counts, strict=True))
    head = (words.get("dashboard.hour"), words.get("dashboard.enquiries"))
    peak = max(range(24), key=lambda hour: counts[hour])
    said = words.get("dashboard.hours_said", hour=f"{peak:02}:00", most=words.number(counts[peak]))
    full = [f"{name}:00" for name in names]
    return _columns("hours", head, table, said, [[count] for count in counts], names, full, (head[1],), words)


def weekday_chart(days: Mapping[date, Figures], words: Words) -> Chart:
    """Returns the enquiries of every day of the week, Monday first."""
    counts = [0] * 7
    for day, figures in days.items():
        counts[day.weekday()] += figures.total.uses
    full, names = words.weekdays(), words.weekdays(short=True)
    head = (words.get("dashboard.weekday"), words.get("dashboard.enquiries"))
    peak = max(range(7), key=lambda number: counts[number])
    said = words.get("dashboard.weekdays_said", day=full[peak], most=words.number(counts[peak]))
    table = tuple(zip(full, counts, strict=True))
    return _columns("weekdays", head, table, said, [[count] for count in counts], names, full, (head[1],), words)


def share_chart(name: str, counts: Mapping[str, int], called: Mapping[str, str], words: Words) -> Chart:
    """Returns how often each of some things occurs, the most frequent on top; `called` names them."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    total = sum(counts.values()) or 1
    table = tuple((called.get(key, key), count, round(100 * count / total)) for key, count in ranked)
    head = (words.get(f"dashboard.{name}"), words.get("dashboard.enquiries"), "%")
    drawn = table[:_MOST_BARS]
    most = max((count for _, count, _ in drawn), default=0) or 1
    rects, labels = [], []
    for number, (thing, count, percent) in enumerate(drawn):
        top = number * _BAR_ROW
        value = f"{words.number(count)} · {words.percent(percent / 100)}"
        labels += [Label(0, top + 16, str(thing), "start"), Label(_BAR_WIDTH, top + 16, value, "end")]
        rects.append(Rect(0, top + 23, round(_BAR_WIDTH * count / most, 1), 12, 0, f"{thing}: {value}"))
    said = (
        words.get("dashboard.shares_said", first=str(drawn[0][0]), share=words.percent(drawn[0][2] / 100))
        if (drawn)
        else words.get("dashboard.nothing")
    )
    height = max(len(drawn), 1) * _BAR_ROW
    return Chart(name, head, table, said, _BAR_WIDTH, height, tuple(rects), tuple(labels))


def latency_chart(figures: Figures, words: Words) -> Chart:
    """Returns the percentiles of the time that an answer takes."""
    percents = (50, 75, 90, 95, 99)
    found = [(percent, figures.percentile(percent) or 0) for percent in percents]
    table = tuple((f"{percent} %", value) for percent, value in found)
    head = (words.get("dashboard.percentile"), "ms")
    said = words.get("dashboard.latency_said", half=words.number(found[0][1]), most=words.number(found[3][1]))
    names = [f"{percent} %" for percent in percents]
    return _columns("latency", head, table, said, [[value] for _, value in found], names, names, ("ms",), words)


def _columns(
    name: str,
    head: tuple[str, ...],
    table: tuple[tuple[str | int, ...], ...],
    said: str,
    stacks: Sequence[Sequence[int]],
    names: Sequence[str],
    full: Sequence[str],
    series: tuple[str, ...],
    words: Words,
) -> Chart:
    """Returns a chart of upright bars, each a stack of its parts."""
    ceiling, step = _scale(max((sum(stack) for stack in stacks), default=0))
    tall, wide = HEIGHT - _BOTTOM - _TOP, (WIDTH - _LEFT) / max(len(stacks), 1)
    rects, labels, lines = [], [], []
    for tick in range(0, ceiling + 1, step):
        y = round(_TOP + tall * (1 - tick / ceiling), 1)
        lines.append(y)
        labels.append(Label(_LEFT - 6, y + 4, words.number(tick), "end"))
    every = math.ceil(len(stacks) / _MOST_LABELS)
    for number, stack in enumerate(stacks):
        x, y = _LEFT + number * wide, float(HEIGHT - _BOTTOM)
        gap = min(wide * 0.2, 6)
        for which, count in enumerate(stack):
            height = tall * count / ceiling
            y -= height
            if count:
                told = f"{full[number]}: {words.number(count)} {series[which] if len(series) > 1 else ''}".strip()
                rects.append(
                    Rect(round(x + gap / 2, 1), round(y, 1), round(wide - gap, 1), round(height, 1), which, told)
                )
        if number % every == 0:
            labels.append(Label(round(x + wide / 2, 1), HEIGHT - 8, names[number]))
    legend = series if len(series) > 1 else ()
    return Chart(name, head, table, said, WIDTH, HEIGHT, tuple(rects), tuple(labels), tuple(lines), legend)


def _scale(most: int) -> tuple[int, int]:
    """Returns the top of an axis that holds `most`, and its step: one, two or five times a power of ten."""
    rough = max(most, 1) / 4
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(int(n * power) for n in (1, 2, 5, 10) if n * power >= rough)
    return math.ceil(max(most, 1) / step) * step, step
