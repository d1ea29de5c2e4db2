"""What the operator's programs see of the console: whether it is ready, and numbers without a word of anybody."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.review.monitored import Counted, ReviewMetrics, monitor_of, readiness
from bot.store.database import DatabaseAwayError, connect
from bot.store.jobs import JobStore
from bot.store.migrations import VERSION_TABLE
from tests.bot.review.conftest import Browser
from tests.watching import samples


@pytest.fixture
def metrics(console):
    made = ReviewMetrics()
    monitor_of(console, made, "127.0.0.1", 0)
    return made


@pytest.fixture
def counted(console, metrics):
    """A browser at a console that is counted; an administrator has signed in."""
    return Browser(console, "admin", metrics)


def test_counts_requests_by_page_and_status(counted, metrics):
    counted.get("/knowledge/growth.number")
    counted.get("/knowledge/growth.costs?said=x")
    counted.get("/knowledge/no.entry")
    counted.get("/nowhere/at-all")
    counted.get("/static/console.css")
    counted.get("/inbox", headers={"host": "evil.example"})
    counted.post("/sign-out")
    found = samples(metrics.text().decode())
    requests = {key[1:]: value for key, value in found.items() if key[0] == "partnerguide_review_requests_total"}
    assert requests == {
        ("200", "knowledge.entry"): 2,
        ("404", "knowledge.entry"): 1,
        ("404", "unknown"): 1,
        ("200", "static"): 1,
        ("421", "unknown"): 1,
        ("403", "door.sign_out"): 1,
    }
    assert found["partnerguide_review_request_seconds_count", "knowledge.entry"] == 3


async def test_counts_a_request_that_breaks_and_how_long_it_took(metrics):
    times = iter([10.0, 10.3])

    async def breaks(scope, receive, send):
        raise RuntimeError

    application = Counted(breaks, metrics, lambda: next(times))
    with pytest.raises(RuntimeError):
        await application({"type": "http", "path": "/inbox"}, None, None)
    found = samples(metrics.text().decode())
    assert found["partnerguide_review_requests_total", "500", "unknown"] == 1
    assert found["partnerguide_review_request_seconds_bucket", "0.25", "unknown"] == 0
    assert found["partnerguide_review_request_seconds_bucket", "0.5", "unknown"] == 1


def test_counts_jobs_and_what_waits(metrics, console, record):
    for number in range(3):
        record(number)
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?")
    console.contacts.consent(drafted.reference, "c0ffee", "7310000004711")
    jobs = console.store(JobStore)
    jobs.add("train")
    jobs.add("send", {"reference": "X"})
    jobs.take(["send"])
    found = samples(metrics.text().decode())
    assert [found["partnerguide_jobs", state] for state in ("waiting", "running", "done", "failed")] == [1, 1, 0, 0]
    assert found["partnerguide_review_backlog", "enquiries"] == 3
    assert found["partnerguide_review_backlog", "requests"] == 1


def test_leaves_out_what_cannot_be_read(metrics, console, monkeypatch):
    def away(*_):
        raise DatabaseAwayError("the database is away")

    monkeypatch.setattr(JobStore, "counts", away)
    found = samples(metrics.text().decode())
    assert not [key for key in found if key[0] == "partnerguide_jobs"]
    assert found["partnerguide_review_backlog", "enquiries"] == 0


def test_names_nobody_and_quotes_nothing(counted, metrics, record):
    id = record(1, text="who feeds the WOMBAT", pseudonym="c0ffee11")
    counted.get("/inbox?find=WOMBAT&state=any")
    counted.get(f"/inbox/enquiries/{id}?find=WOMBAT")
    text = metrics.text().decode()
    assert 'page="enquiry.' in text
    assert [word for word in ("WOMBAT", "c0ffee11", id, "admin") if word in text] == []


def set_revision(url, revision):
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '{revision}'"))
    engine.dispose()


def test_is_ready_while_the_database_answers_with_the_tables_of_this_program(console, settings, monkeypatch):
    assert readiness(console) == {"ready": True, "database": "ok", "tables": "ok"}
    for revision, said in (("0007", "older than this program"), ("9999", "newer than this program")):
        set_revision(settings.database_url, revision)
        assert readiness(console) == {"ready": False, "database": "ok", "tables": said}
    (settings.var / "guide.db").unlink()
    (settings.var / "guide.db").mkdir()
    assert readiness(console) == {"ready": False, "database": "away", "tables": "unknown"}
