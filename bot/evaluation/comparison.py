"""What changed since an earlier report: every question whose outcome is better or worse now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BotError
from bot.evaluation.observations import ENTRY_VERDICTS, INTENT_VERDICTS, OUTSIDE_VERDICTS, Observation

#: The file of a report that programs read, this one among them.
REPORT = "report.json"
#: Counted up when a report's shape changes.
FORMAT = 1
_ORDER = {
    verdict: -place
    for verdicts in (ENTRY_VERDICTS, OUTSIDE_VERDICTS, INTENT_VERDICTS)
    for place, verdict in enumerate(verdicts)
}


@dataclass(frozen=True)
class Changed:
    """A question whose outcome changed, with what was found before and now."""

    language: str
    text: str
    wanted: str
    before: str
    now: str
    found_before: str
    found_now: str


@dataclass(frozen=True)
class Comparison:
    """The changes since the report of another model; `common` questions stand in both, `added` and `gone` in one."""

    model: str
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]
    common: int
    added: int
    gone: int


def previous_report(folder: Path) -> Path | None:
    """Returns the newest report in the folder of evaluations, or None where there is none."""
    reports = sorted(path for path in folder.glob(f"*/{REPORT}") if not path.parent.name.startswith("."))
    return reports[-1] if reports else None


def read_report(path: Path) -> dict[str, Any]:
    """Returns an earlier report; `path` is its file or its folder.

    Raises:
        BotError: it cannot be read, or is no report that this version can compare with.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        if report["format"] != FORMAT:
            raise ValueError("another format")
        _ = [(row["language"], row["text"], row["wanted"], row["verdict"], row["found"]) for row in report["questions"]]
        _ = report["model"]["version"]
    except OSError as error:
        raise BotError(f"{file} cannot be read ({error.strerror}); name a report that evaluate has written") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BotError(f"{file} is no report of this version; name one that evaluate has written") from error
    found: dict[str, Any] = report
    return found


def compare(observations: Iterable[Observation], before: dict[str, Any]) -> Comparison:
    """Returns what changed since an earlier report, question by question, in the order of the questions."""
    known = {(row["language"], row["text"]): row for row in before["questions"]}
    now = {(o.question.language, o.question.text): o for o in observations}
    better: list[Changed] = []
    worse: list[Changed] = []
    for key, observation in now.items():
        row = known.get(key)
        if row is None or row["verdict"] == observation.verdict or row["wanted"] != observation.question.wanted:
            continue
        change = Changed(
            *key, observation.question.wanted, row["verdict"], observation.verdict, row["found"], observation.found
        )
        (better if _rank(change.now) > _rank(change.before) else worse).append(change)
    common = len(now.keys() & known.keys())
    return Comparison(
        before["model"]["version"], tuple(better), tuple(worse), common, len(now) - common, len(known) - common
    )


def _rank(verdict: str) -> int:
    return _ORDER.get(verdict, min(_ORDER.values()) - 1)
