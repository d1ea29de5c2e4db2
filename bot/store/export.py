"""Writing enquiries for spreadsheets and for programs. Choosing which belongs in `enquiries`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from bot.store.models import FIELDS, Enquiry, as_json

#: What makes a spreadsheet take a cell for a formula, in either width of East Asian input.
#: Source: OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_csv(rows: Iterable[Enquiry], stream: TextIO) -> int:
    """Writes a header and one line per row; returns how many rows.

    Open files with `newline=""`, and with `utf-8-sig` for Excel, which otherwise garbles Chinese.
    """
    writer = csv.writer(stream)
    writer.writerow(FIELDS)
    count = 0
    for values in enquiry_cells(rows):
        writer.writerow([safe_cell(value) for value in values])
        count += 1
    return count


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yields a table as the lines of a CSV file, for sending it piece by piece; it begins with the mark Excel needs."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([safe_cell(name) for name in columns])
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def enquiry_cells(rows: Iterable[Enquiry]) -> Iterator[list[Any]]:
    """Yields the values of each row in the order of `FIELDS`."""
    for row in rows:
        values = as_json(row)
        yield [values[name] for name in FIELDS]


class _Echo:
    """What a CSV writer writes to in order to hand its lines back."""

    def write(self, line: str) -> str:
        return line


def write_jsonl(rows: Iterable[Enquiry], stream: TextIO) -> int:
    """Writes one JSON object per line; returns how many."""
    count = 0
    for row in rows:
        stream.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
        count += 1
    return count


def safe_cell(value: Any) -> str | int | float:
    """Returns a value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    cell = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
