"""What reviewers decide on enquiries, who is to look at which, and taking it back.

A decision belongs to its enquiry: when that is deleted, by age or because its person asked for it, so is the decision.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Column, Index, and_, func, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.store import lessons
from bot.store.blanking import blanked, searched
from bot.store.models import UtcDateTime
from bot.store.request_blanking import blank_requests
from bot.store.statements import REJECT, TABLE, of_enquiry
from bot.store.table import ApprovedTable
from bot.store.text import safe_name, safe_text

#: Kind of decision → the state in which it leaves the enquiry; `new` is the state before any.
STATES = {
    "confirm": "confirmed",
    "correct": "corrected",
    "new_entry": "new_entry",
    "out_of_scope": "out_of_scope",
    "skip": "skipped",
}
DECIDING = tuple(STATES)
#: Every state, in the order in which a person reads them; what is skipped waits for somebody else.
REVIEW_STATES = ("new", *STATES.values())
_ASSIGN, _NOTE = "assign", "note"
#: What has become of the sentence of a decision: it waits to be read, was read, or is not to be taught.
READINGS = ("unread", "read", "left_out")
#: The decisions whose sentence somebody should read; what is merely confirmed is understood already.
_TO_BE_READ = ("correct", "out_of_scope")
#: What of an enquiry may hold a person's words, or repeat them.
_BLANKED = ("text", "shown", "feedback", "entities")
_MAX_EXAMPLE_CHARACTERS, _MAX_NOTE_CHARACTERS = 500, 2000


class DecisionRow(SQLModel, table=True):
    """One decision, assignment (`assign`), rejection or note; `batch` names what was decided in one step, undone so.

    `before` is the review state, or the assignee, that undoing restores. `entry` is the right one (`confirm`,
    `correct`), or `intent` where none is; of a rejection, the entry that is not. `reading` is one of `READINGS`, empty
    where there is nothing to read. `example` is the sentence that training may read: empty unless the reviewer has
    read it as free of personal data; of a note, its words.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_enquiry", "enquiry", "id"),
        Index("ix_decision_batch", "batch"),
        Index("ix_decision_reading", "reading", "enquiry"),
        Index("ix_decision_kind", "kind", "enquiry"),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch: str
    enquiry: str = Field(sa_column=of_enquiry("fk_decision_enquiry"))
    reviewer: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    kind: str
    before: str
    entry: str = ""
    language: str = ""
    example: str = ""
    assignee: str = ""
    undone_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    undone_by: str = ""
    intent: str = ""
    reading: str = ""


DECISIONS = DecisionRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


@dataclass(frozen=True)
class Decided:
    """What became of a step: the batch to undo it by, and the enquiries that others had decided in between.

    `taken` maps such an enquiry to the decision that stands; it is None where the enquiry is gone.
    """

    batch: str
    done: tuple[str, ...]
    taken: Mapping[str, DecisionRow | None] = field(default_factory=dict)


class ReviewStore(ApprovedTable):
    """The decisions of one database. Every method raises StoreError while the database is away."""

    def decide(
        self,
        seen: Mapping[str, str],
        kind: str,
        reviewer: str,
        *,
        entry: str = "",
        intent: str = "",
        example: str = "",
    ) -> Decided:
        """Decides enquiries that are still as the reviewer has seen them.

        Args:
            seen: id → review state that the reviewer saw; where it is another by now, nothing is changed.
            entry: the right entry; empty with `confirm` means the one that was shown.
            intent: with `correct`, what was meant where that is no entry, such as a greeting.
            example: the sentence that training may read, free of personal data.

        Raises:
            ValueError: there is no such kind, or `correct` names neither an entry nor an intent, or both.
        """
        if kind not in STATES or (intent and kind != "correct") or (kind == "correct" and bool(entry) == bool(intent)):
            raise ValueError(f"no such decision: {kind!r} for {entry or intent!r}")
        batch, done, taken = uuid.uuid4().hex, [], {}
        with self._connection() as connection:
            # In one order, so that two reviewers' bulk decisions do not wait for each other in a circle.
            for id in sorted(seen):
                changed = update(TABLE).where(TABLE.c.id == id, TABLE.c.review_state == seen[id])
                if not connection.execute(changed.values(review_state=STATES[kind])).rowcount:
                    taken[id] = standing(connection, id)
                    continue
                row = connection.execute(select(TABLE.c.entry, TABLE.c.language).where(TABLE.c.id == id)).one()
                values = {"kind": kind, "before": seen[id], "entry": entry or (row[0] if kind == "confirm" else "")}
                words = safe_text(example.strip(), _MAX_EXAMPLE_CHARACTERS)
                values |= {"language": row[1], "intent": safe_name(intent), "example": words}
                values["reading"] = "read" if words else "unread" if kind in _TO_BE_READ else ""
                lessons.withdraw(connection, id)
                _insert(connection, batch=batch, enquiry=id, reviewer=reviewer, **values)
                self._teach(connection, standing(connection, id))
                done.append(id)
        return Decided(batch, tuple(done), taken)

    def assign(self, ids: Sequence[str], assignee: str, reviewer: str) -> Decided:
        """Says who is to look at some enquiries; an empty `assignee` means nobody."""
        batch, done = uuid.uuid4().hex, []
        with self._connection() as connection:
            for id in sorted(set(ids)):
                before = connection.execute(select(TABLE.c.assignee).where(TABLE.c.id == id)).scalar()
                if before is None or before == assignee:
                    continue
                connection.execute(update(TABLE).where(TABLE.c.id == id).values(assignee=assignee))
                values = {"kind": _ASSIGN, "before": before, "assignee": assignee}
                _insert(connection, batch=batch, enquiry=id, reviewer=reviewer, **values)
                done.append(id)
        return Decided(batch, tuple(done))

    def reject(self, id: str, seen: str, entry: str, reviewer: str) -> Decided:
        """Says that an entry which came close is not the right one; the enquiry still waits for its decision.

        Args:
            seen: the review state that the reviewer saw; where it is another by now, nothing is changed.
        """
        batch = uuid.uuid4().hex
        with self._connection() as connection:
            same = select(TABLE.c.id).where(TABLE.c.id == id, TABLE.c.review_state == seen)
            if connection.execute(same).first() is None:
                return Decided(batch, (), {id: standing(connection, id)})
            _insert(connection, batch=batch, enquiry=id, reviewer=reviewer, kind=REJECT, before="", entry=entry)
        return Decided(batch, (id,))

    def note(self, id: str, text: str, reviewer: str) -> bool:
        """Notes something on an enquiry for the other reviewers; returns whether it was there."""
        words = safe_text(text.strip(), _MAX_NOTE_CHARACTERS)
        with self._connection() as connection:
            if not words or connection.execute(select(TABLE.c.id).where(TABLE.c.id == id)).first() is None:
                return False
            batch = uuid.uuid4().hex
            _insert(connection, batch=batch, enquiry=id, reviewer=reviewer, kind=_NOTE, before="", example=words)
        return True

    def batch(self, name: str) -> Sequence[DecisionRow]:
        """Returns what was decided in one step."""
        statement = select(DECISIONS).where(DECISIONS.c.batch == safe_name(name)).order_by(DECISIONS.c.id)
        with self._connection() as connection:
            return [DecisionRow(**row) for row in connection.execute(statement).mappings()]

    def undo(self, batch: str, reviewer: str) -> tuple[str, ...]:
        """Takes back one step where nothing was decided after it; returns the enquiries that are as before."""
        now, back = datetime.now(timezone.utc), []
        with self._connection() as connection:
            is_undoable = and_(DECISIONS.c.undone_at.is_(None), DECISIONS.c.kind != _NOTE)
            undoable = and_(DECISIONS.c.batch == safe_name(batch), is_undoable)
            for row in connection.execute(select(DECISIONS).where(undoable).order_by(DECISIONS.c.enquiry)).mappings():
                undone = update(DECISIONS).where(DECISIONS.c.id == row["id"])
                if row["kind"] == REJECT:
                    connection.execute(undone.values(undone_at=now, undone_by=reviewer))
                    back.append(row["enquiry"])
                    continue
                is_assignment = row["kind"] == _ASSIGN
                column = TABLE.c.assignee if is_assignment else TABLE.c.review_state
                after = row["assignee"] if is_assignment else STATES[row["kind"]]
                latest = standing(connection, row["enquiry"], assignments=is_assignment)
                if latest is None or latest.id != row["id"]:
                    continue
                restored = update(TABLE).where(TABLE.c.id == row["enquiry"], column == after)
                if not connection.execute(restored.values({column.name: row["before"]})).rowcount:
                    continue
                connection.execute(undone.values(undone_at=now, undone_by=reviewer, example=""))
                if not is_assignment:
                    lessons.withdraw(connection, row["enquiry"])
                    self._teach(connection, standing(connection, row["enquiry"]))
                back.append(row["enquiry"])
        return tuple(back)

    def of(self, enquiry: str) -> Sequence[DecisionRow]:
        """Returns what was decided on one enquiry, newest first, what was taken back included."""
        statement = select(DECISIONS).where(DECISIONS.c.enquiry == enquiry).order_by(DECISIONS.c.id.desc())
        with self._connection() as connection:
            return [DecisionRow(**row) for row in connection.execute(statement).mappings()]

    def examples(self) -> Sequence[DecisionRow]:
        """Returns the standing decisions with a sentence for training, oldest first."""
        with_sentence = and_(DECISIONS.c.undone_at.is_(None), DECISIONS.c.example != "", DECISIONS.c.kind.in_(DECIDING))
        with self._connection() as connection:
            rows = connection.execute(select(DECISIONS).where(with_sentence).order_by(DECISIONS.c.id)).mappings()
            return _latest([DecisionRow(**row) for row in rows])

    def labels(self, enquiries: Sequence[str]) -> dict[str, str]:
        """Returns the label that a reviewer found right, for those of some enquiries that were judged."""
        known = and_(DECISIONS.c.enquiry.in_(tuple(enquiries)), DECISIONS.c.undone_at.is_(None))
        statement = select(DECISIONS).where(known, DECISIONS.c.kind.in_(DECIDING)).order_by(DECISIONS.c.id)
        with self._connection() as connection:
            rows = _latest([DecisionRow(**row) for row in connection.execute(statement).mappings()])
        found = {row.enquiry: label_of(row) for row in rows}
        return {enquiry: label for enquiry, label in found.items() if label}

    def counts(self) -> dict[str, int]:
        """Returns how many enquiries are in each review state, measurements left out."""
        statement = select(TABLE.c.review_state, func.count()).where(*COUNTED).group_by(TABLE.c.review_state)
        with self._connection() as connection:
            found = {state: int(count) for state, count in connection.execute(statement)}
        return {state: found.get(state, 0) for state in REVIEW_STATES}

    def redact(self, id: str, words: Sequence[str], label: str, secret: str = "") -> int:
        """Blanks words, in any case, in everything that is kept of an enquiry's conversation.

        It cannot be undone: that is its point. Decisions' examples are blanked too, and the requests for a person that
        were made from it.

        Args:
            secret: the installation's, with which requests are encrypted; without it they are left.

        Returns:
            How many enquiries and parts of requests changed.

        Raises:
            StoreError: the requests were encrypted with another secret; nothing is blanked.
        """
        wanted, changed = searched(words), 0
        if wanted is None:
            return 0
        with self._erasure() as connection:
            row = connection.execute(select(TABLE.c.conversation).where(TABLE.c.id == id)).first()
            if row is None:
                return 0
            within = (TABLE.c.conversation == row[0]) if row[0] else (TABLE.c.id == id)
            turns = connection.execute(select(TABLE).where(within)).mappings().all()
            for found in turns:
                values = {name: blanked(found[name], wanted, label) for name in _BLANKED}
                if any(found[name] != value for name, value in values.items()):
                    connection.execute(update(TABLE).where(TABLE.c.id == found["id"]).values(values))
                    changed += 1
                decided = DECISIONS.c.enquiry == found["id"]
                for own in connection.execute(select(DECISIONS.c.id, DECISIONS.c.example).where(decided)).all():
                    example = blanked(own[1], wanted, label)
                    connection.execute(update(DECISIONS).where(DECISIONS.c.id == own[0]).values(example=example))
                lessons.blank(connection, found["id"], wanted, label)
            if secret:
                changed += blank_requests(connection, secret, [turn["id"] for turn in turns], wanted, label)
        return changed

    def _teach(self, connection: Connection, decision: DecisionRow | None) -> None:
        """Makes a lesson of the sentence of a decision, which its reviewer has read as free of personal data."""
        if decision is None or not lessons.sentence(decision.example):
            return
        label = label_of(decision)
        if label:
            more = {"enquiry": decision.enquiry, "decision": decision.id, "needs_second": self.needs_second}
            lessons.add(connection, "example", label, decision.language, decision.example, decision.reviewer, **more)


#: What counts as an enquiry of a person: neither a turn of small talk nor a measurement.
COUNTED = (TABLE.c.is_enquiry.is_(True), TABLE.c.channel != "jsonl")


def _insert(connection: Connection, **values: Any) -> None:
    rest = {"entry": "", "language": "", "example": "", "assignee": "", "undone_at": None, "undone_by": ""}
    rest |= {"intent": "", "reading": ""}
    connection.execute(DECISIONS.insert().values(created_at=datetime.now(timezone.utc), **{**rest, **values}))


def label_of(decision: DecisionRow) -> str:
    """Returns the label that a decision found right, empty where it found none."""
    if decision.kind == "out_of_scope":
        return lessons.OUT_OF_SCOPE
    return f"{lessons.FAQ}{decision.entry}" if decision.entry else decision.intent


def standing(connection: Connection, enquiry: str, *, assignments: bool = False) -> DecisionRow | None:
    """Returns the last decision (or assignment) on an enquiry that was not taken back."""
    kind = DECISIONS.c.kind.in_((_ASSIGN,) if assignments else DECIDING)
    statement = select(DECISIONS).where(DECISIONS.c.enquiry == enquiry, DECISIONS.c.undone_at.is_(None), kind)
    row = connection.execute(statement.order_by(DECISIONS.c.id.desc()).limit(1)).mappings().first()
    return DecisionRow(**row) if row else None


def _latest(rows: Sequence[DecisionRow]) -> list[DecisionRow]:
    """Returns the last of each enquiry's decisions."""
    return sorted({row.enquiry: row for row in rows}.values(), key=lambda row: row.id or 0)
