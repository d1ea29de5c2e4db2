"""Trains the model, knows when it is stale, and vouches for the file that is loaded."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import importlib.metadata
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.errors import BotError, ModelError
from bot.knowledge.loader import folder_hash
from bot.settings import Settings

_RECORD = "current.json"
# Whatever of this changes makes a trained model stale, besides the knowledge base.
_CODE = ("bot/nlu", "bot/text")
# Nothing is learned from these parts of the knowledge base.
_UNLEARNED = ("flows", "flow_words")


@dataclass(frozen=True)
class ModelRecord:
    """What is written down about a trained model; `sha256` is the archive's, because loading an archive runs code."""

    file: str
    sha256: str
    version: str
    inputs: str
    knowledge_version: str
    trained_at: str


def inputs_hash(settings: Settings) -> str:
    """Returns a short hash over everything a model is trained from: configuration, data, knowledge, code, Rasa."""
    digest = hashlib.sha256(importlib.metadata.version("rasa").encode())
    digest.update(folder_hash(settings.knowledge, _UNLEARNED).encode())
    data = (p for p in settings.nlu_data.rglob("*.yml") if p.name != "phrases.yml")
    code = (p for folder in _CODE for p in (settings.root / folder).rglob("*.py"))
    for path in sorted([settings.root / "config.yml", *data, *code]):
        digest.update(path.relative_to(settings.root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def current(settings: Settings) -> ModelRecord | None:
    """Returns the record of the model in use, or None where none has been trained.

    Raises:
        ModelError: the record cannot be read.
    """
    path = settings.models / _RECORD
    try:
        record = ModelRecord(**json.loads(path.read_text(encoding="utf-8")))
        if not all(isinstance(value, str) for value in asdict(record).values()):
            raise TypeError("every value is a text")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path} is damaged; run partnerguide train") from error
    return record


def is_stale(settings: Settings) -> bool:
    """Returns whether the model is missing, or was trained from something else than what is here now."""
    record = current(settings)
    return record is None or record.inputs != inputs_hash(settings) or not (settings.models / record.file).is_file()


def verified_model(settings: Settings) -> tuple[Path, ModelRecord]:
    """Returns the model to load, after checking that it is the file that was trained here.

    Raises:
        ModelError: there is no model, or the file is not the one that was trained.
    """
    record = current(settings)
    if record is None:
        raise ModelError("there is no trained model; run partnerguide train")
    path = settings.models / record.file
    try:
        actual = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read; run partnerguide train") from error
    if actual != record.sha256:
        raise ModelError(f"{path} is not the file that was trained here; run partnerguide train")
    return path, record


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Lets one training at a time run in a folder of models; a second one waits until the first has ended.

    Raises:
        ModelError: the folder cannot be written.
    """
    try:
        settings.models.mkdir(parents=True, exist_ok=True)
        lock = (settings.models / ".lock").open("w", encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{settings.models} cannot be written ({error.strerror}); free space or set PARTNERGUIDE_VAR"
        ) from error
    with lock:
        # The kernel lets go of it when the process ends, however it ends.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def train(settings: Settings, progress: Callable[[str], None] = lambda step: None) -> ModelRecord:
    """Trains a model and makes it the current one.

    Args:
        progress: called with the name of each component as its training starts.

    Raises:
        ModelError: the data cannot be trained from, or the model cannot be written.
    """
    # Every run is complete: the cache would cost disk space and save seconds.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    os.environ["RASA_CACHE_DIRECTORY"] = str(settings.var / "cache")
    inputs = inputs_hash(settings)
    try:
        settings.models.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"{settings.models} cannot be made ({error.strerror}); free space or set PARTNERGUIDE_VAR"
        ) from error
    name = f"{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%SZ}-{inputs}"
    from bot.dialogue.quiet import quieten_rasa

    quieten_rasa()
    import rasa.model_training

    listener = _Listener(progress)
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.addHandler(listener)
    level, hooks.propagate = hooks.level, False
    hooks.setLevel(logging.INFO)
    try:
        result = rasa.model_training.train(
            domain=str(settings.nlu_data / "domain"),
            config=str(settings.root / "config.yml"),
            training_files=[str(settings.nlu_data)],
            output=str(settings.models),
            force_training=True,
            fixed_model_name=name,
        )
    except BotError:
        raise
    except OSError as error:
        raise ModelError(
            f"the model cannot be written ({error.strerror}); free space or set PARTNERGUIDE_VAR"
        ) from error
    except Exception as error:
        if isinstance(error.__cause__, BotError):  # Rasa's own message names the component, not the file
            raise error.__cause__ from None
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"training failed: {first}; run partnerguide knowledge check and partnerguide lint-data"
        ) from error
    finally:
        hooks.removeHandler(listener)
        hooks.setLevel(level)
        hooks.propagate = True
    if not result.model:
        raise ModelError("training gave no model; run partnerguide lint-data")
    return _record(settings, Path(result.model), inputs)


def _record(settings: Settings, model: Path, inputs: str) -> ModelRecord:
    record = ModelRecord(
        file=model.name,
        sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        version=model.name.removesuffix(".tar.gz"),
        inputs=inputs,
        knowledge_version=folder_hash(settings.knowledge),
        trained_at=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    )
    # Written beside and moved into place, so that a killed training leaves the old model in use.
    beside = settings.models / f"{_RECORD}.{os.getpid()}"
    beside.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    beside.replace(settings.models / _RECORD)
    for old in sorted(settings.models.glob("*.tar.gz"))[:-3]:
        if old.name != record.file:
            old.unlink(missing_ok=True)
    return record


class _Listener(logging.Handler):
    """Turns Rasa's log lines on training steps into progress."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """See parent class."""
        message = record.getMessage()
        if message.startswith("Starting to train component"):
            self._progress(message.split("'")[1])
