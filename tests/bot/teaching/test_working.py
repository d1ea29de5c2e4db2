from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.errors import ModelError
from bot.store.jobs import JobStore
from bot.teaching.working import Handler, Worker
from tests.conftest import ROOT


@pytest.fixture
def jobs(url):
    with JobStore(url) as opened:
        yield opened


@pytest.fixture
def worker(jobs):
    """Makes a worker whose training is a function of the test's."""

    def make(run, given_up=None, lease_s=60.0):
        handler = Handler(run, given_up) if given_up else Handler(run)
        return Worker(jobs, {"train": handler}, lease_s=lease_s)

    return make


def test_carries_a_job_out_with_visible_progress(jobs, worker):
    id = jobs.add("train", {"number": 3})
    seen = []

    def run(job, report):
        report(0.5, "rules")
        seen.append((jobs.get(id).state, jobs.get(id).share, jobs.get(id).step))
        return {"number": job.arguments["number"]}

    assert worker(run).run_once()
    assert seen == [("running", 0.5, "rules")]
    assert (jobs.get(id).state, jobs.get(id).result) == ("done", {"number": 3})
    assert not worker(run).run_once()


def test_leaves_kinds_of_others_alone(jobs, worker):
    jobs.add("send")
    assert not worker(lambda job, report: {}).run_once()


def test_says_why_a_job_failed(jobs, worker):
    def run(job, report):
        raise ModelError("no room on the disk")

    id = jobs.add("train")
    assert worker(run).run_once()
    assert (jobs.get(id).state, jobs.get(id).problem) == ("failed", "no room on the disk")


def test_outlives_a_fault_of_the_program(jobs, worker, caplog):
    def run(job, report):
        raise KeyError("a secret")

    id = jobs.add("train")
    assert worker(run).run_once()
    assert jobs.get(id).problem == "a fault of the program (KeyError); its log tells more"


def test_keeps_the_lease_while_it_works(jobs, worker):
    jobs.add("train")
    renewed = threading.Event()
    renew = jobs.renew
    jobs.renew = lambda *arguments: renew(*arguments) and (renewed.set() or True)

    def run(job, report):
        return {"renewed": renewed.wait(120), "taken": jobs.take() is not None}

    assert worker(run, lease_s=2).run_once()
    assert [job.result for job in jobs.list()] == [{"renewed": True, "taken": False}]


def test_stops_when_the_job_is_taken_away(jobs, worker):
    id = jobs.add("train")

    def run(job, report):
        jobs.renew(job, -1)
        assert jobs.take(lease_s=60).id == id
        report(0.5, "rules")
        raise AssertionError("it must not go on")

    assert worker(run).run_once()
    assert jobs.get(id).state == "running"  # by the other one


def test_tells_of_a_job_that_is_given_up(jobs, worker):
    jobs.add("train")
    for _ in range(2):
        jobs.take(lease_s=-1)
    told = []
    assert not worker(lambda job, report: {}, told.append).run_once()
    assert [job.state for job in told] == ["failed"]


DIES = """
import os, signal, sys
from bot.store.jobs import JobStore
from bot.teaching.working import Handler, Worker

def run(job, report):
    report(0.25, "rules")
    os.kill(os.getpid(), signal.SIGKILL)

Worker(JobStore(sys.argv[1]), {"train": Handler(run)}, lease_s=0.5).run_once()
"""


def test_takes_over_the_job_of_a_worker_that_was_killed(jobs, worker, url):
    id = jobs.add("train")
    child = subprocess.run([sys.executable, "-c", DIES, url], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert child.returncode == -9, child.stderr
    left = jobs.get(id)
    assert (left.state, left.share, left.step) == ("running", 0.25, "rules")
    again = worker(lambda job, report: {"attempts": job.attempts})
    while not again.run_once():  # until the lease of half a second has run out
        pass
    assert (jobs.get(id).state, jobs.get(id).result) == ("done", {"attempts": 2})


def test_works_until_told_to_stop(jobs, worker):
    stop = threading.Event()
    done = threading.Event()

    def run(job, report):
        done.set()
        return {}

    thread = threading.Thread(target=worker(run).run, args=(stop, 0.01))
    thread.start()
    id = jobs.add("train")
    assert done.wait(120)
    stop.set()
    thread.join(120)
    assert not thread.is_alive()
    assert jobs.get(id).state == "done"


def test_waits_for_a_database_that_is_away(tmp_path, caplog):
    path = Path(tmp_path / "guide.db")
    path.mkdir()
    stop = threading.Event()
    worker = Worker(JobStore(f"sqlite:///{path}"), {"train": Handler(lambda job, report: stop.set() or {})})
    thread = threading.Thread(target=worker.run, args=(stop, 0.01))
    thread.start()
    while "jobs cannot be read" not in caplog.text:
        assert thread.is_alive()
    path.rmdir()
    with JobStore(f"sqlite:///{path}") as jobs:
        jobs.add("train")
        assert stop.wait(120)
    thread.join(120)
