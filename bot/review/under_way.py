"""What the worker has been asked to do, as the pages show it: how far it is, and that nobody takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.review.visit import Visit
from bot.store.jobs import Job, JobStore
from bot.teaching.working import HEAVY, LIGHT

#: The jobs that the pages on teaching and models are about.
KINDS = ("train", "evaluate", "activate", "discard", "cross_validate")
#: A worker looks for jobs every second; one that has waited for so long, with nothing before it, finds none.
PATIENCE = timedelta(seconds=30)
_SHOWN = 5
#: More replies never wait at once; the one that is being sent is the oldest of them.
_MOST = 1000


def under_way(visit: Visit) -> dict[str, Any]:
    """Returns what `teach_progress.html` shows: the newest jobs, and which of them no worker takes."""
    jobs = visit.console.store(JobStore)
    unfinished = jobs.list(KINDS, unfinished=True)
    return {
        "jobs": jobs.list(KINDS, limit=_SHOWN),
        "is_busy": bool(unfinished),
        "job_step": lambda job: _step(visit, job),
        "untaken": untaken(unfinished, datetime.now(timezone.utc)),
    }


def untaken_replies(visit: Visit) -> frozenset[int]:
    """Returns the parts of threads, by id, that a worker should have sent long ago."""
    unfinished = visit.console.store(JobStore).list(LIGHT, _MOST, unfinished=True)
    late = untaken(unfinished, datetime.now(timezone.utc))
    return frozenset(job.arguments.get("note", 0) for job in unfinished if job.kind == "send" and job.id in late)


def untaken(jobs: Sequence[Job], now: datetime) -> frozenset[str]:
    """Returns the ids of the jobs that a worker should have taken long ago.

    A job that waits for another one of its kind of work is none of them, unless that one's worker has gone as well.
    """
    found = set()
    for kinds in (HEAVY, LIGHT):
        mine = [job for job in jobs if job.kind in kinds]
        if not any(job.state == "running" and _is_held(job, now) for job in mine):
            found |= {job.id for job in mine if job.state == "waiting" and now - job.created_at > PATIENCE}
            found |= {job.id for job in mine if job.state == "running"}
    return frozenset(found)


def _is_held(job: Job, now: datetime) -> bool:
    return job.lease_until is not None and now - job.lease_until <= PATIENCE


def _step(visit: Visit, job: Job) -> str:
    return visit.words.either(f"teach.step_{job.step}", job.step) if job.step else ""
