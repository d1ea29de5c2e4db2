"""The summary of an evaluation as the terminal shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evaluation.report import milliseconds, percent, points
from bot.knowledge.models import Language


def print_evaluation(
    report: dict[str, Any], languages: Mapping[str, Language], output: TextIO, *, name_changes: bool
) -> None:
    """Prints the main figures per language, what noise costs, and what changed since an earlier report.

    Args:
        name_changes: whether every changed question is named; otherwise they are counted.
    """
    console = Console(file=output, highlight=False, soft_wrap=True)
    summaries = report["languages"]
    table = Table("", box=SIMPLE_HEAD)
    for code in summaries:
        table.add_column(languages[code].name if code in languages else code, justify="right", no_wrap=True)
    for label, values in _rows(list(summaries.values())):
        table.add_row(label, *values)
    console.print(f"Model {report['model']['version']} on {report['data']}")
    console.print(table)
    for code, summary in summaries.items():
        if summary["noise"]:
            console.print(_noise(languages[code].name if code in languages else code, summary["noise"]))
    _print_changes(report["comparison"], console, name_changes=name_changes)


_RANKED = {
    "topic": "right topic",
    "entry": "the very entry",
    "answer": "one that answers it",
    "place": "right place",
}


def _rows(summaries: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    def shares(part: str, verdict: str, of: str) -> list[str]:
        return [
            percent(s[part].get(verdict, 0) / s["questions"][of] if s["questions"][of] else None) for s in summaries
        ]

    rows = [("questions of content", [str(s["questions"]["entry"]) for s in summaries])]
    for name, called in _RANKED.items():
        for at in (1, 3):
            label = f"  {called} {'first' if at == 1 else 'in the first 3'}"
            rows.append((label, [percent(s["accuracy"][name][f"at_{at}"]) for s in summaries]))
    rows += [(f"  {verdict}", shares("decisions", verdict, "entry")) for verdict in summaries[0]["decisions"]]
    rows.append(("out of scope", [str(s["questions"]["outside"]) for s in summaries]))
    rows += [
        (f"  {verdict.removeprefix('out of scope, ')}", shares("out_of_scope", verdict, "outside"))
        for verdict in summaries[0]["out_of_scope"]
    ]
    rows.append(("other intents", [str(s["questions"]["intent"]) for s in summaries]))
    rows.append(("  intent right", shares("intents", "intent right", "intent")))
    rows.append(("calibration error", [percent(s["calibration"]["error"]) for s in summaries]))
    for label, name in (("latency, median", "median_ms"), ("latency, 95 %", "p95_ms")):
        rows.append((label, [milliseconds(s["latency"][name]) for s in summaries]))
    return rows


def _noise(language: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"noise, {language}", no_wrap=True)
    for title in ("changed", "place first", "loss", "answered right", "loss"):
        table.add_column(title, justify="right")
    for row in rows:
        figures = [f(row[m][k]) for m in ("place_at_1", "answered_right") for f, k in _SHOWN]
        table.add_row(row["name"], str(row["changed"]), *figures)
    return table


_SHOWN = ((percent, "after"), (points, "loss"))


def _print_changes(comparison: dict[str, Any] | None, console: Console, *, name_changes: bool) -> None:
    if comparison is None:
        return
    better, worse = comparison["better"], comparison["worse"]
    where = "" if name_changes or not (better or worse) else "; the report names them"
    console.print(f"Since {comparison['model']}: {len(better)} better, {len(worse)} worse{where}.")
    if name_changes:
        for kind in ("better", "worse"):
            for change in comparison[kind]:
                moved = f"{change['before']} → {change['now']} ({change['found_now']})"
                console.print(Text(f"  {kind}  {change['language']}  {change['text']}: {moved}"))
