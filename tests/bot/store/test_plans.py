"""What the console reads goes by indexes: the plans of both databases, with as many rows as make them matter."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text

from bot.review.filtering import read_queue
from bot.store.database import connect
from bot.store.figures import FigureStore
from bot.store.migrations import upgrade
from bot.store.queue import QueueStore
from bot.store.reviews import ReviewStore
from bot.store.unanswered import UnansweredStore
from bot.store.unread import UnreadStore
from tests.bot.store.conftest import START

ROWS = 30_000
#: One enquiry in twenty minutes, of every kind that is filtered by; what is rare in the field is rare here.
_FILL = """
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {rows})
INSERT INTO enquiry (id, conversation, created_at, channel, pseudonym, audience, language, text, shown, intent, topic,
  confidence, runner_up, runner_up_confidence, entry, citations, entities, outcome, is_enquiry, latency_ms, delivery,
  knowledge_version, model_version, feedback, review_state, edit_of, assignee)
SELECT 'e' || n, 'c' || (n / 3), {moment}, CASE n % 11 WHEN 0 THEN 'terminal' ELSE 'telegram' END, 'p' || (n / 9),
  CASE n % 3 WHEN 0 THEN 'company' ELSE 'other' END, CASE n % 3 WHEN 0 THEN 'zh' ELSE 'en' END,
  'question ' || n, '', 'faq/t' || (n % 41) || '.e', 't' || (n % 41), (n % 997) / 997.0, 'x.y', (n % 89) / 89.0 * 0.2,
  't' || (n % 41) || '.e' || (n % 7), '[]', '[]',
  CASE WHEN n % 10 = 0 THEN 'smalltalk' WHEN n % 12 = 0 THEN 'fallback' WHEN n % 15 = 0 THEN 'choices'
    ELSE 'answer' END,
  {enquiry}, 40, 'sent', '', '', CASE n % 21 WHEN 0 THEN 'negative: wrong' WHEN 1 THEN 'positive' END,
  CASE WHEN n % 5 < 2 THEN 'confirmed' WHEN n % 40 = 3 THEN 'corrected' WHEN n % 40 = 7 THEN 'out_of_scope'
    WHEN n % 160 = 4 THEN 'skipped' ELSE 'new' END, '', CASE n % 53 WHEN 0 THEN 'li' ELSE '' END
FROM numbers
"""
_DECIDE = """
INSERT INTO decision (batch, enquiry, reviewer, created_at, kind, before, entry, language, example, assignee, undone_by,
  intent, reading)
SELECT 'b' || id, id, 'anna', created_at, CASE review_state WHEN 'corrected' THEN 'correct'
    WHEN 'confirmed' THEN 'confirm'
    ELSE 'out_of_scope' END, 'new', entry, language, '', '', '', '',
  CASE WHEN id LIKE '%03' THEN 'unread' WHEN review_state = 'confirmed' THEN '' ELSE 'left_out' END
FROM enquiry WHERE review_state IN ('confirmed', 'corrected', 'out_of_scope')
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request, tmp_path_factory):
    """A database with as many rows, and statistics where the database keeps them by itself in the field."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'guide.db'}"
        moment, enquiry = (
            f"strftime('%Y-%m-%d %H:%M:%f000', '{START:%Y-%m-%d %H:%M:%S}', '+' || (n * 20) || ' minutes')",
            "n % 10 <> 0",
        )
    else:
        url = request.getfixturevalue("postgres").new_database()
        moment, enquiry = f"timestamptz '{START.isoformat()}' + n * interval '20 minutes'", "n % 10 <> 0"
    upgrade(url)
    engine = connect(url, statement_timeout_s=0)
    with engine.begin() as connection:
        connection.execute(text(_FILL.format(rows=ROWS, moment=moment, enquiry=enquiry)))
        connection.execute(text(_DECIDE))
    if request.param == "postgresql":
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return url


@contextmanager
def plans(store):
    """Collects the plans of what a store reads meanwhile, one list of lines per statement."""
    found = []
    is_sqlite = store._engine.dialect.name == "sqlite"

    def explain(connection, cursor, statement, parameters, context, many):
        if not statement.lstrip().upper().startswith("SELECT"):
            return
        other = cursor.connection.cursor()
        other.execute(f"{'EXPLAIN QUERY PLAN' if is_sqlite else 'EXPLAIN'} {statement}", parameters)
        found.append([str(row[3] if is_sqlite else row[0]) for row in other.fetchall()])
        other.close()

    event.listen(store._engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(store._engine, "before_cursor_execute", explain)


def whole(plan):
    """Returns the steps of a plan that go through a whole table of rows."""
    return [
        step
        for step in plan
        if re.match(r"SCAN (?!.*INDEX)(enquiry|decision|lesson)|.*Seq Scan on (enquiry|decision)", step)
    ]


def used(found):
    return {name for plan in found for step in plan for name in re.findall(r"ix_\w+", step)}


FILTERS = [
    *({"state": state} for state in ("new", "skipped", "confirmed", "any")),
    *({"state": state, "order": "doubtful"} for state in ("new", "any")),
    *(
        {**asked, "state": state, "order": order}
        for asked in (
            {"since": "2026-06-01", "until": "2026-06-03"},
            {"language": "zh"},
            {"channel": "terminal"},
            {"audience": "company"},
            {"intent": "faq/t3.e"},
            {"topic": "t3"},
            {"entry": "t3.e1"},
            {"outcome": "fallback"},
            {"from": "90", "to": "95"},
            {"feedback": "negative"},
            {"assignee": "li"},
            {"close": "yes"},
        )
        for state in ("new", "any")
        for order in ("newest", "doubtful")
    ),
]


@pytest.mark.parametrize("asked", FILTERS, ids=lambda asked: json.dumps(asked))
def test_reads_the_inbox_by_an_index(filled, asked):
    queue = read_queue(asked)
    with QueueStore(filled) as store, plans(store) as found:
        page = store.page(queue.wanted, queue.order)
        store.page(queue.wanted, queue.order, after=page.rows[0].id)
        store.next(queue.wanted, queue.order, page.rows[0].id)
    assert page.rows
    assert [plan for plan in found if whole(plan)] == []
    assert used(found)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"state": "skipped"}, "ix_enquiry_review_state"),
        ({"order": "doubtful"}, "ix_enquiry_doubt"),
        ({"state": "any", "order": "doubtful"}, "ix_enquiry_confidence"),
        ({"state": "any"}, "ix_enquiry_created_at"),
        ({"state": "any", "intent": "faq/t3.e"}, "ix_enquiry_intent"),
        ({"state": "any", "topic": "t3"}, "ix_enquiry_topic"),
        ({"state": "any", "entry": "t3.e1"}, "ix_enquiry_entry"),
        ({"state": "any", "assignee": "li"}, "ix_enquiry_assignee"),
        ({"close": "yes"}, "ix_enquiry_close"),
    ],
    ids=str,
)
def test_reads_the_inbox_by_the_index_made_for_it(filled, asked, index):
    queue = read_queue(asked)
    with QueueStore(filled) as store, plans(store) as found:
        store.page(queue.wanted, queue.order)
    assert index in used(found), found


def test_looks_for_words_within_what_an_index_has_found(filled):
    queue = read_queue({"text": "question 11", "state": "any", "since": "2026-08-01", "until": "2026-08-14"})
    with QueueStore(filled) as store, plans(store) as found:
        assert store.page(queue.wanted, queue.order).rows
    assert used(found) == {"ix_enquiry_created_at"}
    assert [plan for plan in found if whole(plan)] == []


@pytest.mark.parametrize("id", ["e600", "e20001"])
def test_reads_a_dialogue_by_an_index(filled, id):
    with QueueStore(filled) as store:
        row = store.get(id)
        with plans(store) as found:
            assert len(store.surroundings(row).turns) == 3
    assert used(found) == {"ix_enquiry_conversation"}
    assert [plan for plan in found if whole(plan)] == []


def test_counts_by_an_index(filled):
    with ReviewStore(filled) as store, plans(store) as found:
        assert store.counts()["new"] > 1000
    assert used(found) == {"ix_enquiry_counts"}
    assert [plan for plan in found if whole(plan)] == []


def test_counts_and_lists_unread_sentences_by_an_index(filled):
    with UnreadStore(filled) as store, plans(store) as found:
        assert store.count() > 10
        store.newest()
    assert "ix_decision_reading" in used(found)
    assert [plan for plan in found if whole(plan)] == []


def test_finds_the_questions_of_themes_by_an_index(filled):
    since = START + timedelta(days=200)
    with UnansweredStore(filled) as store, plans(store) as found:
        assert store.newest(since, since + timedelta(days=30), 2000)
        assert store.count(since, since + timedelta(days=30))
    assert "ix_enquiry_created_at" in used(found)
    assert [plan for plan in found if whole(plan)] == []


def test_reads_the_days_of_figures_by_an_index(filled):
    first = date(2026, 9, 1)
    with FigureStore(filled) as store, plans(store) as found:
        assert store.days(first, first + timedelta(days=30))[first].total.uses
        assert store.first_day() == START.date()
    assert used(found) == {"ix_enquiry_created_at"}
    assert [plan for plan in found if whole(plan)] == []
