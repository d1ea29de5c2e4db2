from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from bot.store.audit import AuditStore
from bot.store.database import DatabaseAwayError


@pytest.fixture
def audit(url):
    with AuditStore(url) as opened:
        yield opened


def test_lists_what_was_done_newest_first(audit):
    audit.note("anna", "confirm", "e1")
    audit.note("li", "correct", "e2", "growth.number")
    assert [(row.actor, row.action, row.subject, row.detail) for row in audit.list()] == [
        ("li", "correct", "e2", "growth.number"),
        ("anna", "confirm", "e1", ""),
    ]
    assert [row.subject for row in audit.list(actor="anna")] == ["e1"]
    assert [row.subject for row in audit.list(before=audit.list()[0].id)] == ["e1"]
    assert [row.action for row in audit.list(limit=1)] == ["correct"]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_only_grows(audit, statement):
    audit.note("anna", "confirm", "e1")
    refused = pytest.raises((DatabaseAwayError, IntegrityError), match="append-only")
    with refused, audit._connection() as connection:
        connection.exec_driver_sql(statement)
    audit._backoff.succeeded()
    assert [row.actor for row in audit.list()] == ["anna"]


def test_tells_the_last_time_of_each_subject(audit):
    audit.note("anna", "review_entry", "growth.number")
    audit.note("li", "review_entry", "growth.number")
    audit.note("li", "remark", "growth.other")
    assert {subject: row.actor for subject, row in audit.latest("review_entry").items()} == {"growth.number": "li"}
