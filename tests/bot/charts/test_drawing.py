from __future__ import annotations

import io
import itertools

import matplotlib.image
import pytest

from bot.charts.drawing import draw
from bot.charts.fonts import system_fonts, typeface
from bot.charts.palette import ACCENT, GREYS, MARGIN, QUIET, WHITE
from bot.charts.sheet import HEIGHT, WIDTH, Box, Dot
from bot.charts.table import table_of
from bot.knowledge.loader import load
from tests.bot.small_base import ROOT, edit

NAMES = sorted(path.stem for path in (ROOT / "knowledge" / "charts").glob("*.yml"))
SMALL = ["growth_bars", "costs_groups", "shares", "growth_line"]


def _sheet(knowledge, name, language):
    table = table_of(knowledge.charts[name], knowledge, language)
    face = typeface(knowledge.languages[language], table.characters, system_fonts())
    if face is None:
        pytest.skip(f"no font for {language}")
    return table, draw(knowledge.charts[name].kind, table, face)


def _overlap(one, other):
    """Tells whether two things cover each other; two pixels are the width of an outline."""
    return (
        min(one.x + one.width, other.x + other.width) - max(one.x, other.x) > 2
        and min(one.y + one.height, other.y + other.height) - max(one.y, other.y) > 2
    )


def _assert_clean(sheet):
    for words in sheet.words:
        assert words.x >= MARGIN - 1, words
        assert words.x + words.width <= WIDTH - MARGIN + 1, words
        assert 0 < words.y < words.y + words.height < sheet.height, words
    boxes = [shape for shape in sheet.shapes if isinstance(shape, Box)]
    for one, other in itertools.combinations(sheet.words, 2):
        assert not _overlap(one, other), (one, other)
    for words, box in itertools.product(sheet.words, boxes):
        assert not _overlap(words, box), (words, box)
    for dot in (shape for shape in sheet.shapes if isinstance(shape, Dot)):
        assert MARGIN < dot.x < WIDTH - MARGIN
        assert 0 < dot.y < sheet.height


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_keeps_every_word_of_the_product_inside_and_apart(product, name, language):
    table, sheet = _sheet(product, name, language)
    _assert_clean(sheet)
    said = [words.text for words in sheet.words]
    assert [row.written for row in table.rows if row.written not in said] == []
    assert table.foot.replace(" ", "") in "".join(said).replace(" ", "")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SMALL)
def test_keeps_long_words_inside(small_copy, name, language):
    root, long = small_copy, {"en": "so much to say in words of some length ", "zh": "需要用很长很长的文字来说明的事情"}
    with edit(root / "chart_texts" / f"{language}.yml") as data:
        words = data["charts"][name]
        words["title"] = long[language] * 3
        words["note"] = "unbreakable" * 20
        for key in words.get("categories", {}):
            words["categories"][key] = long[language] * 4
        for key in words.get("series", {}):
            words["series"][key] = long[language] * 2
    _assert_clean(_sheet(load(root), name, language)[1])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SMALL)
def test_draws_a_picture_that_is_not_blank(small, name, language):
    table, sheet = _sheet(small, name, language)
    pixels = matplotlib.image.imread(io.BytesIO(sheet.png()))
    assert pixels.shape[:2] == (sheet.height, WIDTH)
    assert sheet.height >= HEIGHT
    # The words and bars leave ink all over, and the margin stays white.
    assert (pixels[:, :, :3] < 0.9).any(axis=2).mean() > 0.01
    assert (pixels[:, : MARGIN // 2, :3] == 1).all()
    assert (pixels[:, -MARGIN // 2 :, :3] == 1).all()


def test_draws_the_same_picture_twice(small):
    assert _sheet(small, "shares", "en")[1].png() == _sheet(small, "shares", "en")[1].png()


def test_draws_bars_as_long_as_their_values(small):
    table, sheet = _sheet(small, "growth_bars", "en")
    before, now = [shape.width for shape in sheet.shapes if isinstance(shape, Box)]
    assert before / now == pytest.approx(200 / 3200, abs=0.001)
    assert [shape.fill for shape in sheet.shapes if isinstance(shape, Box)] == [GREYS[0], ACCENT]


def test_draws_targets_as_an_outline(small):
    _, sheet = _sheet(small, "costs_groups", "en")
    signs_and_bars = [(shape.fill, shape.edge) for shape in sheet.shapes if isinstance(shape, Box)]
    assert signs_and_bars == [(ACCENT, ""), (WHITE, QUIET)] * 3


def test_draws_shares_of_one_whole(small):
    _, sheet = _sheet(small, "shares", "zh")
    widths = [shape.width for shape in sheet.shapes if isinstance(shape, Box) and shape.height > 100]
    assert [round(100 * (width + 4) / (WIDTH - 2 * MARGIN)) for width in widths] == [60, 36, 4]


def test_draws_a_line_through_its_years(small):
    _, sheet = _sheet(small, "growth_line", "en")
    first, second, third = [shape for shape in sheet.shapes if isinstance(shape, Dot)]
    assert (second.x - first.x) / (third.x - first.x) == pytest.approx((2021 - 2007) / (2030 - 2007))
    assert first.y > second.y > third.y
    assert (second.fill, third.fill) == (ACCENT, WHITE)
    dashes = [shape.is_dashed for shape in sheet.shapes if getattr(shape, "width", 0) == 6]
    assert dashes == [False, True]
