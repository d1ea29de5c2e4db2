from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.database import connect
from bot.store.queue import QueueStore
from bot.store.reviews import ReviewStore
from bot.store.statements import EnquiryFilter
from tests.bot.store.conftest import START

EVERY = EnquiryFilter(enquiries_only=True)


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
    sizes = {"first": {"limit": 3}, "last": {"after": whole[5]}, "all": {"limit": 7}}
    assert [name for name, size in sizes.items() if queue.page(EVERY, order, **size).is_whole] == ["all"]


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


def test_says_that_a_dialogue_goes_on(queue, log, make_row):
    rows = [make_row(number) for number in range(40)]
    for row in rows:
        log.record(row)
    middle, first = queue.surroundings(rows[20]), queue.surroundings(rows[0])
    assert [row.id for row in middle.turns] == [row.id for row in rows[5:36]]
    assert (middle.has_before, middle.has_after) == (True, True)
    assert (first.has_before, first.has_after, len(first.turns)) == (False, True, 16)
    whole = queue.surroundings(rows[20], 20)
    assert [row.id for row in whole.turns] == [row.id for row in rows]
    assert (whole.has_before, whole.has_after) == (False, False)
    assert queue.surroundings(rows[20], 19).has_before
    assert not queue.surroundings(rows[20], 19).has_after


def test_finds_where_the_model_was_torn(queue, log, make_row, ready_url):
    answers = [("answer", 0.6, "a.b", 0.46), ("answer", 0.6, "a.b", 0.4), ("choices", 0.1, "a.b", 0.1)]
    others = [("choices", 0.1, "", 0.0), ("fallback", 0.1, "a.b", 0.1), ("smalltalk", 0.5, "a.b", 0.5)]
    rows = []
    for number, (outcome, confidence, runner_up, close) in enumerate([*answers, *others]):
        values = {"runner_up": runner_up, "runner_up_confidence": close, "confidence": confidence}
        rows.append(make_row(number, outcome=outcome, **values))
        log.record(rows[-1])
    wanted = EnquiryFilter(enquiries_only=True, close_calls_only=True)
    assert [row.id for row in queue.page(wanted).rows] == [rows[2].id, rows[0].id]
    with ReviewStore(ready_url) as reviews:
        rejected = reviews.reject(rows[2].id, "new", "a.b", "anna")
        assert [row.id for row in queue.page(wanted).rows] == [rows[0].id]
        reviews.undo(rejected.batch, "anna")
        assert queue.count(wanted) == 2


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"intent": "faq/a.b"}, {1}),
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
        make_row(
            1, text="is it 100% sure?", feedback="negative: wrong", audience="company", confidence=0.5, intent="faq/a.b"
        ),
        make_row(2, text="谁来做尽职调查", confidence=0.8),
    ]
    rows[1].intent = "faq/a.b"
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
