"""Lays a chart out on a sheet: title and note, the figures in the manner of its kind, source and year at the foot."""

from __future__ import annotations

from decimal import Decimal

from bot.charts.fonts import Typeface
from bot.charts.legend import draw_legend
from bot.charts.lines import draw_line
from bot.charts.palette import (
    ACCENT,
    GREYS,
    INK,
    MARGIN,
    PALE,
    QUIET,
    ROOM,
    SIZE_FOOT,
    SIZE_LABEL,
    SIZE_NOTE,
    SIZE_TITLE,
    SIZE_VALUE,
    look,
)
from bot.charts.sheet import HEIGHT, WIDTH, Box, Sheet, Stroke, line_height
from bot.charts.table import Table

_SIZE_SHARE = 16.0
# Pixels: the bars of a sheet with much on it, and how far they may grow where there is little.
_BAR, _THICKEST = 40, 100
_GAP, _WIDEST_GAP = 28, 72
_UNDER_NAME = 4
_BETWEEN_BARS = 8
_SHARES_BAR = 120


def draw(kind: str, table: Table, face: Typeface) -> Sheet:
    """Returns the sheet of a chart of one kind, every word of it inside."""
    sheet = Sheet(face)
    y = sheet.write_lines(table.title, MARGIN, 44, SIZE_TITLE, INK, ROOM, is_bold=True)
    y = sheet.write_lines(table.note, MARGIN, y + 4, SIZE_NOTE, QUIET, ROOM)
    foot_height = len(sheet.wrapped(table.foot, SIZE_FOOT, ROOM)) * line_height(SIZE_FOOT)
    around_foot = foot_height + 84
    layout = {"shares": _shares, "line": draw_line}.get(kind, _bars)
    y = layout(sheet, table, y + 36, HEIGHT - around_foot)
    sheet.height = max(HEIGHT, round(y + around_foot))
    y = sheet.height - foot_height - 32
    sheet.shapes.append(Stroke((MARGIN, y - 16), (WIDTH - MARGIN, y - 16), PALE))
    sheet.write_lines(table.foot, MARGIN, y, SIZE_FOOT, QUIET, ROOM)
    return sheet


def _bars(sheet: Sheet, table: Table, y: float, bottom: float) -> float:
    """Draws a bar per value below the name of its category, so that long names have the whole width."""
    if len(table.series) > 1:
        y = draw_legend(sheet, table, y - 8) + 26
    names = [sheet.wrapped(rows[0].category, SIZE_LABEL, ROOM) for rows in table.groups]
    written = sum(len(lines) for lines in names) * line_height(SIZE_LABEL) + _UNDER_NAME * len(names)
    spare = max(0.0, bottom - y - written - len(table.rows) * (_BAR + _BETWEEN_BARS) - len(names) * _GAP)
    thickness = min(_THICKEST, _BAR + spare * 0.6 / len(table.rows))
    gap = min(_WIDEST_GAP, _GAP + spare * 0.4 / len(names))
    longest = ROOM - 20 - max(sheet.width_of(row.written, SIZE_VALUE, is_bold=True) for row in table.rows)
    largest = max(row.value for row in table.rows)
    for lines, rows in zip(names, table.groups, strict=True):
        for line in lines:
            y += sheet.write(line, MARGIN, y, SIZE_LABEL, INK).height
        y += _UNDER_NAME
        for row in rows:
            length = max(4.0, longest * float(row.value / largest))
            fill, edge = look(table, row)
            sheet.shapes.append(Box(MARGIN, y, length, thickness, fill, edge))
            middle = y + (thickness - line_height(SIZE_VALUE)) / 2
            is_main = fill == ACCENT
            colour = INK if is_main else QUIET
            sheet.write(row.written, MARGIN + length + 16, middle, SIZE_VALUE, colour, is_bold=is_main)
            y += thickness + _BETWEEN_BARS
        y += gap - _BETWEEN_BARS
    return y - gap


def _shares(sheet: Sheet, table: Table, y: float, bottom: float) -> float:
    """Draws one bar cut into the shares, and a line for each of them below it: small shares have no room inside."""
    colours = [(ACCENT, *GREYS)[min(index, len(GREYS))] for index in range(len(table.rows))]
    total = sum((row.value for row in table.rows), Decimal(0))
    x = float(MARGIN)
    for row, colour in zip(table.rows, colours, strict=True):
        width = ROOM * float(row.value / total)
        sheet.shapes.append(Box(x, y, max(4.0, width - 4), _SHARES_BAR, colour))
        x += width
    y += _SHARES_BAR + 44
    sign = 30
    value_width = max(sheet.width_of(row.written, _SIZE_SHARE, is_bold=True) for row in table.rows)
    right = MARGIN + sign + 22 + value_width
    room = WIDTH - MARGIN - right - 28
    value_height, name_height = line_height(_SIZE_SHARE), line_height(SIZE_LABEL)
    heights = [
        max(value_height, len(sheet.wrapped(row.category, SIZE_LABEL, room)) * name_height) for row in table.rows
    ]
    gap = min(_WIDEST_GAP, max(16.0, (bottom - y - sum(heights)) / len(heights)))
    for row, colour, height in zip(table.rows, colours, heights, strict=True):
        sheet.shapes.append(Box(MARGIN, y + (value_height - sign) / 2, sign, sign, colour))
        sheet.write(row.written, right, y, _SIZE_SHARE, INK, is_bold=True, align="right")
        # On one base line with the value, which is set larger.
        sheet.write_lines(row.category, right + 28, y + (value_height - name_height) * 0.74, SIZE_LABEL, INK, room)
        y += height + gap
    return y - gap
