"""Renders docs/benchmarks.md from the newest result files; what has not been measured says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.nlu.results import latest
from bot.settings import PROJECT_ROOT

RESULTS = Path(__file__).parent / "results"
PAGE = PROJECT_ROOT / "docs" / "benchmarks.md"
Found = dict[str, Any]

_TEMPLATE = Path(__file__).with_name("page.md")


def render(found: Callable[[str, str], Found | None] = lambda name, whose: latest(name, whose, RESULTS)) -> str:
    """Returns the page; `found` gives the newest result of a benchmark, ours or the baseline's."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    for name, section in _SECTIONS.items():
        ours, baseline = found(name, "ours"), found(name, "baseline")
        body = section(ours, baseline).strip("\n")
        missing = [whose for whose, result in (("ours", ours), ("baseline", baseline)) if result is None]
        parts = [body, *_measured_on(ours, baseline), *_not_measured(name, missing)]
        text = text.replace(f"{{{name}}}", "\n\n".join(part for part in parts if part))
    return text


def write() -> Path:
    """Writes the page and returns its file."""
    PAGE.write_text(render(), encoding="utf-8")
    return PAGE


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Returns a table in Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _replies(ours: Found | None, baseline: Found | None) -> str:
    rows = []
    for row in ("bare", "product"):
        for name, found in (("guide", ours), ("stock Rasa", baseline)):
            if found is None:
                continue
            for people, figures in found["rows"][row]["by_people"].items():
                own = [_spread(figures[key], 1) for key in ("median_ms", "p95_ms", "p99_ms", "per_s", "cpu_ms")]
                rows.append([row, name, people, *own, _mb(found["rows"][row]["peak_bytes"])])
    head = [
        "row",
        "who",
        "people",
        "median ms",
        "p95 ms",
        "p99 ms",
        "replies/s",
        "processor ms a reply",
        "memory, most",
    ]
    return table(head, rows) + _faster(ours, baseline) + _steps(ours)


def _faster(ours: Found | None, baseline: Found | None) -> str:
    if ours is None or baseline is None:
        return ""
    lines = ["\n"]
    for row, aim in (("bare", 6), ("product", 3)):
        mine, theirs = (found["rows"][row]["by_people"]["1"]["median_ms"]["median"] for found in (ours, baseline))
        ratio = theirs / mine
        verdict = "reached" if ratio >= aim else f"missed by a factor of {aim / ratio:.1f}"
        lines.append(
            f"- {row}: stock Rasa takes {ratio:.1f} times as long for one person; the aim of {aim}: {verdict}.\n"
        )
    return "".join(lines)


def _steps(ours: Found | None) -> str:
    if ours is None:
        return ""
    steps = ours["rows"]["product"]["memory_steps_bytes"]
    return (
        "\nMemory of the product's process as it grows: "
        + "; ".join(f"{k}: {_mb(v)}" for k, v in steps.items())
        + ".\n"
    )


def _start(ours: Found | None, baseline: Found | None) -> str:
    rows = []
    for name, found in (("`partnerguide ask --jsonl`", ours), ("`rasa shell`", baseline)):
        if found:
            start = found["start"]
            seconds = [_spread(start[key], 1) for key in ("first_answer_s", "cpu_s")]
            rows.append([name, *seconds, _mb(start["memory_bytes"]["median"]), _mb(start["peak_bytes"]["median"])])
    head = ["command", "first answer, s", "processor, s", "memory then", "memory, most"]
    if not (ours and baseline):
        return table(head, rows) if rows else ""
    share = ours["start"]["first_answer_s"]["median"] / baseline["start"]["first_answer_s"]["median"]
    verdict = "reached" if share <= 0.5 else "missed"
    return (
        table(head, rows) + f"\nThe guide takes {share:.0%} of the time of `rasa shell`; the aim of half: {verdict}.\n"
    )


def _growth(ours: Found | None, baseline: Found | None) -> str:
    text = ""
    if ours:
        rows = [[f"{int(count):,}", *_reply_of(each["by_people"]["1"])] for count, each in ours["log"].items()]
        text += table(["rows of the log", "median ms", "p95 ms"], rows) + _flat(
            [each["by_people"]["1"]["median_ms"]["median"] for each in ours["log"].values()]
        )
        turns = ours["conversation"]
        rows = [[f"{int(t) - 9} to {t}", f"{v['median_ms']:.1f}", f"{v['p95_ms']:.1f}"] for t, v in turns.items()]
        text += "\n" + table(["turn of a conversation", "median ms", "p95 ms"], rows)
        text += _flat([each["median_ms"] for each in turns.values()])
    if baseline:
        rows = []
        for times, each in baseline["knowledge"].items():
            trained = [f"{each['train_s']:.0f}", _mb(each["peak_bytes"])] if "train_s" in each else ["", ""]
            size = [f"×{times}", f"{each['entries']:,}", f"{each['examples']:,}"]
            rows.append([*size, *_reply_of(each["by_people"]["1"]), *trained])
        head = ["knowledge", "entries", "example questions", "median ms", "p95 ms", "training s", "memory, most"]
        text += "\n" + table(head, rows)
    return text


def _reply_of(figures: Found) -> list[str]:
    return [_spread(figures[key], 1) for key in ("median_ms", "p95_ms")]


def _flat(medians: list[float]) -> str:
    ratio = medians[-1] / medians[0]
    verdict = "reached" if ratio < 1.5 else "missed"
    return f"\nFrom the first row to the last {ratio:.2f} times as long; the aim of less than 1.5: {verdict}.\n"


def _training(ours: Found | None, baseline: Found | None) -> str:
    rows = []
    for name, found in (("×1", ours), (f"×{baseline['times']}" if baseline else "", baseline)):
        if found:
            size = [f"{found['entries']:,}", f"{found['examples']:,}"]
            used = [f"{found['train_s']:.0f}", f"{found['cpu_s']:.0f}", _mb(found["peak_bytes"])]
            rows.append([name, *size, *used, _mb(found["model_bytes"])])
    head = ["knowledge", "entries", "example questions", "s", "processor s", "memory, most", "model file"]
    return table(head, rows) if rows else ""


def _telegram(ours: Found | None, baseline: Found | None) -> str:
    del baseline  # there is nothing like it to compare with
    if ours is None:
        return ""
    rows, text = [], ""
    for name, each in ours["settings"].items():
        for step in each["steps"]:
            shares = ", ".join(f"{part} {share:.0%}" for part, share in step["processor_shares"].items())
            times = [f"{step[key]:.0f}" for key in ("median_ms", "p95_ms", "p99_ms")]
            rows.append([name, f"{step['per_s']}", *times, f"{step['unanswered']}", shares])
        held = ", ".join(f"{part} {_mb(size)}" for part, size in each["memory_bytes"].items())
        text += f"- {name}: {each['sustained_per_s']} a second sustained; memory: {held}.\n"
    head = ["setting", "questions/s", "median ms", "p95 ms", "p99 ms", "unanswered", "processor, of one core"]
    return table(head, rows) + "\n" + text


def _measured_on(*results: Found | None) -> list[str]:
    lines = []
    for found in results:
        if found is not None:
            versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
            lines.append(f"*{found['measured_on']}, `{found['command']}`: {found['machine']}; {versions}.*")
    return lines


def _spread(figure: dict[str, float], digits: int) -> str:
    median, least, most = (f"{figure[key]:,.{digits}f}" for key in ("median", "least", "most"))
    return median if least == most else f"{median} ({least}–{most})"


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def _not_measured(name: str, missing: list[str]) -> list[str]:
    commands = {
        "ours": f"python -m benchmarks.speed {name}",
        "baseline": f"BASELINE=1 python -m benchmarks.speed {name}",
    }
    said = {"ours": "The guide", "baseline": "What to compare with"}
    if name == "telegram":  # there is nothing like it
        missing = [whose for whose in missing if whose == "ours"]
    return [f"{said[whose]}: not measured yet (`{commands[whose]}`)." for whose in missing]


_SECTIONS: dict[str, Callable[[Found | None, Found | None], str]] = {
    "replies": _replies,
    "start": _start,
    "growth": _growth,
    "training": _training,
    "telegram": _telegram,
}
