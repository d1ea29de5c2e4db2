"""`partnerguide review worker`: carries out what the console and commands ask for."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from bot import logs
from bot.cli._sending import sending
from bot.errors import BotError
from bot.settings import Settings
from bot.store.accounts import ATTEMPT_MINUTES, AccountStore
from bot.store.jobs import KINDS, JobStore

logger = logging.getLogger(__name__)
_COMMAND = "import sys; from bot.cli import main; sys.exit(main())"
#: A program that has just been told to end has so long to do so.
_LAST_S = 10
#: A worker that has ended begins again after so long; where it ends again at once, after twice as long each time.
_PAUSE_S, _STEADY_S = 1.0, 60.0


def add_action(actions: Any) -> None:
    """Adds the action to the command `review`."""
    worker = actions.add_parser("worker", help="carry out jobs: train, evaluate, activate, send")
    worker.add_argument("--once", action="store_true", help="carry out what waits, then end")
    worker.add_argument(
        "--kinds", default=",".join(KINDS), type=_kinds, help="only these kinds of jobs (default: %(default)s)"
    )
    worker.set_defaults(run=_work)


def _kinds(typed: str) -> list[str]:
    wanted = [word.strip() for word in typed.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in KINDS]
    if unknown or not wanted:
        raise argparse.ArgumentTypeError(f"{typed!r} is no list of {', '.join(KINDS)}")
    return wanted


def _work(options: argparse.Namespace, settings: Settings) -> int:
    logs.configure(logging.INFO, as_json=settings.log_format == "json")
    kinds = options.kinds if isinstance(options.kinds, list) else _kinds(options.kinds)
    with JobStore.from_settings(settings) as jobs:
        jobs.is_waiting()  # an unusable database ends the command, not its first job
        if options.once:
            _work_once(jobs, settings, kinds)
        else:
            _work_on(jobs, settings, kinds)
    return 0


def _work_once(jobs: JobStore, settings: Settings, kinds: list[str]) -> None:
    from bot.cli._output import own_output

    worker = _worker(jobs, settings, kinds)
    with own_output():
        while worker.run_once():
            pass


def _work_on(jobs: JobStore, settings: Settings, kinds: list[str]) -> None:
    """Works until told to stop: what is light in this process, what is heavy in one of its own, which ends after it.

    So a message is not kept waiting by a training, and a training's memory is given back.
    """
    from bot.teaching.working import HEAVY, LIGHT

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    heavy = [kind for kind in kinds if kind in HEAVY]
    lane = threading.Thread(target=_heavy_lane, args=(jobs, heavy, stop), name="heavy", daemon=True)
    if heavy:
        lane.start()
    tidying = threading.Thread(target=_tidy, args=(jobs, settings, stop), name="tidy", daemon=True)
    tidying.start()
    worker = _worker(jobs, settings, [kind for kind in kinds if kind in LIGHT])
    print("partnerguide: the worker waits for jobs; Ctrl+C ends it", file=sys.stderr, flush=True)
    worker.run(stop)
    tidying.join()
    if heavy:
        lane.join()


def _tidy(jobs: JobStore, settings: Settings, stop: threading.Event) -> None:
    """Deletes, every quarter of an hour, what the console has kept for long enough."""
    with AccountStore.from_settings(settings) as accounts:
        while not stop.is_set():
            now = datetime.datetime.now(datetime.timezone.utc)
            try:
                accounts.purge(now)
                jobs.purge(settings.enquiry_retention_days, now)
            except BotError as error:
                logger.warning("what is old could not be deleted: %s", error)
            stop.wait(ATTEMPT_MINUTES * 60)


def _heavy_lane(jobs: JobStore, kinds: list[str], stop: threading.Event) -> None:
    while not stop.wait(1.0):
        try:
            is_waiting = jobs.is_waiting(kinds)
        except BotError as error:
            logger.warning("jobs cannot be read: %s", error)
            continue
        if is_waiting:
            _run(stop, "worker", "--once", "--kinds", ",".join(kinds))


@contextlib.contextmanager
def kept_running(*words: str) -> Iterator[None]:
    """Has `partnerguide review …` run beside the block in a process of its own, begun again whenever it ends."""
    stop = threading.Event()
    lane = threading.Thread(target=_keep, args=(stop, words), name="keep")
    lane.start()
    try:
        yield
    finally:
        stop.set()
        lane.join()


def _keep(stop: threading.Event, words: tuple[str, ...]) -> None:
    pause_s = _PAUSE_S
    while not stop.is_set():
        began = time.monotonic()
        code = _run(stop, *words)
        if stop.is_set():
            return
        # What ends at once each time, as beside an unusable database, is not begun a hundred times a minute.
        pause_s = _PAUSE_S if time.monotonic() - began > _STEADY_S else min(pause_s * 2, _STEADY_S)
        logger.warning("partnerguide review %s has ended (%s); it begins again in %.0f s", words[0], code, pause_s)
        stop.wait(pause_s)


def _run(stop: threading.Event, *words: str) -> int | None:
    """Runs `partnerguide review …` to its end, or until told to stop; returns its exit code, None where it was."""
    with started(*words) as process:
        while process.poll() is None and not stop.wait(0.2):
            pass
        return process.returncode


@contextlib.contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `partnerguide review …` in a process of its own, which is ended with the block."""
    # Its own program with words of ours. In a group of its own, so that Ctrl+C reaches it through this process alone.
    process = subprocess.Popen([sys.executable, "-c", _COMMAND, "review", *words], start_new_session=True)  # noqa: S603
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LAST_S)
        if process.poll() is None:
            process.kill()
            process.wait()


def _worker(jobs: JobStore, settings: Settings, kinds: list[str]) -> Any:
    from bot.teaching.working import Worker, model_handlers

    known = {**model_handlers(settings, jobs), "send": sending(settings)}
    return Worker(jobs, {kind: handler for kind, handler in known.items() if kind in kinds})
