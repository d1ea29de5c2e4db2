"""Writes a report: `report.json` for programs, `report.html` for people, in a folder of its own."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import BotError
from bot.evaluation.comparison import REPORT
from bot.evaluation.plots import pictures
from bot.knowledge.models import Language

PAGE = "report.html"
_TEMPLATE = "report.html.j2"


def make_place(folder: Path) -> None:
    """Makes the folder that reports are written into, so that a fault shows before the work is done.

    Raises:
        BotError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def write_report(report: dict[str, Any], languages: Mapping[str, Language], folder: Path) -> Path:
    """Writes a report into a new folder and returns the page's path; the folder appears whole or not at all.

    Raises:
        BotError: the folder cannot be written.
    """
    page = page_of(report, languages)
    beside = folder.parent / f".{folder.name}"
    try:
        beside.mkdir(parents=True)
        (beside / PAGE).write_text(page, encoding="utf-8")
        (beside / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        beside.rename(folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise _unwritable(folder, error) from error
    return folder / PAGE


def _unwritable(folder: Path, error: OSError) -> BotError:
    return BotError(f"{folder} cannot be written ({error.strerror}); free space or set PARTNERGUIDE_VAR")


def page_of(report: dict[str, Any], languages: Mapping[str, Language]) -> str:
    """Returns the page of a report; it needs nothing from outside."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=percent, points=points, milliseconds=milliseconds)
    drawn = {name: _as_address(svg) for name, svg in pictures(report["languages"], languages).items()}
    names = {code: languages[code].name if code in languages else code for code in report["languages"]}
    return environment.get_template(_TEMPLATE).render(report=report, pictures=drawn, names=names)


def percent(share: float | None) -> str:
    """Returns a share as people read it."""
    return "–" if share is None else f"{100 * share:.1f} %"


def points(difference: float | None) -> str:
    """Returns a difference of shares in points, with its sign."""
    return "–" if difference is None else f"{100 * difference:+.1f}".replace("-", "−")


def milliseconds(time_ms: float | None) -> str:
    """Returns a time as people read it."""
    return "–" if time_ms is None else f"{time_ms:.0f} ms" if time_ms >= 10 else f"{time_ms:.1f} ms"


def _as_address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
