"""Finds what is wrong with charts: figures that do not exist, units that do not go together, words that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from bot.knowledge.charts import Chart, ChartText
from bot.knowledge.loader import KnowledgeBase, read_yaml
from bot.knowledge.models import Language

Strange = Callable[[str, set[Decimal], Language], list[Decimal]]

#: Shares are rounded in the sources, so they may miss the whole by this much.
_ROUNDING = Decimal(1)
_WHOLE = Decimal(100)
#: Fewer points in time are no line but bars.
_FEWEST_POINTS = 3
_MOST_LINES = 2
#: More places than this make no readable source line in a picture.
_MOST_PLACES = 10


def check_charts(knowledge: KnowledgeBase, strange: Strange) -> Iterator[str]:
    """Yields every problem in the charts of a knowledge base, as `path: what is wrong`.

    Args:
        strange: returns the numbers that a text states and that are not among the given ones.
    """
    owners: dict[str, str] = {}
    for chart in knowledge.charts.values():
        where = f"charts/{chart.name}.yml"
        for entry_id in chart.entries:
            if entry_id not in knowledge.entries:
                yield f"{where}: {entry_id!r} is no entry"
            if owners.setdefault(entry_id, chart.name) != chart.name:
                yield f"{where}: {entry_id} has the chart {owners[entry_id]} already"
        lost = list(_lost(chart, knowledge))
        yield from (f"{where}: {problem}" for problem in lost or _shape(chart, knowledge))
        yield from _words(chart, knowledge, set() if lost else _numbers(chart, knowledge), strange, is_whole=not lost)
    yield from _orphans(knowledge)


def _lost(chart: Chart, knowledge: KnowledgeBase) -> Iterator[str]:
    for value in chart.values:
        entry = knowledge.entries.get(value.entry)
        if entry is None:
            yield f"{value.entry!r} is no entry"
        elif value.figure not in entry.figures:
            yield f"{value.entry} has no figure {value.figure!r}"


def _shape(chart: Chart, knowledge: KnowledgeBase) -> Iterator[str]:
    figures = chart.figures(knowledge.entries)
    units = sorted({figure.unit for figure in figures})
    if len(units) > 1:
        yield f"has more than one unit on its axis: {', '.join(units)}"
    if len({(value.entry, value.figure) for value in chart.values}) < len(chart.values):
        yield "shows a figure twice"
    if sum(len(reference.locators) for reference in chart.references(knowledge.entries)) > _MOST_PLACES:
        yield f"takes its figures from more than {_MOST_PLACES} places"
    if chart.kind == "line":
        yield from _line(chart, knowledge)
        return
    for key, values in chart.series.items():
        if len(values) != len(chart.categories):
            yield f"{key} has {len(values)} values for {len(chart.categories)} categories"
    if (chart.kind == "grouped bars") != (len(chart.series) > 1):
        yield f"{chart.kind} with {len(chart.series)} series: grouped bars have two or three, the others one"
    if chart.kind == "shares":
        total = sum((figure.value for figure in figures), Decimal(0))
        if units == ["percent"] and abs(total - _WHOLE) > _ROUNDING:
            yield f"the shares add up to {total}%, not to one whole"


def _line(chart: Chart, knowledge: KnowledgeBase) -> Iterator[str]:
    if chart.categories:
        yield "a line has no categories: its values stand at the years of their figures"
    if len(chart.series) > _MOST_LINES:
        yield f"has {len(chart.series)} lines; more than {_MOST_LINES} cannot be told apart, draw grouped bars"
    for key, values in chart.series.items():
        years = [knowledge.entries[value.entry].figures[value.figure].year for value in values]
        if len(years) < _FEWEST_POINTS:
            yield f"{key} has {len(years)} points in time; a line needs {_FEWEST_POINTS}, draw bars"
        if years != sorted(set(years)):
            yield f"{key}: its years do not rise: {', '.join(map(str, years))}"


def _numbers(chart: Chart, knowledge: KnowledgeBase) -> set[Decimal]:
    """Returns every number that the words of a chart may state: values, years, and what stands at their places."""
    own = knowledge.entries.get(chart.entry)
    sources = [knowledge.sources.get(reference.source) for reference in own.references] if own else []
    known = {Decimal(source.year) for source in sources if source is not None}
    for figure in chart.figures(knowledge.entries):
        known |= {figure.value, Decimal(figure.year)}
        source = knowledge.sources.get(figure.source)
        if source is not None:
            known |= {Decimal(source.year)} | source.places.get(figure.locator, frozenset())
    return known


def _words(
    chart: Chart,
    knowledge: KnowledgeBase,
    known: set[Decimal],
    strange: Strange,
    *,
    is_whole: bool,
) -> Iterator[str]:
    for code, language in knowledge.languages.items():
        where = f"chart_texts/{code}.yml: {chart.name}"
        text = chart.texts.get(code)
        if text is None:
            if language.status == "complete":
                yield f"{where}: missing"
            continue
        yield from (f"{where}: {problem}" for problem in _keys(chart, text))
        if is_whole:
            said = " ".join((text.title, text.note, *text.categories.values(), *text.series.values()))
            yield from (
                f"{where}: the number {n} stands at no place of the chart" for n in strange(said, known, language)
            )


def _keys(chart: Chart, text: ChartText) -> Iterator[str]:
    series = set(chart.series) if len(chart.series) > 1 else set()
    for kind, wanted, given in (
        ("category", set(chart.categories), set(text.categories)),
        ("series", series, set(text.series)),
    ):
        yield from (f"no words for the {kind} {key}" for key in sorted(wanted - given))
        yield from (f"{key} is no {kind} of the chart" for key in sorted(given - wanted))


def _orphans(knowledge: KnowledgeBase) -> Iterator[str]:
    for code in knowledge.chart_words:
        where = f"chart_texts/{code}.yml"
        if code not in knowledge.languages:
            yield f"{where}: languages/{code}.yml is missing"
        for name in read_yaml(knowledge.root / where)["charts"]:
            if name not in knowledge.charts:
                yield f"{where}: {name}: charts/{name}.yml is missing"
