"""A worker: takes jobs, carries them out with visible progress, and loses them to another one when it is killed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue import registry, training
from bot.errors import BotError, StoreError
from bot.knowledge.loader import load
from bot.settings import Settings
from bot.store.jobs import LEASE_S, Job, JobStore
from bot.teaching.crossing import cross_validate
from bot.teaching.judging import Report, judge

logger = logging.getLogger(__name__)

#: What takes minutes and gigabytes, and what takes a moment: one must not wait for the other.
HEAVY, LIGHT = ("train", "evaluate", "cross_validate"), ("activate", "discard", "send")
#: The components whose training takes time; each is a step of the progress.
_TRAINING_STEPS = 4
_LOOK_EVERY_S = 1.0


def _nothing(job: Job) -> None:
    return None


@dataclass(frozen=True)
class Handler:
    """How jobs of one kind are carried out: `run` returns the result; `given_up` is told of one that never ended."""

    run: Callable[[Job, Report], dict[str, Any]]
    given_up: Callable[[Job], None] = _nothing


class LostJobError(StoreError):
    """The job was taken away while it was carried out, because its lease had run out."""


class Worker:
    """Carries jobs out, one at a time."""

    def __init__(self, jobs: JobStore, handlers: Mapping[str, Handler], *, lease_s: float = LEASE_S) -> None:
        """`handlers` are keyed by the kind of job."""
        self._jobs = jobs
        self._handlers = handlers
        self._lease_s = lease_s

    def run_once(self) -> bool:
        """Carries out the oldest job that waits; returns whether there was one.

        Raises:
            StoreError: the database is away.
        """
        job = self._jobs.take(tuple(self._handlers), self._lease_s, self._given_up)
        if job is None:
            return False
        logger.info("job %s (%s) begins", job.id, job.kind)
        with _Lease(self._jobs, job, self._lease_s) as lease:
            try:
                result = self._handlers[job.kind].run(job, lease.report)
            except LostJobError:
                logger.warning("job %s (%s) was taken away", job.id, job.kind)
                return True
            except BotError as error:
                self._jobs.fail(job, str(error))
                logger.warning("job %s (%s) failed: %s", job.id, job.kind, error)
                return True
            except Exception as error:  # a fault of the program ends one job, not the worker
                logger.exception("job %s (%s) failed", job.id, job.kind)
                self._jobs.fail(job, f"a fault of the program ({type(error).__name__}); its log tells more")
                return True
        self._jobs.finish(job, result)
        logger.info("job %s (%s) is done", job.id, job.kind)
        return True

    def run(self, stop: threading.Event, every_s: float = _LOOK_EVERY_S) -> None:
        """Carries jobs out until told to stop; while the database is away, it waits for it."""
        while not stop.is_set():
            try:
                if self.run_once():
                    continue
            except StoreError as error:
                logger.warning("jobs cannot be read: %s", error)
            stop.wait(every_s)

    def _given_up(self, job: Job) -> None:
        logger.warning("job %s (%s) is given up: %s", job.id, job.kind, job.problem)
        self._handlers[job.kind].given_up(job)


class _Lease:
    """Keeps a job the worker's own while it is carried out, beside the work."""

    def __init__(self, jobs: JobStore, job: Job, lease_s: float) -> None:
        self._jobs = jobs
        self._job = job
        self._lease_s = lease_s
        self._over = threading.Event()
        self._is_lost = False
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> _Lease:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def report(self, share: float, step: str) -> None:
        """Notes the progress.

        Raises:
            LostJobError: the job is no longer the worker's.
        """
        try:
            is_ours = self._jobs.progress(self._job, share, step)
        except StoreError as error:  # a progress that is not seen is no reason to stop
            logger.debug("progress was not noted: %s", error)
            is_ours = not self._is_lost
        if not is_ours:
            raise LostJobError(f"job {self._job.id} is another worker's by now")

    def _renew(self) -> None:
        while not self._over.wait(self._lease_s / 3):
            try:
                self._is_lost = not self._jobs.renew(self._job, self._lease_s)
            except StoreError as error:
                logger.warning("a lease was not renewed: %s", error)


def model_handlers(settings: Settings, jobs: JobStore) -> dict[str, Handler]:
    """Returns the handlers of all jobs about models."""

    def train(job: Job, report: Report) -> dict[str, Any]:
        begun: list[str] = []

        def progress(step: str) -> None:
            if step not in begun:
                begun.append(step)
            report((len(begun) - 1) / _TRAINING_STEPS, step)

        report(0.0, "waiting_for_training")
        with training.alone(settings):
            report(0.0, "reading")
            record = training.train(settings, progress, activate=False)
        # A model that nobody has measured is nothing to decide on.
        evaluation = jobs.add("evaluate", {"version": record.version}, job.requested_by)
        return {"version": record.version, "evaluation": evaluation}

    def evaluate(job: Job, report: Report) -> dict[str, Any]:
        return judge(settings, str(job.arguments.get("version", "")), job.id, report)

    def activate(job: Job, report: Report) -> dict[str, Any]:
        if job.arguments.get("back"):
            return {"version": registry.roll_back(settings).version}
        return {"version": registry.activate(settings, str(job.arguments.get("version", ""))).version}

    def discard(job: Job, report: Report) -> dict[str, Any]:
        version = str(job.arguments.get("version", ""))
        registry.discard(settings, version)
        return {"version": version}

    def cross(job: Job, report: Report) -> dict[str, Any]:
        found = cross_validate(settings, load(settings.knowledge), report)
        return {"examples": sum(those["asked"] for those in found["languages"].values())}

    runs = {"train": train, "evaluate": evaluate, "activate": activate, "discard": discard, "cross_validate": cross}
    return {kind: Handler(run) for kind, run in runs.items()}
