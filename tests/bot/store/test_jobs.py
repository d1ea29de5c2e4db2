from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.store.jobs import KINDS, JobStore


@pytest.fixture
def jobs(url):
    with JobStore(url) as opened:
        yield opened


def test_takes_the_oldest_of_the_kinds_asked_for(jobs):
    first = jobs.add("train", requested_by="ada")
    jobs.add("train")
    sending = jobs.add("send", {"reference": "X"})
    assert jobs.take(["send"]).id == sending
    taken = jobs.take(["train", "evaluate"])
    assert (taken.id, taken.state, taken.requested_by, taken.attempts) == (first, "running", "ada", 1)
    assert jobs.take(["evaluate"]) is None


def test_knows_no_other_kinds(jobs):
    with pytest.raises(ValueError, match="'bake'"):
        jobs.add("bake")


def test_shows_how_far_a_job_is(jobs):
    id = jobs.add("train")
    job = jobs.take()
    assert jobs.progress(job, 0.5, "rules")
    assert (jobs.get(id).share, jobs.get(id).step, jobs.get(id).is_over) == (0.5, "rules", False)
    assert jobs.finish(job, {"version": "v"})
    done = jobs.get(id)
    assert (done.state, done.share, done.result, done.lease_until, done.is_over) == (
        "done", 1.0, {"version": "v"}, None, True,
    )  # fmt: skip


def test_says_why_a_job_failed(jobs):
    id = jobs.add("train")
    jobs.fail(jobs.take(), "no room on the disk")
    assert (jobs.get(id).state, jobs.get(id).problem) == ("failed", "no room on the disk")
    assert jobs.take() is None


def test_gives_a_job_to_another_when_its_worker_is_gone(jobs):
    jobs.add("train")
    gone = jobs.take(lease_s=-1)
    assert jobs.is_waiting()
    again = jobs.take()
    assert (again.id, again.attempts) == (gone.id, 2)
    assert not jobs.is_waiting()
    # The first one comes back and finds that the job is no longer its own.
    assert not jobs.renew(gone)
    assert not jobs.progress(gone, 0.9)
    assert not jobs.finish(gone)
    assert jobs.finish(again)


def test_keeps_a_job_whose_lease_is_renewed(jobs):
    jobs.add("train")
    job = jobs.take(lease_s=-1)
    assert jobs.renew(job)
    assert jobs.take() is None


@pytest.mark.parametrize("kind", KINDS)
def test_gives_a_job_up_after_so_many_attempts(jobs, kind):
    id = jobs.add(kind)
    for _ in range(KINDS[kind]):
        assert jobs.take(lease_s=-1).id == id
    assert jobs.take() is None
    assert jobs.get(id).state == "failed"
    assert "its worker ended" in jobs.get(id).problem
    # A message may have left before the worker ended.
    assert ("not known" in jobs.get(id).problem) == (kind == "send")


def test_takes_back_only_what_nobody_has_begun(jobs):
    begun, waiting = jobs.add("train"), jobs.add("train")
    jobs.take()
    assert not jobs.cancel(begun)
    assert jobs.cancel(waiting)
    assert jobs.get(waiting).problem == "taken back"
    assert jobs.take() is None


def test_lists_the_newest_first(jobs):
    ids = [jobs.add("train"), jobs.add("send"), jobs.add("train")]
    assert [job.id for job in jobs.list()] == ids[::-1]
    assert [job.id for job in jobs.list(["train"], limit=1)] == [ids[2]]
    jobs.fail(jobs.take(), "x")
    assert [job.id for job in jobs.list(unfinished=True)] == ids[:0:-1]


def test_deletes_what_ended_long_ago(jobs):
    jobs.add("train")
    waiting = jobs.add("train")
    jobs.finish(jobs.take())
    later = datetime.now(timezone.utc) + timedelta(days=31)
    assert jobs.purge(30, later - timedelta(days=2)) == 0
    assert jobs.purge(30, later) == 1
    assert [job.id for job in jobs.list()] == [waiting]


def test_gives_each_job_to_exactly_one_of_many_workers(url, run_together):
    with JobStore(url) as jobs:
        ids = {jobs.add("train") for _ in range(8)}
        taken = [id for output in run_together(3, "take_jobs", url) for id in output.split()]
        assert sorted(taken) == sorted(ids)


def test_counts_jobs_by_state(jobs):
    assert jobs.counts() == {"waiting": 0, "running": 0, "done": 0, "failed": 0}
    for kind in ("train", "train", "send"):
        jobs.add(kind)
    jobs.finish(jobs.take(["send"]))
    jobs.take(["train"])
    assert jobs.counts() == {"waiting": 1, "running": 1, "done": 1, "failed": 0}
