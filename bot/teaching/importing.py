"""Takes the lessons of a bundle into this database: from where people ask to where somebody works on the guide."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import StoreError
from bot.knowledge.loader import load
from bot.settings import Settings
from bot.store.lessons import KINDS, LessonStore
from bot.store.switches import SwitchStore
from bot.teaching.exporting import ROWS_NAME

#: No bundle is larger: it holds sentences.
_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Taken:
    """How many lessons and switched-off entries have come in, and how many lessons stood here already."""

    lessons: int
    switches: int
    known: int


def take_in(settings: Settings, bundle: Path, author: str) -> Taken:
    """Adds the lessons of a bundle that do not stand here yet, and switches its entries off.

    Raises:
        StoreError: the file is no bundle, or the database cannot be used.
    """
    rows, off = _read(bundle)
    knowledge = load(settings.knowledge)
    with LessonStore.from_settings(settings) as store:
        standing = {(lesson.kind, lesson.label, lesson.language, lesson.text) for lesson in store.standing()}
        new = [row for row in rows if (row["kind"], row["label"], row["language"], row["text"]) not in standing]
        for row in new:
            details = row.get("details") or {}
            store.add(row["kind"], row["label"], row["language"], row["text"], author, details=details)
    with SwitchStore.from_settings(settings) as switches:
        gone = switches.switched_off()
        closing = [entry for entry in off if entry in knowledge.entries and entry not in gone]
        for entry in closing:
            switches.off(entry, author)
    return Taken(len(new), len(closing), len(rows) - len(new))


def _read(bundle: Path) -> tuple[list[dict[str, Any]], list[str]]:
    try:
        with zipfile.ZipFile(bundle) as archive:
            if archive.getinfo(ROWS_NAME).file_size > _MOST_BYTES:
                raise StoreError(f"{bundle}: is larger than any bundle")
            data = json.loads(archive.read(ROWS_NAME))
        rows, off = data["lessons"], data["switched_off"]
        is_fit = all(row["kind"] in KINDS and row["label"] and _are_texts(row) for row in rows)
        if not is_fit or not all(isinstance(entry, str) for entry in off):
            raise ValueError("a row is no lesson")
    except OSError as error:
        raise StoreError(f"{bundle}: cannot be read ({error.strerror})") from error
    # RuntimeError is of what is encrypted, packed in an unknown way or nested too deeply.
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, LookupError, TypeError) as error:
        raise StoreError(f"{bundle}: is no bundle of partnerguide review export") from error
    return rows, off


def _are_texts(row: dict[str, Any]) -> bool:
    has_words = bool(str(row["text"]).strip()) or row["kind"] == "stub"
    has_words &= isinstance(row.get("details", {}), dict)
    return has_words and all(isinstance(row[name], str) for name in ("kind", "label", "language", "text"))
