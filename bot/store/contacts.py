"""Requests for a person: the question, and, once the asker has agreed, the address to answer to; both encrypted.

This is the only table that leads back to a person. The address goes when the request is closed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Column, Date, Index, and_, delete, func, or_, select, update
from sqlmodel import Field, SQLModel

from bot.settings import Settings
from bot.store.models import UtcDateTime, in_utc
from bot.store.sealing import Seal
from bot.store.secrets import secret
from bot.store.table import Table
from bot.store.text import safe_name, safe_text
from bot.store.threads import erase, replied_to, spoken_since

#: Without letters and digits that are taken for each other on the telephone (Crockford's base 32, without U).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_CHARACTERS = 8
_DRAFT_HOURS = 24
#: Later than this, "yes" hardly means what was asked then.
ASKED_MINUTES = 60
#: `draft` waits for consent and holds no address, `shelved` too, but something else was said since; `overdue` is open,
#: and the person has been told that nobody has answered in time; `closed` holds no address any more.
STATES = ("draft", "shelved", "open", "overdue", "answered", "closed")
_WAITING_FOR_CONSENT = ("draft", "shelved")
#: Somebody has agreed, and nobody has answered.
UNANSWERED = ("open", "overdue")
#: Somebody has agreed, and nobody has closed it.
NOT_CLOSED = (*UNANSWERED, "answered")
#: Stands for the address of somebody to whom nothing can be sent: a reply waits until they come again.
AT_NEXT_VISIT = "visit"
#: How a request may end.
RESULTS = ("answered", "passed_on", "no_reply", "not_for_us", "withdrawn")


class ContactRow(SQLModel, table=True):
    """One request; `question` and `address` are encrypted."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_pseudonym", "pseudonym"),)

    reference: str = Field(primary_key=True)
    pseudonym: str
    language: str
    enquiry: str = ""
    state: str = "draft"
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    question: str = ""
    address: str = ""
    assignee: str = ""
    due_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    result: str = ""


_TABLE = ContactRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_IS_DRAFT = _TABLE.c.state.in_(_WAITING_FOR_CONSENT)


@dataclass(frozen=True)
class Contact:
    """One request in clear; `address` is empty before consent and after closing.

    `assignee` is the account that sees to it, by `due_on`; `result` is one of `RESULTS` once it is closed.
    """

    reference: str
    pseudonym: str
    language: str
    enquiry: str
    state: str
    created_at: datetime
    closed_at: datetime | None
    question: str
    address: str
    assignee: str = ""
    due_on: date | None = None
    result: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether nobody has agreed yet: nothing is passed on."""
        return self.state in _WAITING_FOR_CONSENT

    @property
    def is_visitor(self) -> bool:
        """Whether a reply waits for the person's next visit, because nothing can be sent to them."""
        return self.address == AT_NEXT_VISIT

    @property
    def has_chat(self) -> bool:
        """Whether a reply can be sent into a chat."""
        return self.address.removeprefix("-").isdecimal()


class ContactStore(Table):
    """The requests of one database. Every method raises StoreError while the database is away."""

    def __init__(self, url: str, key: str) -> None:
        """`key` is the installation's secret."""
        super().__init__(url)
        self._seal = Seal(key, "contact")

    @classmethod
    def from_settings(cls, settings: Settings) -> ContactStore:
        """See parent class."""
        return cls(settings.database_url, secret(settings))

    def draft(self, pseudonym: str, language: str, question: str, enquiry: str = "") -> Contact:
        """Writes down a question that waits for consent, in the place of the person's earlier draft."""
        contact = Contact(
            reference="".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_CHARACTERS)),
            pseudonym=safe_name(pseudonym),
            language=language,
            enquiry=enquiry,
            state="draft",
            created_at=datetime.now(timezone.utc),
            closed_at=None,
            question=safe_text(question, 4000),
            address="",
        )
        values = {**vars(contact), "question": self._seal.close(contact.question)}
        with self._connection() as connection:
            connection.execute(delete(_TABLE).where(_of(contact.pseudonym), _IS_DRAFT))
            connection.execute(_TABLE.insert().values(values))
        return contact

    def consent(self, reference: str, pseudonym: str, address: str) -> Contact | None:
        """Opens a person's own draft with the address to answer to; None where there is no such draft."""
        found = self.get(reference, pseudonym)
        if found is None or found.state not in _WAITING_FOR_CONSENT:
            return None
        with self._connection() as connection:
            changes = {"state": "open", "address": self._seal.close(address)}
            connection.execute(update(_TABLE).where(_TABLE.c.reference == found.reference).values(changes))
        return replace(found, state="open", address=address)

    def withdraw(self, pseudonym: str) -> bool:
        """Deletes a person's draft; returns whether there was one."""
        with self._connection() as connection:
            return bool(connection.execute(delete(_TABLE).where(_of(pseudonym), _IS_DRAFT)).rowcount)

    def asked(self, pseudonym: str, now: datetime) -> Contact | None:
        """Returns the draft that a person was asked about just now, so that their next words may be the answer."""
        since = in_utc(now) - timedelta(minutes=ASKED_MINUTES)
        condition = and_(_of(pseudonym), _TABLE.c.state == "draft", _TABLE.c.created_at >= since)
        return next(iter(self._list(condition)), None)

    def shelve(self, pseudonym: str) -> None:
        """Notes that a person has gone on to something else: a mere "yes" is no consent any more, the button is."""
        with self._connection() as connection:
            named = and_(_of(pseudonym), _TABLE.c.state == "draft")
            connection.execute(update(_TABLE).where(named).values(state="shelved"))

    def get(self, reference: str, pseudonym: str = "") -> Contact | None:
        """Returns one request (of `pseudonym`, where given), or None."""
        named = _TABLE.c.reference == safe_name(normal_reference(reference))
        with self._connection() as connection:
            condition = and_(named, _of(pseudonym)) if pseudonym else named
            row = connection.execute(select(_TABLE).where(condition)).mappings().first()
        return self._opened(row) if row else None

    def of(self, pseudonym: str) -> Sequence[Contact]:
        """Returns a person's requests, newest first."""
        return self._list(_of(pseudonym))

    def waiting(self) -> Sequence[Contact]:
        """Returns the requests that are open, overdue or answered, newest first."""
        return self._list(_TABLE.c.state.in_(NOT_CLOSED))

    def overdue(self, after_days: int, now: datetime | None = None) -> Sequence[Contact]:
        """Returns the open requests that nobody has answered for so many days, and whose persons do not know it yet."""
        since = in_utc(now or datetime.now(timezone.utc)) - timedelta(days=after_days)
        # One that was answered and is open again counts its days from nowhere: its person has heard from somebody.
        is_heard = _TABLE.c.reference.in_(replied_to())
        return self._list(and_(_TABLE.c.state == "open", _TABLE.c.created_at < since, ~is_heard))

    def mark_overdue(self, reference: str) -> bool:
        """Notes that a person has been told that nobody answered; returns whether there was such an open request."""
        named = _TABLE.c.reference == safe_name(normal_reference(reference))
        with self._connection() as connection:
            statement = update(_TABLE).where(named, _TABLE.c.state == "open").values(state="overdue")
            return bool(connection.execute(statement).rowcount)

    def count_open(self) -> int:
        """Returns how many requests nobody has answered yet."""
        statement = select(func.count()).select_from(_TABLE).where(_TABLE.c.state.in_(UNANSWERED))
        with self._connection() as connection:
            return int(connection.execute(statement).scalar() or 0)

    def mark_answered(self, reference: str) -> bool:
        """Notes that somebody has answered; returns whether there was such an open request."""
        named = _TABLE.c.reference == safe_name(normal_reference(reference))
        with self._connection() as connection:
            statement = update(_TABLE).where(named, _TABLE.c.state.in_(UNANSWERED)).values(state="answered")
            return bool(connection.execute(statement).rowcount)

    def reopen(self, reference: str) -> bool:
        """Notes that the person has written again; returns whether there was such an answered request."""
        named = _TABLE.c.reference == safe_name(normal_reference(reference))
        with self._connection() as connection:
            statement = update(_TABLE).where(named, _TABLE.c.state == "answered").values(state="open")
            return bool(connection.execute(statement).rowcount)

    def closed(self, limit: int = 100) -> Sequence[Contact]:
        """Returns the requests that were closed last, newest first: what is left of them tells nothing of a person."""
        return self._list(_TABLE.c.state == "closed", limit)

    def plan(self, reference: str, assignee: str, due_on: date | None) -> bool:
        """Says who sees to a request and until when; returns whether there was such an open one."""
        named = _TABLE.c.reference == safe_name(normal_reference(reference))
        with self._connection() as connection:
            statement = update(_TABLE).where(named, _TABLE.c.state.in_(NOT_CLOSED))
            return bool(connection.execute(statement.values(assignee=assignee, due_on=due_on)).rowcount)

    def close_request(self, reference: str, result: str = "") -> bool:
        """Closes a request and erases its address, question and thread.

        Args:
            result: one of `RESULTS`; empty where nobody said.

        Returns:
            Whether it was there and not closed yet.
        """
        changes = {"state": "closed", "address": "", "question": "", "closed_at": datetime.now(timezone.utc)}
        named = _TABLE.c.reference == safe_name(normal_reference(reference))
        with self._erasure() as connection:
            statement = update(_TABLE).where(named, _TABLE.c.state.in_(NOT_CLOSED))
            if not connection.execute(statement.values(result=result, **changes)).rowcount:
                return False
            erase(connection, normal_reference(reference))
        return True

    def forget(self, pseudonym: str) -> int:
        """Deletes everything of one person and returns how many requests that were."""
        with self._erasure() as connection:
            return int(connection.execute(delete(_TABLE).where(_of(pseudonym))).rowcount)

    def purge(self, older_than_days: int, now: datetime) -> int:
        """Deletes drafts without consent after a day, and requests after so many days; returns how many.

        A request's days count from its closing; of one that nobody closes, from the last word in it.
        """
        drafted = in_utc(now) - timedelta(hours=_DRAFT_HOURS)
        limit = in_utc(now) - timedelta(days=older_than_days)
        is_talked_of = _TABLE.c.reference.in_(spoken_since(limit))
        left_open = and_(_TABLE.c.closed_at.is_(None), _TABLE.c.created_at < limit, ~is_talked_of)
        old = or_(and_(_IS_DRAFT, _TABLE.c.created_at < drafted), _TABLE.c.closed_at < limit, left_open)
        with self._erasure() as connection:
            return int(connection.execute(delete(_TABLE).where(old)).rowcount)

    def _list(self, condition: Any, limit: int | None = None) -> list[Contact]:
        statement = select(_TABLE).where(condition).order_by(_TABLE.c.created_at.desc()).limit(limit)
        with self._connection() as connection:
            return [self._opened(row) for row in connection.execute(statement).mappings()]

    def _opened(self, row: Any) -> Contact:
        sealed = {name: self._seal.open(row[name]) if row[name] else "" for name in ("question", "address")}
        return Contact(**{**row, **sealed})


def normal_reference(typed: str) -> str:
    """Returns a reference as it is kept, however a person has typed it."""
    cleaned = "".join(character for character in typed.upper() if character.isalnum())
    return cleaned.replace("O", "0").replace("I", "1").replace("L", "1")


def _of(pseudonym: str) -> Any:
    return _TABLE.c.pseudonym == safe_name(pseudonym)
