"""What the pages say of the worker's jobs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.review import under_way
from bot.review.under_way import PATIENCE, untaken
from bot.store.jobs import JobStore

SECOND = timedelta(seconds=1)


@pytest.fixture
def jobs(console):
    return console.store(JobStore)


def names(jobs, after):
    found = untaken(jobs.list(unfinished=True), datetime.now(timezone.utc) + after)
    return sorted(jobs.get(id).kind for id in found)


def test_finds_what_no_worker_takes_up(jobs):
    for kind in ("train", "activate", "send"):
        jobs.add(kind)
    assert names(jobs, PATIENCE - 5 * SECOND) == []
    assert names(jobs, PATIENCE + SECOND) == ["activate", "send", "train"]


def test_lets_a_job_wait_for_another_of_its_kind_of_work(jobs):
    for kind in ("train", "evaluate", "activate"):
        jobs.add(kind)
    assert jobs.take(("train",), lease_s=60).kind == "train"
    assert names(jobs, PATIENCE + SECOND) == ["activate"]
    # Nobody has renewed the lease: that worker has gone, too.
    assert names(jobs, PATIENCE + 61 * SECOND) == ["activate", "evaluate", "train"]


def test_says_how_to_start_a_worker(editor, jobs, monkeypatch):
    jobs.add("train")
    assert "review worker" not in editor.get("/teach").text
    monkeypatch.setattr(under_way, "PATIENCE", timedelta(0))
    for address in ("/teach", "/teach/progress", "/teach/models"):
        page = editor.get(address).text
        assert "No worker has taken it up" in page, address
        assert ".venv/bin/partnerguide review worker" in page
    jobs.finish(jobs.take(), {})
    assert "review worker" not in editor.get("/teach").text
