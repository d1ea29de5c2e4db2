from __future__ import annotations

import pytest

from bot.knowledge.checks import check
from bot.knowledge.loader import load
from tests.bot import small_charts
from tests.bot.small_base import dump, edit


@pytest.fixture
def folder(tmp_path):
    """A small knowledge base with charts, without a problem."""
    return small_charts.write(tmp_path)


def test_finds_nothing_in_charts_without_problem(folder):
    assert check(folder) == []


def _chart(name, change):
    return f"charts/{name}.yml", change


def _texts(code, change):
    return f"chart_texts/{code}.yml", lambda data: change(data["charts"])


def _set(*keys, value):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


def _remove(*keys):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return change


#: What is broken → the problem that must be told.
BROKEN = [
    (_chart("shares", _set("entry", value="duties.gone")), "charts/shares.yml: 'duties.gone' is no entry"),
    (_chart("shares", _set("also", value=["growth.gone"])), "charts/shares.yml: 'growth.gone' is no entry"),
    (_chart("shares", _set("also", value=["growth.costs"])), "charts/shares.yml: growth.costs has the chart costs_gro"),
    (
        _chart("shares", _set("series", "all", 0, "figure", value="growth.gone.share_a")),
        "charts/shares.yml: 'growth.gone' is no entry",
    ),
    (
        _chart("growth_bars", _set("series", "all", 0, "figure", value="gone")),
        "charts/growth_bars.yml: growth.number has no figure 'gone'",
    ),
    (
        _chart("growth_bars", _set("series", "all", 0, "figure", value="share_a")),
        "charts/growth_bars.yml: has more than one unit on its axis: count, percent",
    ),
    (
        _chart("growth_bars", _set("series", "all", 0, "figure", value="partnerships")),
        "charts/growth_bars.yml: shows a figure twice",
    ),
    (
        _chart("growth_bars", _set("categories", value=["then", "now", "later"])),
        "charts/growth_bars.yml: all has 2 values for 3 categories",
    ),
    (
        _chart("growth_bars", _set("kind", value="grouped bars")),
        "charts/growth_bars.yml: grouped bars with 1 series",
    ),
    (_chart("costs_groups", _set("kind", value="bars")), "charts/costs_groups.yml: bars with 2 series"),
    (_chart("costs_groups", _set("kind", value="pie")), "charts/costs_groups.yml: kind: 'pie' is not one of"),
    (
        _chart("growth_bars", _set("series", "all", value=[{"figure": "before"}])),
        "charts/growth_bars.yml: series.all: ",
    ),
    (_chart("growth_bars", _set("series", "all", 0, "value", value=7)), "charts/growth_bars.yml: series.all.0: Addit"),
    (
        _chart("shares", _set("series", "all", 2, "figure", value="growth.number.share_b")),
        "charts/shares.yml: the shares add up to 132%, not to one whole",
    ),
    (
        _chart("growth_line", _set("categories", value=["a", "b", "c"])),
        "charts/growth_line.yml: a line has no categories",
    ),
    (
        _chart("growth_line", lambda data: data["series"]["all"].pop()),
        "charts/growth_line.yml: all has 2 points in time; a line needs 3",
    ),
    (
        _chart("growth_line", lambda data: data["series"]["all"].reverse()),
        "charts/growth_line.yml: all: its years do not rise: 2030, 2021, 2007",
    ),
    (_texts("zh", _remove("shares")), "chart_texts/zh.yml: shares: missing"),
    (
        _texts("en", _remove("shares", "categories", "more")),
        "chart_texts/en.yml: shares: no words for the category more",
    ),
    (
        _texts("zh", _set("shares", "categories", "lost", value="多余")),
        "chart_texts/zh.yml: shares: lost is no category of the chart",
    ),
    (
        _texts("en", _remove("costs_groups", "series", "spent")),
        "chart_texts/en.yml: costs_groups: no words for the series spent",
    ),
    (
        _texts("zh", _set("shares", "title", value="444个实体的变化")),
        "chart_texts/zh.yml: shares: the number 444 stands at no place of the chart",
    ),
    (
        _texts("en", _set("growth_bars", "note", value="Of 5 billion")),
        "chart_texts/en.yml: growth_bars: the number 5000000000 stands at no place of the chart",
    ),
    (
        _texts("en", _set("lonely", value={"title": "No chart", "note": "has this name"})),
        "chart_texts/en.yml: lonely: charts/lonely.yml is missing",
    ),
    (("chart_texts/en.yml", _remove("bounds", "about")), "chart_texts/en.yml: bounds: 'about' is a required property"),
    (
        ("chart_texts/en.yml", _set("language", value="fr")),
        "chart_texts/en.yml: language is 'fr', but the file's place",
    ),
]


@pytest.mark.parametrize(("broken", "problem"), BROKEN, ids=[problem for _, problem in BROKEN])
def test_tells_what_is_wrong_with_a_chart(folder, broken, problem):
    file, change = broken
    with edit(folder / file) as data:
        change(data)
    problems = check(folder)
    assert [p for p in problems if p.startswith(f"knowledge/{problem}")] != [], problems


def test_tells_words_of_charts_without_a_language(folder):
    dump(folder / "chart_texts" / "fr.yml", {"language": "fr", **small_charts.TEXTS["en"]})
    assert check(folder) == ["knowledge/chart_texts/fr.yml: languages/fr.yml is missing"]


def test_lets_a_draft_language_lack_charts(folder):
    with edit(folder / "languages" / "zh.yml") as data:
        data["status"] = "draft"
    (folder / "chart_texts" / "zh.yml").unlink()
    assert check(folder) == []


def test_allows_shares_to_be_rounded(folder):
    with edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["figures"]["share_c"]["value"] = 5
    assert check(folder) == []


def test_takes_the_values_from_the_entries(folder):
    knowledge = load(folder)
    figures = knowledge.charts["growth_bars"].figures(knowledge.entries)
    assert figures == [knowledge.entries["growth.number"].figures[name] for name in ("before", "partnerships")]
    with edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["figures"]["before"]["value"] = 201
    changed = load(folder)
    assert int(changed.charts["growth_bars"].figures(changed.entries)[0].value) == 201
