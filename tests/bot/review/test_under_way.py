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
        assert "No worker has taken this up" in page, address
        assert ".venv/bin/partnerguide review worker" in page
    jobs.finish(jobs.take(), {})
    assert "review worker" not in editor.get("/teach").text


@pytest.fixture
def reference(console, reviewer):
    """A request with a reply that waits to be sent."""
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?")
    console.contacts.consent(drafted.reference, "c0ffee", "7310000004711")
    reviewer.submit(f"/people/{drafted.reference}/reply", text="Please write to …")
    return drafted.reference


COMMAND = ".venv/bin/partnerguide review worker"


@pytest.mark.parametrize(
    ("language", "said", "counted"),
    [
        ("en", "No worker has taken this up", "1 reply waits to be sent."),
        ("zh", "没有后台进程接手", "有1条答复等待发送。"),
    ],
)
def test_says_that_no_worker_takes_a_reply(reviewer, reference, jobs, monkeypatch, language, said, counted):
    headers = {"accept-language": language}
    addresses = ("/people", f"/people/{reference}")
    assert [a for a in addresses if COMMAND in reviewer.get(a, headers=headers).text] == []
    monkeypatch.setattr(under_way, "PATIENCE", timedelta(0))
    for address in addresses:
        page = reviewer.get(address, headers=headers).text
        assert said in page, address
        assert COMMAND in page
    assert counted in reviewer.get("/people", headers=headers).text
    jobs.finish(jobs.take(("send",)))
    assert [a for a in addresses if COMMAND in reviewer.get(a, headers=headers).text] == []


def test_says_so_only_of_replies_that_wait(reviewer, reference, console, jobs, monkeypatch):
    monkeypatch.setattr(under_way, "PATIENCE", timedelta(0))
    console.threads.add(reference, "note", "reviewer", "ask Li")
    jobs.add("train")
    assert reviewer.get(f"/people/{reference}").text.count(COMMAND) == 1
    assert "1 reply waits" in reviewer.get("/people").text


def test_is_quiet_while_a_worker_sends_another_reply(reviewer, reference, jobs, monkeypatch):
    reviewer.submit(f"/people/{reference}/reply", text="and one more thing")
    monkeypatch.setattr(under_way, "PATIENCE", timedelta(0))
    assert reviewer.get(f"/people/{reference}").text.count(COMMAND) == 2
    assert jobs.take(("send",), lease_s=60)
    assert COMMAND not in reviewer.get(f"/people/{reference}").text
    later = datetime.now(timezone.utc) + timedelta(minutes=10)
    assert len(untaken(jobs.list(("send",), unfinished=True), later)) == 2
