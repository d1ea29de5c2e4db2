"""Writing enquiries for spreadsheets and for programs. Choosing which belongs in `enquiries`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
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
    for row in rows:
        values = as_json(row)
        writer.writerow([_cell(values[name]) for name in FIELDS])
        count += 1
    return count


def write_jsonl(rows: Iterable[Enquiry], stream: TextIO) -> int:
    """Writes one JSON object per line; returns how many."""
    count = 0
    for row in rows:
        stream.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
        count += 1
    return count


def _cell(value: Any) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    cell = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
