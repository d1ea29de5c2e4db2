"""What is stored about a person besides enquiries and choices, in clear, so that they can be given all of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.store.comparisons import CHANGES
from bot.store.correspondence import Correspondence
from bot.store.inbox_row import InboxRow
from bot.store.lessons import LESSONS
from bot.store.reviews import DECISIONS
from bot.store.statements import TABLE as ENQUIRIES
from bot.store.table import Table
from bot.store.text import safe_name

_INBOX = InboxRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass

#: Who among the maintainers did something is their own data, and stays out of what others are given.
_OF_OTHERS = frozenset({"author", "reviewer", "assignee", "undone_by"})
#: Encrypted, and of no use to anybody: the message itself is in the person's chat.
_SEALED = frozenset({"body"})


class SubjectStore(Table):
    """Reads what stands beside the enquiries of a person."""

    def beside(self, pseudonym: str) -> dict[str, list[dict[str, Any]]]:
        """Returns what reviewers decided and taught of a person's questions, and which messages wait.

        Raises:
            StoreError: the database is away.
        """
        name = safe_name(pseudonym)
        mine = select(ENQUIRIES.c.id).where(ENQUIRIES.c.pseudonym == name)
        with self._connection() as connection:
            return {
                "decisions": _rows(connection, DECISIONS, DECISIONS.c.enquiry.in_(mine)),
                "lessons": _rows(connection, LESSONS, LESSONS.c.enquiry.in_(mine)),
                "answer_changes": _rows(connection, CHANGES, CHANGES.c.enquiry.in_(mine)),
                "messages": _rows(connection, _INBOX, _INBOX.c.person == name),
            }


def requests_of(correspondence: Correspondence, pseudonym: str) -> list[dict[str, Any]]:
    """Returns a person's requests in clear, each with what was said about it on both sides.

    Raises:
        StoreError: the database is away.
    """
    return [
        {**_told(vars(contact)), "thread": [_told(vars(part)) for part in correspondence.threads.of(contact.reference)]}
        for contact in correspondence.contacts.of(pseudonym)
    ]


def _rows(connection: Connection, table: Any, condition: Any) -> list[dict[str, Any]]:
    return [_told(dict(row)) for row in connection.execute(select(table).where(condition)).mappings()]


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Returns values as the person is given them."""
    return {name: value for name, value in values.items() if name not in _OF_OTHERS | _SEALED}
