"""What is said about a request for a person: notes between maintainers, replies to the person, what the person answers.

The texts are encrypted. They are erased when the request is closed, and go with it when it is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.settings import Settings
from bot.store.models import UtcDateTime
from bot.store.sealing import Seal
from bot.store.secrets import secret
from bot.store.table import Table
from bot.store.text import safe_name, safe_text

#: `note` stays among the maintainers, `reply` goes to the person, `answer` came from the person.
KINDS = ("note", "reply", "answer")
#: As long as the longest message of Telegram: what a person answers is not cut.
_MAX_CHARACTERS = 4096


class ThreadPartRow(SQLModel, table=True):
    """One part of a thread; `text` is encrypted. A reply is `waiting`, then `sent` or `failed` with its `problem`."""

    __tablename__ = "thread_part"
    __table_args__ = (Index("ix_thread_part_reference", "reference", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(
        sa_column=Column(
            String, ForeignKey("contact.reference", name="fk_thread_part_contact", ondelete="CASCADE"), nullable=False
        )
    )
    kind: str
    author: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    text: str
    state: str = ""
    problem: str = ""


_TABLE = ThreadPartRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


@dataclass(frozen=True)
class ThreadPart:
    """One part of a thread, in clear."""

    id: int
    reference: str
    kind: str
    author: str
    created_at: datetime
    text: str
    state: str
    problem: str


class ThreadStore(Table):
    """The threads of one database. Every method raises StoreError while the database is away."""

    def __init__(self, url: str, key: str) -> None:
        """`key` is the installation's secret."""
        super().__init__(url)
        self._seal = Seal(key, "thread")

    @classmethod
    def from_settings(cls, settings: Settings) -> ThreadStore:
        """See parent class."""
        return cls(settings.database_url, secret(settings))

    def add(self, reference: str, kind: str, author: str, text: str) -> int:
        """Adds a part to the thread of a request and returns its id.

        Raises:
            ValueError: there is no such kind, or nothing is said.
        """
        said = safe_text(text.strip(), _MAX_CHARACTERS)
        if kind not in KINDS or not said:
            raise ValueError(f"a part of a thread must be one of {', '.join(KINDS)} and say something")
        values: dict[str, Any] = {
            "reference": safe_name(reference),
            "kind": kind,
            "author": author,
            "text": self._seal.close(said),
        }
        values |= {
            "created_at": datetime.now(timezone.utc),
            "state": "waiting" if kind == "reply" else "",
            "problem": "",
        }
        with self._connection() as connection:
            return int(connection.execute(_TABLE.insert().values(values)).inserted_primary_key[0])

    def of(self, reference: str) -> Sequence[ThreadPart]:
        """Returns the thread of a request, oldest first."""
        statement = select(_TABLE).where(_TABLE.c.reference == safe_name(reference)).order_by(_TABLE.c.id)
        with self._connection() as connection:
            return [self._opened(row) for row in connection.execute(statement).mappings()]

    def get(self, id: int) -> ThreadPart | None:
        """Returns one part, or None where it was erased."""
        with self._connection() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == id)).mappings().first()
        return self._opened(row) if row else None

    def mark_sent(self, id: int) -> None:
        """Notes that a reply has reached the person's channel."""
        self._mark(id, "sent", "")

    def mark_failed(self, id: int, problem: str) -> None:
        """Notes why a reply could not be sent, in one line without the text."""
        self._mark(id, "failed", safe_name(problem))

    def mark_waiting(self, id: int) -> None:
        """Notes that a reply is to be sent once more."""
        self._mark(id, "waiting", "")

    def unheard(self) -> frozenset[str]:
        """Returns the references of the requests whose person has written last: notes are no reply."""
        said = _TABLE.c.kind != "note"
        last = select(func.max(_TABLE.c.id)).where(said).group_by(_TABLE.c.reference)
        statement = select(_TABLE.c.reference).where(_TABLE.c.id.in_(last), _TABLE.c.kind == "answer")
        with self._connection() as connection:
            return frozenset(connection.execute(statement).scalars())

    def _mark(self, id: int, state: str, problem: str) -> None:
        with self._connection() as connection:
            connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(state=state, problem=problem))

    def _opened(self, row: Mapping[str, Any]) -> ThreadPart:
        return ThreadPart(**{**row, "text": self._seal.open(row["text"])})


def replied_to() -> Any:
    """Returns the statement that selects the references of requests to which a reply was sent."""
    return select(_TABLE.c.reference).where(_TABLE.c.kind == "reply", _TABLE.c.state == "sent")


def spoken_since(moment: datetime) -> Any:
    """Returns the statement that selects the references of requests in which something was said since `moment`."""
    return select(_TABLE.c.reference).where(_TABLE.c.created_at >= moment)


def erase(connection: Connection, reference: str) -> None:
    """Erases the thread of a request."""
    connection.execute(delete(_TABLE).where(_TABLE.c.reference == safe_name(reference)))
