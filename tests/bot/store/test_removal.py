from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.store.audit import AuditStore
from bot.store.comparisons import AnswerChange, AnswerChangeRow, ComparisonStore
from bot.store.contacts import ContactStore
from bot.store.database import DatabaseAwayError, connect
from bot.store.lessons import LessonStore
from bot.store.removal import RemovalStore
from bot.store.reviews import ReviewStore

SECRET = "of the tests, long enough"
WORDS = "the vaccine of Jane Doe"


@pytest.fixture
def log(url, open_store):
    return open_store(url)


@pytest.fixture
def removal(url, log):
    with RemovalStore(url) as opened:
        yield opened


def test_deletes_what_hangs_on_one_enquiry_and_nothing_else(removal, url, log, make_row):
    row, other = make_row(0, text=WORDS, feedback="negative: wrong"), make_row(1)
    for one in (row, other):
        log.record(one)
    with (
        ReviewStore(url) as reviews,
        LessonStore(url) as lessons,
        ContactStore(url, SECRET) as contacts,
        ComparisonStore(url) as comparisons,
    ):
        for id in (row.id, other.id):
            reviews.decide({id: "new"}, "confirm", "anna")
            reviews.note(id, "a note", "anna")
        lessons.add("example", "faq/growth.costs", "en", f"{WORDS}?", "anna", enquiry=row.id)
        lessons.add("example", "faq/growth.costs", "en", "price of a dose", "anna", enquiry=row.id)
        comparisons.keep("job", [AnswerChange(one.id, "", "growth.costs", "") for one in (row, other)])
        request = contacts.draft("a1b2c3", "en", "please call", enquiry=row.id)
        assert removal.remove(row.id, "ed")
        assert (log.get(row.id), log.get(other.id) is not None) == (None, True)
        assert (len(reviews.of(row.id)), len(reviews.of(other.id))) == (0, 2)
        assert [(one.text, one.enquiry) for one in lessons.standing()] == [("price of a dose", "")]
        kept = contacts.get(request.reference)
        assert (kept.question, kept.enquiry) == ("please call", "")
        with comparisons._connection() as connection:
            assert connection.execute(select(AnswerChangeRow.__table__.c.enquiry)).scalars().all() == [other.id]
    assert not removal.remove(row.id, "ed")


def test_notes_who_deleted_what_and_no_word_of_it(removal, url, log, make_row):
    row = make_row(text=WORDS)
    log.record(row)
    removal.remove(row.id, "ed")
    removal.remove(row.id, "ed")
    with AuditStore(url) as audit:
        assert [(one.actor, one.action, one.subject, one.detail) for one in audit.list()] == [
            ("ed", "delete_enquiry", row.id, "")
        ]


def test_deletes_nothing_that_cannot_be_noted(removal, log, make_row, url):
    row = make_row()
    log.record(row)
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")
    with pytest.raises(DatabaseAwayError, match="audit"):
        removal.remove(row.id, "ed")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO audit")
    engine.dispose()
    assert log.get(row.id) is not None


def test_leaves_the_words_in_no_file(sqlite_url, open_store, make_row, tmp_path):
    log, row = open_store(sqlite_url), make_row(text=WORDS, feedback="negative: Jane Doe")
    log.record(row)
    with RemovalStore(sqlite_url) as removal, LessonStore(sqlite_url) as lessons:
        lessons.add("example", "faq/growth.costs", "en", WORDS, "anna", enquiry=row.id)
        assert removal.remove(row.id, "ed")
        assert not [path for path in tmp_path.glob("guide.db*") if b"Jane Doe" in path.read_bytes()]
