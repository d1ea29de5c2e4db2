"""What all charts share to look at: one accent colour, greys, sizes of type, the margin."""

from __future__ import annotations

from bot.charts.sheet import WIDTH
from bot.charts.table import Row, Table

ACCENT = "#1769aa"
INK = "#1f2429"
QUIET = "#5c6670"
PALE = "#d9dde1"
WHITE = "#ffffff"
#: For what is not the point of the picture, darkest first.
GREYS = ("#98a2ac", "#c3cad1", "#dfe3e7")

MARGIN = 64
ROOM = WIDTH - 2 * MARGIN

# Points. A telephone shows the picture at a third of its width, where 10.5 points are 9.7 pixels.
SIZE_TITLE = 15.5
SIZE_NOTE = 10.5
SIZE_LABEL = 11.5
SIZE_VALUE = 12.0
SIZE_FOOT = 8.5


def look(table: Table, row: Row) -> tuple[str, str]:
    """Returns the filling and the edge of a value: the newest in the accent colour, targets as an outline."""
    if row.is_target:
        return WHITE, QUIET
    reached = [rows for rows in table.series if not all(other.is_target for other in rows)]
    order = [rows[0].series for rows in reached]
    behind = len(order) - 1 - order.index(row.series)
    if behind:
        return GREYS[min(behind, len(GREYS)) - 1], ""
    years = [other.year for other in table.rows if not other.is_target]
    is_history = len(table.series) == 1 and len(set(years)) == len(years)
    return (GREYS[0] if is_history and row.year < max(years) else ACCENT), ""
