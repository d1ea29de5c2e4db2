from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from bot.store.figures import FigureStore, merged

DAY = date(2026, 3, 1)


@pytest.fixture
def figures(ready_url, log):
    with FigureStore(ready_url) as opened:
        yield opened


def test_counts_what_people_asked(figures, log, make_row):
    rows = [
        {"feedback": "positive", "latency_ms": 12, "pseudonym": "p1"},
        {"feedback": "negative: wrong", "latency_ms": 48, "pseudonym": "p1", "language": "en"},
        {"outcome": "fallback", "entry": "", "topic": "", "pseudonym": "p2", "channel": "terminal"},
        {"outcome": "smalltalk"},
        {"channel": "jsonl"},
    ]
    for number, values in enumerate(rows):
        log.record(make_row(number, **values))
    found = figures.days(DAY, DAY)[DAY]
    assert (found.total.uses, found.total.satisfaction, len(found.people)) == (3, 0.5, 2)
    assert (found.share("answer"), found.share("fallback")) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert found.languages == {"zh": 2, "en": 1}
    assert found.channels == {"telegram": 2, "terminal": 1}
    assert found.topics == {"due_diligence": 2}
    assert found.hours == {12: 3}
    assert found.entries["due_diligence.world_check"].uses == 2
    assert (found.percentile(50), found.percentile(99)) == (15, 50)


def test_puts_each_enquiry_on_its_day_in_utc(figures, log, make_row):
    east = timezone(timedelta(hours=8))
    log.record(make_row(0, created_at=datetime(2026, 3, 2, 7, 59, tzinfo=east)))
    log.record(make_row(1, created_at=datetime(2026, 3, 2, 8, 0, tzinfo=east)))
    days = figures.days(DAY, DAY + timedelta(days=1))
    assert [day.total.uses for day in days.values()] == [1, 1]


def test_says_nothing_of_days_without_enquiries(figures):
    found = merged(figures.days(DAY, DAY + timedelta(days=6)).values())
    assert (found.total.uses, found.share("answer"), found.total.satisfaction, found.percentile(50)) == (
        0,
        None,
        None,
        None,
    )
    assert figures.first_day() is None


def test_adds_days_up(figures, log, make_row):
    for number in range(3):
        log.record(make_row(number, created_at=datetime(2026, 3, 1 + number, 9, tzinfo=timezone.utc), pseudonym="p"))
    whole = merged(figures.days(DAY, DAY + timedelta(days=2)).values())
    assert (whole.total.uses, whole.outcomes["answer"], len(whole.people)) == (3, 3, 1)
    assert figures.first_day() == DAY


def test_counts_today_anew_and_settled_days_after_a_while(figures, log, make_row, monkeypatch):
    from bot.store import figures as module

    today = datetime.now(timezone.utc)
    clock = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    figures.days(DAY, DAY)
    figures.days(today.date(), today.date())
    log.record(make_row(0))
    log.record(make_row(1, created_at=today))
    clock[0] += 30
    assert figures.days(DAY, DAY)[DAY].total.uses == 0
    assert figures.days(today.date(), today.date())[today.date()].total.uses == 1
    clock[0] += 900
    assert figures.days(DAY, DAY)[DAY].total.uses == 1
