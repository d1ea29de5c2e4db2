"""What all tests share: a small knowledge base, and one trained model per run."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import hypothesis
import pytest

from bot.dialogue.postponing import postpone
from bot.processor import settle
from bot.store import migrations
from tests import databases
from tests.leaks import LeakPlugin
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).parent / "partnerguide"

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", RASA_TELEMETRY_ENABLED="false", LOG_LEVEL="ERROR")
#: The folder of official texts, which are no part of the repository; tests on them are skipped where it is not set.
OFFICIAL_TEXTS = os.environ.get("PARTNERGUIDE_SOURCES")
# Programs that tests start keep compiled bytecode: without it each takes twice as long to load Rasa (2026-11-20).
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# As our own entry points do: matrices for this processor, and Rasa without TensorFlow, half of the time of its import.
settle(os.environ)
postpone()
# A shell has what it runs in the background ignore Ctrl-C, and so would the programs that tests send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for name in [name for name in os.environ if name.startswith("PARTNERGUIDE_") or name == "TELEGRAM_BOT_TOKEN"]:
    del os.environ[name]  # a developer's own settings are not what is tested
# The same examples in every run, each given the time it takes: the first to cut a text into words loads a dictionary.
hypothesis.settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Has what the run writes looked through when it ends."""
    config.pluginmanager.register(LeakPlugin(config), "leaks")


def pytest_xdist_auto_num_workers() -> int:
    """Returns two processes more than there are processors: tests wait for servers and programs much of the time."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files that need the trained model last, since it is trained meanwhile.

    Before them those with many tests come first; among them those with few, which take longest, so that all processes
    end at about the same time. Those that wait most, of the Telegram front and of faults, take turns with the others.
    """
    count = Counter(item.path for item in items)
    needing = {item.path for item in items if "models" in getattr(item, "fixturenames", ())}
    few_first = sorted(needing, key=lambda path: (count[path], path))
    waiting = [path for path in few_first if "telegram" in path.parts or "faults" in path.parts]
    turn = {
        path: number
        for kind in (waiting, [path for path in few_first if path not in waiting])
        for number, path in enumerate(kind)
    }
    items.sort(key=lambda item: (item.path in turn, turn.get(item.path, -count[item.path]), str(item.path)))


@pytest.fixture(autouse=True, scope="session")
def quick_databases() -> Iterator[None]:
    """Has empty databases made by the statements that made the first one of their kind."""
    migrations._run = databases.quickly
    yield
    migrations._run = databases.by_alembic


@pytest.fixture(autouse=True)
def same_logging() -> Iterator[None]:
    """Sees to it that no test leaves a handler behind that writes, or fails to, what later tests log."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    left = [handler for handler in root.handlers if handler not in before]
    for handler in left:
        root.removeHandler(handler)
    assert not left, f"handlers left at the root logger: {left}"


@pytest.fixture(autouse=True, scope="session")
def overheard() -> Iterator[None]:
    """Says again what programs that a test has run to their end wrote to their standard error, to be looked through."""
    communicate = subprocess.Popen.communicate

    def passed_on(process: subprocess.Popen[Any], *arguments: Any, **named: Any) -> tuple[Any, Any]:
        said, errors = communicate(process, *arguments, **named)
        if errors:
            sys.stderr.write(errors if isinstance(errors, str) else errors.decode("utf-8", "replace"))
        return said, errors

    subprocess.Popen.communicate = passed_on  # type: ignore[method-assign]
    yield
    subprocess.Popen.communicate = communicate  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the model that this checkout trains, trained now where it is missing or stale."""
    subprocess.run([PROGRAM, "train", "--if-stale"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return ROOT / "var" / "models"


def make_var(folder: Path, models: Path) -> Path:
    """Makes a folder for everything the program writes, with the trained model in it."""
    _link(models, folder / "var" / "models")
    return folder / "var"


def _link(models: Path, place: Path) -> None:
    """Links the files of a model into a new folder, or copies them to another file system; the lock stays its own."""

    def one(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    shutil.copytree(models, place, copy_function=one, ignore=shutil.ignore_patterns(".lock"))


@pytest.fixture
def var(tmp_path: Path, models: Path) -> Path:
    """A folder of its own for everything the program writes, with the trained model in it."""
    return make_var(tmp_path, models)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that nobody listens on; that of pytest-asyncio may be given to a connection before it is used."""
    return free_ports()[0]


@contextlib.contextmanager
def started(
    var: Path, *arguments: str, before: Sequence[str] = (), text: bool = True, **environment: str
) -> Iterator[subprocess.Popen[Any]]:
    """Starts the program in a folder of its own, the words `before` in front of it; it ends with the block.

    What it writes to its standard error is kept in a file, too, which is looked through when the run ends.
    """
    with subprocess.Popen(
        [*before, PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=text,
        cwd=ROOT,
        env={**os.environ, "PARTNERGUIDE_VAR": str(var), **environment},
    ) as process:
        keeping = kept(process, "stderr", var.parent)
        try:
            yield process
        finally:
            process.kill()
            process.stderr.close()  # so that nobody waits for somebody to read on
            keeping.join(30)
            if keeping.is_alive():
                raise AssertionError(f"{arguments}: a process that it started has outlived it and holds its pipe")


def kept(process: subprocess.Popen[Any], name: Literal["stdout", "stderr"], folder: Path) -> threading.Thread:
    """Has what a process writes to one of its pipes kept in a file, which is looked through when the run ends.

    It is passed on to whoever reads the pipe; once that has come to its end, the file is whole, too.
    """
    source = getattr(process, name)
    reading, writing = os.pipe()
    setattr(process, name, os.fdopen(reading, "r" if process.text_mode else "rb"))
    path = folder / f"{name}-{process.pid}.log"

    def copy() -> None:
        with source, os.fdopen(writing, "wb", buffering=0) as onward, path.open("wb") as log:
            while chunk := os.read(source.fileno(), 65536):
                log.write(chunk)
                with contextlib.suppress(OSError):  # nobody reads any more
                    onward.write(chunk)

    thread = threading.Thread(target=copy, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def partnerguide(var: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the program as a person does, in a folder of its own; keyword arguments set its environment."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [PROGRAM, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PARTNERGUIDE_VAR": str(var), **environment},
            timeout=120,
            check=False,
        )
        sys.stderr.write(done.stderr)  # so that it is looked through when the run ends
        return done

    return run


@pytest.fixture(scope="session")
def dialogue(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The dialogue with the trained model, opened once in this process, its log in a folder of its own."""
    from bot import services
    from bot.dialogue.door import open_dialogue
    from bot.settings import Settings

    folder = tmp_path_factory.mktemp("dialogue") / "var"
    _link(models, folder / "models")
    os.environ["PARTNERGUIDE_VAR"] = str(folder)
    os.environ["PARTNERGUIDE_OPERATOR"] = "Partnerships Desk"
    os.environ["PARTNERGUIDE_CONTACT"] = "desk@example.org"
    services.use(None)
    opened = open_dialogue(Settings.from_env())
    for name in ("PARTNERGUIDE_VAR", "PARTNERGUIDE_OPERATOR", "PARTNERGUIDE_CONTACT"):
        del os.environ[name]
    yield opened
    opened.store.close()
    services.use(None)
