"""The models at hand: which there are, how good they were found, which one answers, and the way back."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.dialogue import training
from bot.dialogue.training import ModelRecord, make_current, verified, write_beside
from bot.errors import ModelError
from bot.settings import Settings

#: So many models are kept besides the one in use and the one to go back to; each takes about 130 MB.
KEPT = 3
_SUFFIX = ".tar.gz"


@dataclass(frozen=True)
class KnownModel:
    """One model with its figures (see `note_figures`), empty where it was never evaluated.

    `before` is the version that answered when this one was activated last, and `activated_at` when that was.
    """

    record: ModelRecord
    figures: dict[str, Any] = field(default_factory=dict)
    activated_at: str = ""
    before: str = ""
    is_current: bool = False


def models(settings: Settings) -> list[KnownModel]:
    """Returns the models whose hash was recorded and whose archive is there, newest first."""
    now = _now(settings)
    found = {}
    for path in settings.models.glob(f"*{_SUFFIX}"):
        known = _read(settings, path.name.removesuffix(_SUFFIX), now)
        if known is not None:
            found[known.record.version] = known
    return sorted(found.values(), key=lambda known: (known.record.trained_at, known.record.version), reverse=True)


def model(settings: Settings, version: str) -> KnownModel:
    """Returns one model.

    Raises:
        ModelError: none of this version was recorded, or its archive is gone.
    """
    known = next((known for known in models(settings) if known.record.version == version), None)
    if known is None:
        raise ModelError(f"there is no model {version!r} that was trained here; train one")
    return known


def note_figures(settings: Settings, version: str, figures: Mapping[str, Any]) -> None:
    """Writes down what an evaluation found of a model, JSON-ready."""
    _write(settings, model(settings, version), figures=dict(figures))


def activate(settings: Settings, version: str) -> ModelRecord:
    """Has a model answer from now on; the one before is what `roll_back` goes back to.

    Raises:
        ModelError: there is no such model, or its archive is not the file that was recorded.
    """
    known = model(settings, version)
    verified(settings, known.record)
    now = _now(settings)
    if now is not None and now.version == version:
        return now
    before = now.version if now else ""
    if now is not None and not _path(settings, before).exists():
        # Trained before models were listed: without a record of its own there would be no way back to it.
        write_beside(_path(settings, before), {"record": asdict(now)})
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    _write(settings, known, before=before, activated_at=moment)
    make_current(settings, known.record)
    return known.record


def roll_back(settings: Settings) -> ModelRecord:
    """Has the model before the current one answer again, and returns it; what preceded that one stays as it was.

    Raises:
        ModelError: there is none to go back to, or its archive is not the file that was recorded.
    """
    now = _now(settings)
    before = model(settings, now.version).before if now else ""
    if not before:
        raise ModelError("there is no model to go back to")
    known = model(settings, before)
    verified(settings, known.record)
    make_current(settings, known.record)
    return known.record


def discard(settings: Settings, version: str) -> None:
    """Throws a model away.

    Raises:
        ModelError: there is no such model, or it is the one in use.
    """
    known = model(settings, version)
    if known.is_current:
        raise ModelError(f"{version} is in use; activate another model first")
    _remove(settings, version)


def prune(settings: Settings) -> None:
    """Throws away all but the model in use, the one to go back to, and the newest others."""
    known = models(settings)
    kept = {version for k in known if k.is_current for version in (k.record.version, k.before) if version}
    kept |= {k.record.version for k in [k for k in known if k.record.version not in kept][: KEPT - 1]}
    archives = sorted(path.name.removesuffix(_SUFFIX) for path in settings.models.glob(f"*{_SUFFIX}"))
    recorded = {k.record.version for k in known}
    unknown = [version for version in archives if version not in recorded]
    # An archive without a record is of an older program, or a training that was killed: the newest stay for a while.
    kept |= set(unknown[-max(0, KEPT - len(kept)) :] if len(kept) < KEPT else ())
    for version in archives:
        if version not in kept:
            _remove(settings, version)


def _now(settings: Settings) -> ModelRecord | None:
    """Returns the record of the model in use; None also where it is damaged, which another activation heals."""
    try:
        return training.current(settings)
    except ModelError:
        return None


def _read(settings: Settings, version: str, now: ModelRecord | None) -> KnownModel | None:
    is_current = now is not None and now.version == version
    try:
        data = json.loads(_path(settings, version).read_text(encoding="utf-8"))
        record = ModelRecord(**data["record"])
    except (OSError, ValueError, TypeError, KeyError):
        # What is damaged or was never recorded is no model, unless it is the one that is in use.
        return KnownModel(now, is_current=True) if is_current and now is not None else None
    if record.version != version or record.file != f"{version}{_SUFFIX}":
        return None
    more = {name: data.get(name) or "" for name in ("activated_at", "before")}
    return KnownModel(record, dict(data.get("figures") or {}), is_current=is_current, **more)


def _write(settings: Settings, known: KnownModel, **changes: Any) -> None:
    data = {**asdict(known), **changes}
    data.pop("is_current")
    write_beside(_path(settings, known.record.version), data)


def _path(settings: Settings, version: str) -> Path:
    return settings.models / f"{version}.json"


def _remove(settings: Settings, version: str) -> None:
    (settings.models / f"{version}{_SUFFIX}").unlink(missing_ok=True)
    _path(settings, version).unlink(missing_ok=True)
