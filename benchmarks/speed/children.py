"""Starting the processes that are measured, and waiting for what they say."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.commands import measured_apart
from bot.errors import BotError
from bot.settings import PROJECT_ROOT

PROGRAM = Path(sys.executable).with_name("partnerguide")
RASA = Path(sys.executable).with_name("rasa")
SECRET = "measured, not secret"  # noqa: S105
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "ERROR"}


def environment(var: Path, **more: str) -> dict[str, str]:
    """Returns the environment of a measured process: this one's without settings of the guide, and the given."""
    own = {n: v for n, v in os.environ.items() if not n.startswith(("PARTNERGUIDE_", "TELEGRAM_"))}
    return {**own, **_QUIET, "PARTNERGUIDE_VAR": str(var), "PARTNERGUIDE_SECRET": SECRET, **more}


@contextlib.contextmanager
def folder(models: Path) -> Iterator[Path]:
    """Yields a new folder for everything a measured process writes, with the models in it."""
    with tempfile.TemporaryDirectory(prefix="partnerguide-bench") as name:
        (Path(name) / "models").symlink_to(models)
        yield Path(name)


def measured(module: str, spec: Mapping[str, Any], under: Sequence[str] = ()) -> dict[str, Any]:
    """Returns what a module of this package measured in a process of its own, in the project of `spec["root"]`.

    Args:
        under: the words of a program that starts the process and watches it.

    Raises:
        BotError: the process failed.
    """
    environ = environment(Path(spec["var"]))
    return measured_apart(f"benchmarks.speed.{module}", spec, Path(spec["root"]), environ, under)


def timed(words: Sequence[str], place: Path, environ: Mapping[str, str]) -> dict[str, float]:
    """Runs a training in `place` to its end, and returns its seconds, processor seconds and most memory in bytes.

    Raises:
        BotError: it failed.
    """
    began = time.perf_counter()
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*words],
        cwd=place,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=pipe,
        text=True,
    ) as process:
        said = process.stderr.read() if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BotError(f"training failed: {(said.strip().splitlines() or ['no message'])[-1]}")
    return {
        "train_s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * 1024,
    }


@contextlib.contextmanager
def running(
    words: Sequence[str], environ: Mapping[str, str], printed: Path, place: Path = PROJECT_ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program in `place` for the time of the block; what it prints goes into a file."""
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [*words], cwd=place, env=dict(environ), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        process.kill()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], printed: Path, timeout_s: float = 180.0) -> None:
    """Waits until a server answers 200, or anything at all where it knows no such page.

    Raises:
        BotError: it ended, or took too long.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # an address of this machine
                return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            last = printed.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise BotError(f"{url} does not answer: {last[0] if last else 'no message'}")
        time.sleep(0.05)


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
