"""Renders docs/benchmarks.md from the newest result files; what has not been measured says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.nlu.results import latest
from benchmarks.speed import sections
from benchmarks.speed.sections import Found
from bot.settings import PROJECT_ROOT

RESULTS = Path(__file__).parent / "results"
PAGE = PROJECT_ROOT / "docs" / "benchmarks.md"

_TEMPLATE = Path(__file__).with_name("page.md")
#: Of each section what renders it, and the results it is given: the benchmark, and whose.
_SECTIONS: dict[str, tuple[Callable[..., str], tuple[tuple[str, str], ...]]] = {
    "replies": (sections.replies, (("replies", "ours"), ("replies", "baseline"))),
    "start": (sections.start, (("start", "ours"), ("start", "baseline"))),
    "growth": (sections.growth, (("growth", "ours"), ("growth", "baseline"))),
    "training": (sections.training, (("training", "ours"), ("growth", "baseline"))),
    "telegram": (sections.telegram, (("telegram", "ours"),)),
    "profile": (sections.profile, (("profile", "ours"),)),
}


def render(found: Callable[[str, str], Found | None] = lambda name, whose: latest(name, whose, RESULTS)) -> str:
    """Returns the page; `found` gives the newest result of a benchmark, ours or the baseline's."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    for name, (section, needed) in _SECTIONS.items():
        results = [found(*each) for each in needed]
        parts = [section(*results).strip("\n")]
        parts += [_measured_on(result) for result in results if result is not None]
        parts += [_not_measured(*each) for each, result in zip(needed, results, strict=True) if result is None]
        text = text.replace(f"{{{name}}}", "\n\n".join(part for part in parts if part))
    return text


def write() -> Path:
    """Writes the page and returns its file."""
    PAGE.write_text(render(), encoding="utf-8")
    return PAGE


def _measured_on(found: Found) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return f"*{found['measured_on']}, `{found['command']}`: {found['machine']}; {versions}.*"


def _not_measured(name: str, whose: str) -> str:
    said, before = {"ours": ("The guide", ""), "baseline": ("What to compare with", "BASELINE=1 ")}[whose]
    return f"{said}: not measured yet (`{before}python -m benchmarks.speed {name}`)."
