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
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.dialogue import taught
from bot.errors import BotError, ModelError
from bot.knowledge.loader import folder_hash, load, read_yaml
from bot.settings import Settings
from bot.store.lessons import Example, LessonStore, digest, present_digest

#: The file that names the model in use, and the one that is locked while a model is trained.
RECORD = "current.json"
LOCK = ".lock"
#: So often running programs look whether the record names another model.
LOOK_EVERY_S = 1.0
# Whatever of this changes makes a trained model stale, besides the knowledge base.
_CODE = ("bot/nlu", "bot/text")
# Stored, not compressed: 129 MB instead of 93, unpacked in 0.4 s instead of 1.8, as Rasa reads it twice (2026-11-30).
_PACKING = 0
# Nothing is learned from these parts of the knowledge base.
_UNLEARNED = ("flows", "flow_words")


@dataclass(frozen=True)
class ModelRecord:
    """What is written down about a trained model; `sha256` is the archive's, because loading an archive runs code.

    `inputs` tells from which files it was trained, `lessons` what reviewers had taught beside them.
    """

    file: str
    sha256: str
    version: str
    inputs: str
    knowledge_version: str
    trained_at: str
    lessons: str = ""


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
    return read_record(settings.models / RECORD)


def read_record(path: Path) -> ModelRecord | None:
    """Returns the record in a file, or None where there is no such file.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        record = ModelRecord(**json.loads(path.read_text(encoding="utf-8")))
        if not all(isinstance(value, str) for value in asdict(record).values()):
            raise TypeError("every value is a text")
        if Path(record.file).name != record.file:
            raise ValueError("the archive lies beside its record")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path} is damaged; run partnerguide train") from error
    return record


def is_stale(settings: Settings) -> bool:
    """Returns whether the model is missing, or was trained from something else than what is here now."""
    record = current(settings)
    if record is None or record.inputs != inputs_hash(settings) or not (settings.models / record.file).is_file():
        return True
    taught = present_digest(settings)
    return taught is not None and record.lessons != taught


def verified_model(settings: Settings) -> tuple[Path, ModelRecord]:
    """Returns the model to load, after checking that it is the file that was trained here.

    Raises:
        ModelError: there is no model, or the file is not the one that was trained.
    """
    record = current(settings)
    if record is None:
        raise ModelError("there is no trained model; run partnerguide train")
    return verified(settings, record), record


def verified(settings: Settings, record: ModelRecord) -> Path:
    """Returns the archive of a record, after checking that it is the file that was trained here.

    Raises:
        ModelError: it is another file, or gone.
    """
    path = settings.models / record.file
    try:
        actual = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read; run partnerguide train") from error
    if actual != record.sha256:
        raise ModelError(f"{path} is not the file that was trained here; run partnerguide train")
    return path


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Lets one training at a time run in a folder of models; a second one waits until the first has ended.

    Raises:
        ModelError: the folder cannot be written.
    """
    try:
        settings.models.mkdir(parents=True, exist_ok=True)
        lock = (settings.models / LOCK).open("w", encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{settings.models} cannot be written ({error.strerror}); free space or set PARTNERGUIDE_VAR"
        ) from error
    with lock:
        # The kernel lets go of it when the process ends, however it ends.
        fcntl.flock(lock, fcntl.LOCK_EX)
        taught.discard(settings.var)
        yield


def train(
    settings: Settings, progress: Callable[[str], None] = lambda step: None, *, activate: bool = True
) -> ModelRecord:
    """Trains a model from the files and from what reviewers have taught beside them.

    Args:
        progress: called with the name of each component as its training starts.
        activate: whether it becomes the current model; otherwise it lies beside that one as a candidate.

    Raises:
        ModelError: the data cannot be trained from, or the model cannot be written.
        StoreError: what reviewers have taught cannot be read.
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
    examples = _taught(settings)
    name = _free_name(settings.models, inputs)
    from bot.dialogue.postponing import postpone
    from bot.dialogue.quiet import quieten_rasa

    postpone()
    quieten_rasa()
    import rasa.model_training

    listener = _Listener(progress)
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.addHandler(listener)
    level, hooks.propagate = hooks.level, False
    hooks.setLevel(logging.INFO)
    try:
        with _quickly_packed(), taught.written(settings.var, _by_label(settings, examples)) as beside:
            result = rasa.model_training.train(
                domain=str(settings.nlu_data / "domain"),
                config=str(settings.root / "config.yml"),
                training_files=[str(settings.nlu_data), *(str(path) for path in beside)],
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
    record = _record(settings, Path(result.model), inputs, digest(examples))
    from bot.dialogue import registry  # which knows of this module

    if activate:
        registry.activate(settings, record.version)
    registry.prune(settings)
    return record


@contextlib.contextmanager
def _quickly_packed() -> Iterator[None]:
    """Has archives packed without effort meanwhile; Rasa leaves it to tarfile, which takes the greatest (3.6.21)."""
    thorough = tarfile.TarFile.__dict__["gzopen"]

    def quick(cls: type[tarfile.TarFile], *arguments: Any, **options: Any) -> tarfile.TarFile:
        opened: tarfile.TarFile = thorough.__func__(cls, *arguments, **{"compresslevel": _PACKING, **options})
        return opened

    tarfile.TarFile.gzopen = classmethod(quick)  # type: ignore[method-assign,assignment]  # for the length of a training
    try:
        yield
    finally:
        tarfile.TarFile.gzopen = thorough  # type: ignore[method-assign]  # as it was


def _free_name(folder: Path, inputs: str) -> str:
    moment = f"{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%SZ}"
    name, number = f"{moment}-{inputs}", 1
    while (folder / f"{name}.tar.gz").exists():  # small projects are trained twice within a second
        name, number = f"{moment}.{number}-{inputs}", number + 1
    return name


def make_current(settings: Settings, record: ModelRecord) -> None:
    """Has a recorded model answer from now on, in this process's next start and in those that follow the record."""
    write_beside(settings.models / RECORD, asdict(record))


def write_beside(path: Path, data: dict[str, Any]) -> None:
    """Writes a JSON file beside and moves it into place, so that nobody ever reads half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def _taught(settings: Settings) -> list[Example]:
    """Returns what reviewers have taught, without a database where there is none."""
    if present_digest(settings) == "":
        return []
    with LessonStore.from_settings(settings) as store:
        return store.examples()


def intents_of(nlu_data: Path) -> set[str]:
    """Returns the intents that the domain names; what is wrong with its files is Rasa's to say.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    found: set[str] = set()
    for path in sorted((nlu_data / "domain").glob("*.yml")):
        named = read_yaml(path).get("intents")
        for intent in named if isinstance(named, list) else ():
            found.add(str(next(iter(intent), "")) if isinstance(intent, dict) else str(intent))
    return found


def _by_label(settings: Settings, examples: Sequence[Example]) -> dict[str, list[dict[str, str]]]:
    """Returns what is taught about each entry or intent that is there (still)."""
    if not examples:
        return {}
    entries = load(settings.knowledge).entries
    intents = intents_of(settings.nlu_data)
    by_label: dict[str, list[dict[str, str]]] = {}
    for example in examples:
        kind, _, entry = example.label.partition("/")
        if (entry in entries and not entries[entry].is_term) if entry else kind in intents:
            by_label.setdefault(example.label, []).append({"text": example.text})
    return by_label


def _record(settings: Settings, model: Path, inputs: str, lessons: str) -> ModelRecord:
    record = ModelRecord(
        file=model.name,
        sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        version=model.name.removesuffix(".tar.gz"),
        inputs=inputs,
        knowledge_version=folder_hash(settings.knowledge),
        trained_at=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        lessons=lessons,
    )
    write_beside(model.with_name(f"{record.version}.json"), {"record": asdict(record)})
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
