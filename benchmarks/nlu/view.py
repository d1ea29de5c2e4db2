"""Shows results side by side, as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def table(found: list[dict[str, Any]]) -> str:
    """Returns one column per result and one row per figure that any of them has."""
    columns = [dict(_rows(result)) for result in found]
    names = list(dict.fromkeys(name for column in columns for name in column))
    head = ["", *(_name(result) for result in found)]
    rows = [[name, *(column.get(name, "–") for column in columns)] for name in names]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _name(result: dict[str, Any]) -> str:
    epochs = f", {result['epochs']} epochs" if "epochs" in result else ""
    return f"{result['pipeline']}{epochs} ({result['measured_on']})"


def _rows(result: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, test in result.get("tests", {}).items():
        messages = f"{name} ({test['messages']})"
        yield f"{messages}: accuracy", _percent(test["accuracy"])
        for key, what in (
            ("accuracy_at_3", "among the first 3"),
            ("place", "right place"),
            ("place_at_3", "right place among the first 3"),
            ("calibration_error", "calibration error"),
        ):
            if key in test:
                yield f"{messages}: {what}", _percent(test[key])
        if "median_ms" in test:
            p95 = f"{test['p95_ms']:.1f}" if "p95_ms" in test else "–"
            yield f"{messages}: median / p95", f"{test['median_ms']:.1f} / {p95} ms"
        if "median_cpu_ms" in test:
            yield f"{messages}: median, processor time", f"{test['median_cpu_ms']:.1f} ms"
    for recall in result.get("outside", {}).get("recall", []):
        yield f"out of scope caught at {recall['lost'] * 100:.0f} points of loss", _percent(recall["caught"])
    if "train_s" in result:
        yield "training", f"{result['train_s']:.0f} s"
    if "train_cpu_s" in result:
        yield "training, processor time", f"{result['train_cpu_s']:.0f} s"
    if "model_bytes" in result:
        yield "model file", f"{result['model_bytes'] / 1e6:.1f} MB"
    if "memory_bytes" in result:
        yield "memory, at most", f"{result['memory_bytes'] / 1e6:.0f} MB"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"
