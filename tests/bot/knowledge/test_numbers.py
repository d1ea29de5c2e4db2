from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.knowledge.models import Figure
from bot.knowledge.numbers import format_figure, format_number, han_number, numbers_in, stated_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no number", []),
        ("3 of 40", [3, 40]),
        ("3,200 and 3 200", [3200]),
        ("1\u00a0100\u202f000", [1100000]),
        ("46.2 billion", ["46.2", 46200000000]),
        ("462亿美元", [462, 46200000000]),
        ("1.5 万亿", ["1.5", 1500000000000]),
        ("200多万", [200, 2000000]),
        ("2.5%", ["2.5"]),
        ("5 million, 6 thousand", [5, 5000000, 6, 6000]),
        ("二〇〇七年", [2007]),
        ("十五个", [15]),
        ("三千二百", [3200]),
        ("2007-2009", [2007, 2009]),
        ("1,2", [1, 2]),
        ("3 2000", [3, 2000]),
    ],
)
def test_finds_every_number(text, expected):
    assert numbers_in(text) == {Decimal(number) for number in expected}


@pytest.fixture
def french(small):
    """English with the manner of French: "46,2 milliards", "3 200"."""
    scales = ((Decimal(10**9), Decimal(10**9), " milliards"), (Decimal(10**6), Decimal(10**6), " millions"))
    return dataclasses.replace(small.languages["en"], code="fr", digits_group=" ", digits_point=",", scales=scales)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("46,2 milliards", ["46200000000"]),
        ("3\u202f200 entreprises", ["3200"]),
        ("2,5 %", ["2.5"]),
        ("3 millions en 2021", ["3000000", "2021"]),
        ("de 3, puis 5", ["3", "5"]),
    ],
)
def test_reads_the_numbers_that_a_language_states_in_its_manner(french, text, expected):
    assert stated_in(text, french) == {Decimal(number) for number in expected}


@given(value=st.decimals(0, 10**13, places=2, allow_nan=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_what_it_has_written_with_another_point(french, value):
    assert value in numbers_in(format_number(value, french), french)


def test_takes_a_group_for_a_group_where_the_point_is_one(french):
    german = dataclasses.replace(french, digits_group=".")
    assert stated_in("3.200 Firmen, 2,5 Prozent", german) == {Decimal(3200), Decimal("2.5")}
    assert format_number(Decimal("3200.5"), german) == "3.200,5"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("零", 0),
        ("七", 7),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("九十九", 99),
        ("一百零五", 105),
        ("两百", 200),
        ("三千二百", 3200),
        ("一万二千", 12000),
        ("一万", 10000),
        ("一亿", 10**8),
        ("三万亿", 3 * 10**12),
        ("一亿三千万", 130_000_000),
        ("二亿零五十万", 200_500_000),
        ("二零零九", 2009),
        ("二〇〇九", 2009),
        ("万", None),
        ("亿万", None),
        ("七a", None),
    ],
)
def test_reads_han_numbers(text, expected):
    assert han_number(text) == expected


def _han(number):
    """Writes a number below ten thousand as a textbook does."""
    written, gap = "", False
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            written += ("零" if gap and written else "") + "零一二三四五六七八九"[digit] + unit
        gap = not digit
    return written


@given(st.integers(1, 9999))
def test_reads_every_han_number_below_ten_thousand(number):
    assert han_number(_han(number)) == number


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        ("7", "7", "7"),
        ("0", "0", "0"),
        ("3200", "3,200", "3200"),
        ("0.5", "0.5", "0.5"),
        ("2.50", "2.5", "2.5"),
        ("999999", "999,999", "999999"),
        ("1000000", "1 million", "100万"),
        ("1500000", "1.5 million", "150万"),
        ("1234567", "1,234,567", "1234567"),
        ("1234500", "1,234,500", "123.45万"),
        ("46200000000", "46.2 billion", "462亿"),
        ("100000000", "100 million", "1亿"),
        ("2000000000000", "2 trillion", "2万亿"),
        ("12345678", "12,345,678", "12345678"),
    ],
)
def test_writes_numbers_exactly_in_the_manner_of_a_language(small, value, english, chinese):
    written = [format_number(Decimal(value), small.languages[code]) for code in ("en", "zh")]
    assert written == [english, chinese]


@given(value=st.decimals(0, 10**13, places=2, allow_nan=False))
def test_never_rounds(small, value):
    for code in ("en", "zh"):
        assert value in numbers_in(format_number(value, small.languages[code]))


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        ("2009", "year", "2009", "2009"),
        ("2009", "count", "2,009", "2009"),
        ("5000000", "usd", "US$5 million", "500万美元"),
        ("2.5", "percent", "2.5%", "2.5%"),
    ],
)
def test_writes_figures_with_their_unit(small, value, unit, english, chinese):
    figure = Figure(Decimal(value), unit, 2021, "A/76/319", "20")
    assert [format_figure(figure, small.languages[code]) for code in ("en", "zh")] == [english, chinese]
