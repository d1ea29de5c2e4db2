from __future__ import annotations

import pytest

from bot.charts.table import as_text, table_of


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", ["about 200", "over 3,200"]), ("zh", ["约200", "超过3200"])],
)
def test_writes_values_as_the_language_does(small, language, written):
    table = table_of(small.charts["growth_bars"], small, language)
    assert [row.written for row in table.rows] == written


@pytest.mark.parametrize(
    ("language", "foot"),
    [("en", "Source: A/76/319 para. 20; data of 2007, 2021"), ("zh", "出处：A/76/319 第20段；数据年份：2007、2021")],
)
def test_names_source_place_and_years(small, language, foot):
    table = table_of(small.charts["growth_bars"], small, language)
    assert table.foot == foot
    assert table.caption == f"{table.title}\n{foot}"


def test_goes_category_by_category(small):
    table = table_of(small.charts["costs_groups"], small, "en")
    assert [(row.category, row.series_name, row.written) for row in table.rows] == [
        ("A small project", "Spent", "US$500,000"),
        ("A small project", "Promised", "US$2 million"),
        ("A large project", "Spent", "US$1 million"),
        ("A large project", "Promised", "US$3 million"),
    ]
    assert [len(rows) for rows in table.groups] == [2, 2]
    assert [rows[0].is_target for rows in table.series] == [False, True]


def test_leaves_targets_out_of_the_years_of_the_data(small):
    assert table_of(small.charts["growth_line"], small, "en").years == "data of 2007, 2021"


def test_stands_a_line_at_its_years(small):
    rows = table_of(small.charts["growth_line"], small, "zh").rows
    assert [row.category for row in rows] == ["2007", "2021", "2030"]


def test_says_it_with_characters(small):
    assert as_text(table_of(small.charts["shares"], small, "en")).splitlines() == [
        "████████████ 60% – Increased",
        "███████░░░░░ 36% – Did not change",
        "█░░░░░░░░░░░ 4% – Decreased",
    ]
    groups = as_text(table_of(small.charts["costs_groups"], small, "zh")).splitlines()
    assert groups[0] == "██░░░░░░░░░░ 500000美元 – 小项目 · 已花费"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fits_into_a_reply(product, language):
    tables = [table_of(chart, product, language) for chart in product.charts.values()]
    assert max(len(as_text(table)) + len(table.title) + len(table.foot) for table in tables) < 1200
