"""Rows of tables as places: lines of cells between upright strokes, as Markdown writes them."""

from __future__ import annotations

import html
import re

from bot.text.normal import is_han

_ROW = re.compile(r"\s*\|(.*)\|\s*")
_NUMBER = re.compile(r"(\d{1,2})[.．、]\s*(.+)", re.DOTALL)


def cells(line: str) -> list[str] | None:
    """Returns the cells of a table's row, or None for any other line."""
    match = _ROW.fullmatch(line)
    return [_plain(cell) for cell in match.group(1).split("|")] if match else None


def table_places(lines: list[str], known: int) -> list[tuple[int, str]]:
    """Returns the numbered rows of a table with their text; what goes on after the end of a page is put together.

    Args:
        known: how many rows of earlier tables there are; a row of the first column's number counts on from there
            only where it has none of its own.
    """
    header: list[str] = []
    rows: list[tuple[int, list[list[str]]]] = []
    for line in lines:
        row = cells(line) or []
        if all(re.fullmatch(r":?-*:?", cell) for cell in row):
            continue
        numbered = _NUMBER.fullmatch(row[0]) if row else None
        if numbered:
            rows.append((int(numbered.group(1)), [[part] for part in (numbered.group(2), *row[1:])]))
        elif row[0] and row != header and not rows:
            header = row
        elif rows and not row[0]:
            for column, part in zip(rows[-1][1], row, strict=False):
                column.append(part)
    return [(number, _text(header, columns)) for number, columns in rows if number > known]


def _text(header: list[str], columns: list[list[str]]) -> str:
    parts = []
    for position, column in enumerate(columns):
        text = "\n".join(part for part in column if part)
        name = header[position] if position < len(header) else ""
        if position and name and text:
            text = f"{name}{'：' if is_han(name[-1]) else ':'}\n{text}"
        parts.append(text)
    return "\n".join(part for part in parts if part)


def _plain(cell: str) -> str:
    text = re.sub(r"<(?:br|li|p)\s*/?>", "\n", cell)
    text = html.unescape(re.sub(r"<[^<>]*>", "", text)).replace("**", "")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
