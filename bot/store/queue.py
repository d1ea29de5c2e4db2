"""The enquiries as reviewers go through them: in pages, one after the other, with the dialogue around each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection

from bot.store.models import Enquiry
from bot.store.statements import TABLE, EnquiryFilter, conditions
from bot.store.table import Table
from bot.store.text import safe_name

#: `newest` first, or `doubtful`: what was understood with the least confidence.
Order = Literal["newest", "doubtful"]
ORDERS: tuple[Order, ...] = ("newest", "doubtful")
#: Counting stops there: "more than a thousand" says enough.
MOST_COUNTED = 1000
#: Turns shown before and after an enquiry, unless more are asked for.
AROUND = 15
# What a list shows; what was answered is long, and read with one enquiry alone.
_LISTED = tuple(column for column in TABLE.c if column.name not in ("shown", "citations", "entities"))


@dataclass(frozen=True)
class QueuePage:
    """Some enquiries of a queue, and whether there are more before and after them."""

    rows: Sequence[Enquiry]
    has_before: bool
    has_after: bool

    @property
    def is_whole(self) -> bool:
        """Whether these are all enquiries of the queue."""
        return not self.has_before and not self.has_after


@dataclass(frozen=True)
class Surroundings:
    """The turns of a conversation around an enquiry, oldest first, itself included; and whether there are more."""

    turns: Sequence[Enquiry]
    has_before: bool = False
    has_after: bool = False


class QueueStore(Table):
    """The queue of enquiries. Every method raises StoreError while the database is away."""

    def page(
        self, wanted: EnquiryFilter, order: Order = "newest", *, after: str = "", before: str = "", limit: int = 50
    ) -> QueuePage:
        """Returns one page of a queue: the first, or what follows or precedes the enquiry with a given id."""
        with self._connection() as connection:
            anchor = _anchor(connection, after or before)
            is_back = bool(before) and anchor is not None
            statement = select(*_LISTED).where(*conditions(wanted)).limit(limit + 1)
            statement = statement.order_by(*_sorting(order, is_back=is_back))
            if anchor is not None:
                statement = statement.where(_beyond(order, anchor, is_back=is_back))
            rows = [_listed(row) for row in connection.execute(statement).mappings()]
        has_more = len(rows) > limit
        rows = rows[:limit]
        if is_back:
            return QueuePage(rows[::-1], has_more, has_after=True)
        return QueuePage(rows, anchor is not None, has_more)

    def next(self, wanted: EnquiryFilter, order: Order, id: str, *, back: bool = False) -> str:
        """Returns the id of what follows an enquiry in a queue (or precedes it), empty at the end.

        The enquiry itself need not be in the queue any more.
        """
        with self._connection() as connection:
            anchor = _anchor(connection, id)
            if anchor is None:
                return ""
            statement = select(TABLE.c.id).where(*conditions(wanted), _beyond(order, anchor, is_back=back))
            found = connection.execute(statement.order_by(*_sorting(order, is_back=back)).limit(1)).scalar()
        return str(found or "")

    def count(self, wanted: EnquiryFilter) -> int:
        """Returns how many enquiries a queue holds, `MOST_COUNTED` at most."""
        some = select(TABLE.c.id).where(*conditions(wanted)).limit(MOST_COUNTED).subquery()
        with self._connection() as connection:
            return int(connection.execute(select(func.count()).select_from(some)).scalar() or 0)

    def get(self, id: str) -> Enquiry | None:
        """Returns one enquiry with everything that is kept of it, or None."""
        with self._connection() as connection:
            row = connection.execute(select(TABLE).where(TABLE.c.id == safe_name(id))).mappings().first()
        return Enquiry(**row) if row else None

    def around(self, enquiry: Enquiry) -> Sequence[Enquiry]:
        """Returns the turns of the conversation before and after an enquiry, oldest first, itself included."""
        return self.surroundings(enquiry).turns

    def surroundings(self, enquiry: Enquiry, most: int = AROUND) -> Surroundings:
        """Returns an enquiry within its conversation, with `most` turns at most on either side."""
        if not enquiry.conversation:
            return Surroundings([enquiry])
        same = TABLE.c.conversation == enquiry.conversation
        with self._connection() as connection:
            found = []
            for is_back in (True, False):
                # Through the index of conversations, whatever else the order is.
                statement = select(TABLE).where(same, _beyond("newest", enquiry, is_back=is_back)).limit(most + 1)
                rows = connection.execute(statement.order_by(*_sorting("newest", is_back=is_back))).mappings()
                found.append([Enquiry(**row) for row in rows])
        after, before = found
        turns = [*before[:most][::-1], enquiry, *after[:most]]
        return Surroundings(turns, has_before=len(before) > most, has_after=len(after) > most)

    def seen(self, ids: Sequence[str]) -> dict[str, str]:
        """Returns the review state of each of some enquiries that is there."""
        statement = select(TABLE.c.id, TABLE.c.review_state).where(TABLE.c.id.in_(list(ids)))
        with self._connection() as connection:
            return {id: state for id, state in connection.execute(statement)}


def _anchor(connection: Connection, id: str) -> Any:
    if not id:
        return None
    statement = select(TABLE.c.created_at, TABLE.c.confidence, TABLE.c.id).where(TABLE.c.id == safe_name(id))
    return connection.execute(statement).first()


def _sorting(order: Order, *, is_back: bool) -> list[Any]:
    moment = [TABLE.c.created_at.asc(), TABLE.c.id.asc()] if is_back else [TABLE.c.created_at.desc(), TABLE.c.id.desc()]
    if order == "newest":
        return moment
    return [TABLE.c.confidence.desc() if is_back else TABLE.c.confidence.asc(), *moment]


def _beyond(order: Order, anchor: Any, *, is_back: bool) -> Any:
    """Returns the condition that a row stands after the anchor in a queue, or before it."""
    moment, id = TABLE.c.created_at, TABLE.c.id
    same_moment = and_(moment == anchor.created_at, id > anchor.id if is_back else id < anchor.id)
    later = or_(moment > anchor.created_at if is_back else moment < anchor.created_at, same_moment)
    if order == "newest":
        return later
    confidence = TABLE.c.confidence
    beyond = confidence < anchor.confidence if is_back else confidence > anchor.confidence
    return or_(beyond, and_(confidence == anchor.confidence, later))


def _listed(row: Any) -> Enquiry:
    return Enquiry(**row, shown="", citations=[], entities=[])
