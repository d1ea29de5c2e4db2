"""The names of the series above a chart, each with its sign."""

from __future__ import annotations

from bot.charts.palette import INK, MARGIN, ROOM, SIZE_NOTE, look
from bot.charts.sheet import Box, Sheet, line_height
from bot.charts.table import Table

_SIGN = 26
_AFTER_SIGN = 14
_AFTER_NAME = 44


def draw_legend(sheet: Sheet, table: Table, y: float) -> float:
    """Draws the legend from `y` on, in as many lines as it needs; returns the y below it."""
    x = float(MARGIN)
    height = line_height(SIZE_NOTE)
    for rows in table.series:
        name = rows[0].series_name
        width = _SIGN + _AFTER_SIGN + sheet.width_of(name, SIZE_NOTE)
        if x > MARGIN and x + width > MARGIN + ROOM:
            x, y = float(MARGIN), y + height + 6
        fill, edge = look(table, rows[0])
        sheet.shapes.append(Box(x, y + (height - _SIGN) / 2, _SIGN, _SIGN, fill, edge))
        below = sheet.write_lines(name, x + _SIGN + _AFTER_SIGN, y, SIZE_NOTE, INK, ROOM - _SIGN - _AFTER_SIGN)
        y = below - height
        x += width + _AFTER_NAME
    return y + height
