from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.database import connect
from bot.store.queue import QueueStore
from bot.store.statements import EnquiryFilter
from tests.bot.store.conftest import START

EVERY = EnquiryFilter(enquiries_only=True)


@pytest.fixture
def log(ready_url, open_store):
    return open_store(ready_url)


@pytest.fixture
def queue(ready_url, log):
    with QueueStore(ready_url) as opened:
        yield opened


@pytest.fixture
def seven(log, make_row):
    """Seven enquiries, two of them at the same moment and of the same confidence."""
    moments = [0, 1, 2, 2, 3, 4, 5]
    rows = []
    for number, minutes in enumerate(moments):
        values = {
            "created_at": START + timedelta(minutes=minutes),
            "confidence": [0.9, 0.1, 0.5, 0.5, 0.3, 0.7, 0.2][number],
        }
        rows.append(make_row(number, conversation=f"c{number % 2}", **values))
        log.record(rows[-1])
    return rows


@pytest.mark.parametrize("order", ["newest", "doubtful"])
def test_turns_pages_forth_and_back_without_loss(queue, seven, order):
    whole = [row.id for row in queue.page(EVERY, order).rows]
    assert len(whole) == 7
    forth, after = [], ""
    while True:
        page = queue.page(EVERY, order, after=after, limit=3)
        forth.append([row.id for row in page.rows])
        if not page.has_after:
            break
        after = page.rows[-1].id
    assert forth == [whole[:3], whole[3:6], whole[6:]]
    back = queue.page(EVERY, order, before=whole[6], limit=3)
    assert [row.id for row in back.rows] == whole[3:6]
    assert (back.has_before, back.has_after) == (True, True)
    assert not queue.page(EVERY, order, before=whole[3], limit=3).has_before


def test_puts_the_most_doubtful_first(queue, seven):
    assert [row.confidence for row in queue.page(EVERY, "doubtful").rows] == sorted(row.confidence for row in seven)


def test_goes_on_from_an_enquiry_that_has_left_the_queue(queue, seven, log, ready_url):
    whole = [row.id for row in queue.page(EVERY).rows]
    engine = connect(ready_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE enquiry SET review_state = 'confirmed' WHERE id = '{whole[2]}'")
    engine.dispose()
    fresh = EnquiryFilter(enquiries_only=True, review_state="new")
    assert queue.next(fresh, "newest", whole[2]) == whole[3]
    assert queue.next(fresh, "newest", whole[2], back=True) == whole[1]
    assert queue.next(fresh, "newest", whole[6]) == ""
    assert queue.next(fresh, "newest", "gone") == ""


def test_shows_the_turns_around(queue, seven):
    around = queue.around(queue.get(seven[2].id))
    assert [row.id for row in around] == [seven[n].id for n in (0, 2, 4, 6)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"text": "JANE"}, {0}),
        ({"text": "100%"}, {1}),
        ({"text": "尽职"}, {2}),
        ({"feedback": "negative"}, {1}),
        ({"feedback": "none"}, {2}),
        ({"assignee": "li"}, {0}),
        ({"assignee": "-"}, {1, 2}),
        ({"audience": "company"}, {1}),
        ({"confidence_from": 0.5}, {1, 2}),
        ({"confidence_from": 0.2, "confidence_to": 0.5}, {0, 1}),
        ({"until": START + timedelta(minutes=1)}, {0}),
        ({"text": "' OR 1=1 --"}, set()),
    ],
)
def test_narrows_by_every_filter(queue, log, make_row, asked, found):
    rows = [
        make_row(0, text="Jane asks", feedback="positive", assignee="li", confidence=0.3),
        make_row(1, text="is it 100% sure?", feedback="negative: wrong", audience="company", confidence=0.5),
        make_row(2, text="谁来做尽职调查", confidence=0.8),
    ]
    for row in rows:
        log.record(row)
    wanted = EnquiryFilter(enquiries_only=True, **asked)
    assert {row.id for row in queue.page(wanted).rows} == {rows[n].id for n in found}
    assert queue.count(wanted) == len(found)


def test_lists_without_what_was_answered(queue, log, make_row):
    log.record(make_row(0, shown="a long answer"))
    [listed] = queue.page(EVERY).rows
    assert listed.shown == ""
    assert queue.get(listed.id).shown == "a long answer"


@pytest.mark.parametrize(
    ("order", "asked", "index"),
    [
        ("newest", {"review_state": "new"}, "ix_enquiry_review_state"),
        ("doubtful", {"review_state": "new"}, "ix_enquiry_doubt"),
        ("newest", {}, "ix_enquiry_created_at"),
        ("newest", {"assignee": "li"}, "ix_enquiry_assignee"),
        ("newest", {"topic": "due_diligence"}, "ix_enquiry_topic"),
        ("newest", {"entry": "due_diligence.world_check"}, "ix_enquiry_entry"),
    ],
)
def test_reads_by_an_index(sqlite_url, spool_folder, order, asked, index):
    from sqlalchemy import select

    from bot.store.queue import _LISTED, _sorting
    from bot.store.statements import conditions

    with QueueStore(sqlite_url) as queue:
        statement = select(*_LISTED).where(*conditions(EnquiryFilter(enquiries_only=True, **asked))).limit(51)
        statement = statement.order_by(*_sorting(order, is_back=False))
        with queue._connection() as connection:
            compiled = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN enquiry") and "INDEX" not in step for step in plan), plan
