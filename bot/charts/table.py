"""A chart's figures with their words in one language: what a picture is drawn from, and the text in its place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.knowledge.charts import Chart
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.numbers import format_figure
from bot.knowledge.render import sources_line
from bot.reply import Citation

_BAR_CHARACTERS = 12
_FULL, _EMPTY = "█", "░"


@dataclass(frozen=True)
class Row:
    """One value: where it belongs, its size, and how the language writes it, "over 3,000"."""

    series: str
    series_name: str
    category: str
    value: Decimal
    written: str
    year: int
    is_target: bool


@dataclass(frozen=True)
class Table:
    """The rows of a chart, category by category.

    `years` says of which years the figures are; `foot` names source, place and years.
    """

    title: str
    note: str
    years: str
    foot: str
    rows: tuple[Row, ...]

    @property
    def caption(self) -> str:
        """What stands below the picture where it is shown: title, source, place and years."""
        return f"{self.title}\n{self.foot}"

    @property
    def groups(self) -> list[list[Row]]:
        """The rows of each category, in order."""
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(row.category, []).append(row)
        return list(groups.values())

    @property
    def series(self) -> list[list[Row]]:
        """The rows of each series, in order."""
        series: dict[str, list[Row]] = {}
        for row in self.rows:
            series.setdefault(row.series, []).append(row)
        return list(series.values())

    @property
    def characters(self) -> str:
        """Every character that a typeface needs to write it."""
        words = (row.category + row.series_name + row.written for row in self.rows)
        return "".join((self.title, self.note, self.foot, *words))


def table_of(chart: Chart, knowledge: KnowledgeBase, code: str) -> Table:
    """Returns the table of a chart in the language `code`.

    Raises:
        KeyError: the chart has no words in this language.
    """
    language, text, words = knowledge.languages[code], chart.texts[code], knowledge.chart_words[code]
    rows = []
    for series, values in chart.series.items():
        for position, value in enumerate(values):
            figure = knowledge.entries[value.entry].figures[value.figure]
            written = format_figure(figure, language)
            if value.bound:
                written = words.bounds[value.bound].replace("{value}", written)
            category = text.categories[chart.categories[position]] if chart.categories else str(figure.year)
            name = text.series.get(series, "")
            rows.append((position, Row(series, name, category, figure.value, written, figure.year, value.is_target)))
    if chart.categories:
        rows.sort(key=lambda pair: pair[0])
    cited = tuple(Citation(r.source, r.locators) for r in chart.references(knowledge.entries))
    years = words.years.replace("{years}", language.locator_join.join(map(str, chart.years(knowledge.entries))))
    return Table(
        title=text.title,
        note=text.note,
        years=years,
        foot=f"{sources_line(cited, language)}{language.source_join}{years}",
        rows=tuple(row for _, row in rows),
    )


def as_text(table: Table) -> str:
    """Returns the table with bars of characters, a line per value: for screens without pictures."""
    largest = max(row.value for row in table.rows)
    lines = []
    for rows in table.groups:
        for row in rows:
            filled = max(1, round(_BAR_CHARACTERS * float(row.value / largest)))
            bar = _FULL * filled + _EMPTY * (_BAR_CHARACTERS - filled)
            name = f"{row.category} · {row.series_name}" if row.series_name else row.category
            lines.append(f"{bar} {row.written} – {name}")
    return "\n".join(lines)
