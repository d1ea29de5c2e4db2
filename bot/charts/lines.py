"""Lays out a line chart: values at their years, the way to a target dashed."""

from __future__ import annotations

from bot.charts.legend import draw_legend
from bot.charts.palette import INK, MARGIN, PALE, QUIET, ROOM, SIZE_LABEL, SIZE_VALUE, WHITE, look
from bot.charts.sheet import WIDTH, Dot, Sheet, Stroke, line_height
from bot.charts.table import Row, Table

_LEAST_HEIGHT = 360
_DOT = 11
#: From the edges of the sheet to the first and the last year, so that centred values stay inside.
_INSET = 110


def draw_line(sheet: Sheet, table: Table, y: float, bottom: float) -> float:
    """Draws the lines from `y` on, down to `bottom` or as far as they need; returns the y below them."""
    if len(table.series) > 1:
        y = draw_legend(sheet, table, y) + 16
    value_height, year_height = line_height(SIZE_VALUE), line_height(SIZE_LABEL)
    top = y + value_height + _DOT
    base = max(bottom - year_height - 12, top + _LEAST_HEIGHT)
    years = [row.year for row in table.rows]
    largest = max(row.value for row in table.rows)

    def place(row: Row) -> tuple[float, float]:
        across = (row.year - min(years)) / (max(years) - min(years))
        x = MARGIN + _INSET + across * (ROOM - 2 * _INSET)
        return x, base - float(row.value / largest) * (base - top)

    sheet.shapes.append(Stroke((MARGIN, base), (WIDTH - MARGIN, base), PALE, 3))
    for year in sorted(set(years)):
        row = next(row for row in table.rows if row.year == year)
        sheet.write(row.category, place(row)[0], base + 10, SIZE_LABEL, QUIET, align="centre")
    for rows in table.series:
        reached = [row for row in rows if not row.is_target]
        colour = look(table, reached[-1])[0]
        for before, after in zip(rows, rows[1:], strict=False):
            sheet.shapes.append(Stroke(place(before), place(after), colour, 6, is_dashed=after.is_target))
        for row in rows:
            x, height = place(row)
            sheet.shapes.append(Dot(x, height, _DOT, WHITE if row.is_target else colour, colour))
            is_upper = all(row.value >= other.value for other in table.rows if other.year == row.year)
            under = height + _DOT + 2
            at = height - value_height - _DOT if is_upper else under
            if not is_upper and under + value_height > base:
                at = height - value_height - _DOT
            sheet.write(row.written, x, at, SIZE_VALUE, INK, is_bold=True, align="centre")
    return base + 10 + year_height
