"""The sections of docs/benchmarks.md: tables and sentences made of result files, None where one is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.speed import aims
from benchmarks.speed.serving import ROWS

Found = dict[str, Any]

_TOP = 10


def replies(ours: Found | None, baseline: Found | None) -> str:
    """Returns the times of a reply by row and number of people, and how they compare."""
    who = {"guide": ours}
    if baseline:
        who |= {"Rasa 3.6, the same model": baseline, "Rasa as it comes": baseline["as_it_comes"]}
    lines = [
        [row, name, people, *_figures(figures), _mb(found["rows"][row]["peak_bytes"])]
        for row in ROWS
        for name, found in who.items()
        if found
        for people, figures in found["rows"][row]["by_people"].items()
    ]
    head = ["row", "who", "people", "median ms", "p95 ms", "p99 ms", "replies/s", "processor ms a reply"]
    parts = [table([*head, "memory, most"], lines)]
    if ours and baseline:
        parts.append(_compared(ours, baseline))
    if baseline:
        parts.append(_trained_short(baseline["as_it_comes"]))
    if ours:
        product = ours["rows"]["product"]
        steps = "; ".join(f"{name}: {_mb(size)}" for name, size in product["memory_steps_bytes"].items())
        parts.append(f"{_memory(product['peak_bytes'])} Memory of the product's process as it grows: {steps}.\n")
    return "\n".join(parts)


def _compared(ours: Found, baseline: Found) -> str:
    against = {"same model": baseline, "as it comes": baseline["as_it_comes"]}
    lines = []
    for row in ROWS:
        for name, found in against.items():
            for people, theirs in found["rows"][row]["by_people"].items():
                mine = ours["rows"][row]["by_people"][people]
                longer = _times(theirs, mine, "median_ms")
                aim = aims.TIMES[name][row]
                verdict = f"{aim:.0f}: {aims.at_least(longer, aim)}" if people == "1" else ""
                factors = longer, _times(theirs, mine, "cpu_ms"), _times(mine, theirs, "per_s")
                lines.append([row, name, people, *(f"{factor:.1f}" for factor in factors), verdict])
    head = ["row", "the guide against Rasa", "people", "times as fast (median)", "times less processor time"]
    return table([*head, "times the replies/s", "aim for the median"], lines)


def _times(more: Found, less: Found, figure: str) -> float:
    return float(more[figure]["median"]) / max(float(less[figure]["median"]), 1e-9)


def _trained_short(found: Found) -> str:
    training, asked = found["training"], found["rows"]["product"]["by_people"]["1"]
    epochs = f"{training['epochs']} epoch{'s' if training['epochs'] > 1 else ''}"
    unsure = asked["unsure_share"]["median"]
    return (
        f"Rasa as it comes was trained for {epochs} instead of its 100, on {training['examples']:,} examples of "
        f"{training['entries']:,} intents: {training['train_s']:.0f} s, {_mb(training['peak_bytes'])} at most, a model "
        f"file of {_mb(training['model_bytes'])}. So short a training leaves it unsure of {unsure:.0%} of "
        "the questions; the same components and policies run for a reply all the same.\n"
    )


def start(ours: Found | None, baseline: Found | None) -> str:
    """Returns the times from the command to the first answer."""
    rows = []
    for name, found in (("`partnerguide ask --jsonl`", ours), ("`rasa shell`", baseline)):
        if found:
            began = found["start"]
            seconds = [_spread(began[key], 1) for key in ("first_answer_s", "cpu_s")]
            rows.append([name, *seconds, _mb(began["memory_bytes"]["median"]), _mb(began["peak_bytes"]["median"])])
    head = ["command", "first answer, s", "processor, s", "memory then", "memory, most"]
    parts = [table(head, rows)] if rows else []
    if ours and baseline:
        share = ours["start"]["first_answer_s"]["median"] / baseline["start"]["first_answer_s"]["median"]
        verdict = aims.at_most(share, aims.START_SHARE)
        parts.append(f"The guide takes {share:.0%} of the time of `rasa shell`; the aim of half: {verdict}.\n")
    if ours:
        parts.append(f"{_memory(ours['start']['peak_bytes']['median'])}\n")
    return "\n".join(parts)


def growth(ours: Found | None, baseline: Found | None) -> str:
    """Returns the times of a reply with a longer log, a longer conversation and a larger knowledge base."""
    parts = []
    if ours:
        log = {int(rows): each["by_people"]["1"] for rows, each in ours["log"].items()}
        rows = [[f"{count:,}", *_reply_of(figures)] for count, figures in log.items()]
        parts.append(table(["rows of the log", "median ms", "p95 ms"], rows))
        medians = {f"{count:,} rows": figures["median_ms"]["median"] for count, figures in log.items()}
        parts.append(_grown(medians, aims.GROWTH))
        turns = ours["conversation"]
        rows = [[f"{int(t) - 9} to {t}", f"{v['median_ms']:.1f}", f"{v['p95_ms']:.1f}"] for t, v in turns.items()]
        parts.append(table(["turn of a conversation", "median ms", "p95 ms"], rows))
        parts.append(_grown({f"turn {turn}": each["median_ms"] for turn, each in turns.items()}, aims.GROWTH))
    if baseline:
        sizes = {times: each["by_people"]["1"] for times, each in baseline["knowledge"].items()}
        rows = [[*_size(times, baseline["knowledge"][times]), *_reply_of(each)] for times, each in sizes.items()]
        parts.append(table(["knowledge", "entries", "example questions", "median ms", "p95 ms"], rows))
        medians = {f"×{times}": each["median_ms"]["median"] for times, each in sizes.items()}
        parts.append(_grown(medians, aims.KNOWLEDGE_GROWTH))
    return "\n".join(parts)


def _grown(medians: dict[str, float], aim: float) -> str:
    first, *_, last = medians
    ratio = medians[last] / medians[first]
    verdict = aims.less_than(ratio, aim)
    return f"From {first} to {last} {ratio:.2f} times as long; the aim of less than {aim:g}: {verdict}.\n"


def training(ours: Found | None, growth_baseline: Found | None) -> str:
    """Returns what trainings took: of the present knowledge base, and of those that the growth was measured with."""
    found = {"1": {**ours, "training": ours}} if ours else {}
    larger = growth_baseline["knowledge"] if growth_baseline else {}
    found |= {times: each for times, each in larger.items() if "training" in each}
    rows = []
    for times, each in found.items():
        took = each["training"]
        used = [f"{took['train_s']:.0f}", f"{took['cpu_s']:.0f}", _mb(took["peak_bytes"]), _mb(took["model_bytes"])]
        rows.append([*_size(times, each), *used])
    head = ["knowledge", "entries", "example questions", "s", "processor s", "memory, most", "model file"]
    return table(head, rows) if rows else ""


def telegram(ours: Found | None) -> str:
    """Returns what the bot sustains, by setting and rate."""
    if ours is None:
        return ""
    rows, lines = [], []
    for name, each in ours["settings"].items():
        for step in each["steps"]:
            shares = ", ".join(f"{part} {share:.0%}" for part, share in step["processor_shares"].items())
            times = [f"{step[key]:.0f}" for key in ("median_ms", "p95_ms", "p99_ms")]
            rows.append([name, f"{step['per_s']}", *times, f"{step['unanswered']}", shares])
        held = ", ".join(f"{part} {_mb(size)}" for part, size in each["memory_bytes"].items())
        sustained = f"{each['sustained_per_s']} a second sustained"
        if each["processes"] == 1:
            verdict = aims.more_than(each["sustained_per_s"], aims.TELEGRAM_PER_S)
            sustained += f" (the aim of more than {aims.TELEGRAM_PER_S} from one process: {verdict})"
        lines.append(f"- {name}: {sustained}; memory: {held}.\n")
    head = ["setting", "questions/s", "median ms", "p95 ms", "p99 ms", "unanswered", "processor, of one core"]
    return table(head, rows) + "\n" + "".join(lines)


def profile(ours: Found | None) -> str:
    """Returns the functions and packages that the time of a reply goes to."""
    if ours is None:
        return ""
    packages = ", ".join(f"{each['name']} {each['share']:.0%}" for each in ours["packages"][:_TOP])
    parts = [f"{ours['samples']:,} samples, {ours['rate_hz']} a second. Own time by package: {packages}.\n"]
    for key, title in (("own", "own time"), ("cumulative", "with what it calls")):
        rows = [[f"`{each['name']}`", f"{each['share']:.1%}"] for each in ours[key][:_TOP]]
        parts.append(table(["function", title], rows))
    return "\n".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Returns a table in Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _figures(figures: Found) -> list[str]:
    return [_spread(figures[key], 1) for key in ("median_ms", "p95_ms", "p99_ms", "per_s", "cpu_ms")]


def _reply_of(figures: Found) -> list[str]:
    return [_spread(figures[key], 1) for key in ("median_ms", "p95_ms")]


def _size(times: str, each: Found) -> list[str]:
    return [f"×{times}", f"{each['entries']:,}", f"{each['examples']:,}"]


def _memory(peak_bytes: float) -> str:
    aim = aims.MEMORY_BYTES
    return f"At most {_mb(peak_bytes)} of memory; the aim of {_mb(aim)}: {aims.at_most(peak_bytes, aim)}."


def _spread(figure: dict[str, float], digits: int) -> str:
    median, least, most = (f"{figure[key]:,.{digits}f}" for key in ("median", "least", "most"))
    return median if least == most else f"{median} ({least}–{most})"


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
