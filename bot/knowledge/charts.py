"""Charts as data: which figures of which entries they show, and their words. `bot.charts` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.knowledge.models import Entry, Figure, Reference

#: The parts of one whole are drawn as one bar; everything else has a length of its own or a place in time.
KINDS = ("bars", "grouped bars", "shares", "line")


@dataclass(frozen=True)
class ChartValue:
    """One value of a chart: a figure of an entry, never a number of its own.

    `bound` tells how the source states it: `over`, `about`, `nearly`, or empty where it is exact. `is_target` marks
    what has been promised rather than reached.
    """

    entry: str
    figure: str
    bound: str = ""
    is_target: bool = False


@dataclass(frozen=True)
class ChartText:
    """The words of one chart in one language; `categories` and `series` are keyed as in the chart."""

    title: str
    note: str
    categories: dict[str, str] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChartWords:
    """The words that every chart of a language shares, as patterns: `years` takes {years}, `bounds` take {value}."""

    years: str
    bounds: dict[str, str]


@dataclass(frozen=True)
class Chart:
    """One picture of figures.

    `entry` is the answer it belongs to, `also` names other answers that offer it. `series` holds, per key, one value
    for each of `categories`; a line has no categories, its values stand at their figures' years.
    """

    name: str
    entry: str
    kind: str
    categories: tuple[str, ...]
    series: dict[str, tuple[ChartValue, ...]]
    also: tuple[str, ...] = ()
    texts: dict[str, ChartText] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries whose answers offer the chart, its own first."""
        return (self.entry, *self.also)

    @property
    def values(self) -> list[ChartValue]:
        """Every value, series by series."""
        return [value for values in self.series.values() for value in values]

    def figures(self, entries: Mapping[str, Entry]) -> list[Figure]:
        """Returns the figure of every value, series by series.

        Raises:
            KeyError: an entry or a figure does not exist.
        """
        return [entries[value.entry].figures[value.figure] for value in self.values]

    def references(self, entries: Mapping[str, Entry]) -> tuple[Reference, ...]:
        """Returns the places where the figures stand, per source, in the order of the values."""
        places: dict[str, list[str]] = {}
        for figure in self.figures(entries):
            known = places.setdefault(figure.source, [])
            if figure.locator not in known:
                known.append(figure.locator)
        return tuple(
            Reference(source, tuple(sorted(locators, key=lambda place: int(place) if place.isdigit() else 0)))
            for source, locators in places.items()
        )

    def years(self, entries: Mapping[str, Entry]) -> list[int]:
        """Returns the years that the figures speak of, targets left out, oldest first."""
        pairs = zip(self.values, self.figures(entries), strict=True)
        return sorted({figure.year for value, figure in pairs if not value.is_target})


def read_charts(files: Mapping[Path, dict[str, Any]], root: Path) -> dict[str, Chart]:
    """Returns the charts in `files` by name, with their words.

    Raises:
        LookupError, TypeError, AttributeError: a file does not fit the schema.
    """
    texts: dict[str, dict[str, ChartText]] = {}
    for path, data in files.items():
        if path.parent == root / "chart_texts":
            for name, words in data["charts"].items():
                texts.setdefault(name, {})[path.stem] = _text(words)
    return {
        path.stem: _chart(path.stem, data, texts.get(path.stem, {}))
        for path, data in files.items()
        if path.parent == root / "charts"
    }


def read_chart_words(files: Mapping[Path, dict[str, Any]], root: Path) -> dict[str, ChartWords]:
    """Returns the words shared by the charts of each language.

    Raises:
        LookupError, TypeError, AttributeError: a file does not fit the schema.
    """
    return {
        path.stem: ChartWords(years=data["years"], bounds=dict(data["bounds"]))
        for path, data in files.items()
        if path.parent == root / "chart_texts"
    }


def _chart(name: str, data: dict[str, Any], texts: dict[str, ChartText]) -> Chart:
    return Chart(
        name=name,
        entry=data["entry"],
        kind=data["kind"],
        categories=tuple(data.get("categories", ())),
        series={key: tuple(_value(data["entry"], v) for v in values) for key, values in data["series"].items()},
        also=tuple(data.get("also", ())),
        texts=texts,
    )


def _value(own: str, data: dict[str, Any]) -> ChartValue:
    """Returns a value; a figure's name without an entry belongs to the chart's own."""
    entry, _, figure = data["figure"].rpartition(".")
    return ChartValue(
        entry=entry or own,
        figure=figure,
        bound=data.get("bound", ""),
        is_target=data.get("target", False),
    )


def _text(words: dict[str, Any]) -> ChartText:
    return ChartText(
        title=words["title"],
        note=words["note"],
        categories={str(key): name for key, name in words.get("categories", {}).items()},
        series={str(key): name for key, name in words.get("series", {}).items()},
    )
