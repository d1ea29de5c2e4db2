"""From the command to the first answer, and the memory it takes; against `rasa shell` with the same model."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.speed import stock
from benchmarks.speed.asked import questions
from benchmarks.speed.children import PROGRAM, RASA, environment, folder
from benchmarks.speed.measures import family, memory, over_rounds, worked_s
from bot.dialogue import training
from bot.errors import BotError
from bot.settings import PROJECT_ROOT, Settings

NAME = "start"
_PATIENCE_S = 180


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the figures of `partnerguide ask --jsonl`, without the first run, which fills the system's caches."""
    rounds = 1 if is_short else 5
    with folder(settings.models) as var:
        measured = [_ours_once(var) for _ in range(rounds + 1)]
    return {"start": over_rounds(measured[1:])}


def baseline(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the figures of `rasa shell`; its action server runs already and is not counted."""
    rounds = 1 if is_short else 3
    with stock.serving(settings, "product") as serving, tempfile.TemporaryDirectory() as name:
        port = [word for word in _words(serving.processes["actions"]) if word.isdecimal()][-1]
        endpoints = Path(name) / "endpoints.yml"
        endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{port}/webhook\n")
        measured = [_shell_once(settings, endpoints) for _ in range(rounds + 1)]
    return {"start": over_rounds(measured[1:])}


def _ours_once(var: Path) -> dict[str, float]:
    began = time.perf_counter()
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [PROGRAM, "ask", "--jsonl"], cwd=PROJECT_ROOT, env=environment(var), stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"id": 1, "session": "a", "text": questions(1)[0]}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        seconds = time.perf_counter() - began
        if "reply" not in line:
            raise BotError("partnerguide ask answered nothing; run it by hand")
        found = {"first_answer_s": seconds, "cpu_s": worked_s(process.pid), **memory(process.pid)}
        process.stdin.close()
        process.wait(timeout=60)
    return found


def _shell_once(settings: Settings, endpoints: Path) -> dict[str, float]:
    import pexpect

    model, _ = training.verified_model(settings)
    environ = {**environment(settings.var), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    words = ["shell", "--model", str(model), "--endpoints", str(endpoints)]
    began = time.perf_counter()
    shell = pexpect.spawn(str(RASA), words, cwd=str(PROJECT_ROOT), env=environ, timeout=_PATIENCE_S, encoding="utf-8")
    try:
        shell.expect("Your input ->")
        ready = time.perf_counter() - began
        shell.send(questions(1)[0] + "\r")
        shell.expect("Source|出处|Your input ->.*Your input ->")
        seconds = time.perf_counter() - began
        own = [process for process in family(shell.pid) if process != os.getpid()]
        held = [memory(process) for process in own]
        used = sum(worked_s(process) for process in own)
        return {
            "first_answer_s": seconds,
            "prompt_s": ready,
            "cpu_s": used,
            **{key: max(each.get(key, 0) for each in held) for key in ("memory_bytes", "peak_bytes")},
        }
    except pexpect.ExceptionPexpect as error:
        raise BotError("rasa shell did not answer; run it by hand") from error
    finally:
        with contextlib.suppress(OSError):
            shell.close(force=True)


def _words(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
