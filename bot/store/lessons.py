"""What reviewers have decided to teach: the overlay that training reads beside the files.

A lesson is a sentence with the label it deserves, the stub of an entry that is still to be written, or a turn of a
dialogue to be tested. It stands here until the checkout holds it: `confirmed`, then `exported`, then `absorbed`; where
two persons are asked for, it is `proposed` first. A sentence comes in only after a reviewer has confirmed or rewritten
it as free of personal data. What still holds the person's words goes with their enquiry, while it has not been
exported; what a reviewer has worded anew stays, untied from it.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Index, and_, delete, not_, or_, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.blanking import blanked
from bot.store.database import FAILURES, connect, parse_url
from bot.store.likeness import is_own_wording
from bot.store.models import UtcDateTime
from bot.store.statements import TABLE as ENQUIRIES
from bot.store.table import ApprovedTable
from bot.store.text import safe_json, safe_name, safe_text

#: `example` is learned from; `question` belongs to a stub and is learned from once its entry exists; `stub` is an entry
#: to be written; `turn` is one of a dialogue that tests go through, whose name is its label.
KINDS = ("example", "question", "stub", "turn")
STATES = ("proposed", "confirmed", "exported", "absorbed")
_NOT_EXPORTED = ("proposed", "confirmed")
#: Labels of questions of content begin so; the rest is the entry's id.
FAQ = "faq/"
#: The intent of whatever the guide does not answer.
OUT_OF_SCOPE = "out_of_scope"
MAX_CHARACTERS = 500
_MARKUP = re.compile(r"\](?=[({\[])")


class LessonRow(SQLModel, table=True):
    """One lesson; `label` is `faq/<entry>` or an intent, of a stub the id of its entry.

    `enquiry` and `decision` tie it to where it came from, until it is exported; `is_rewritten` tells that the text is
    not the person's word for word, `outlives` that so little of theirs is in it that it stays when their enquiry goes.
    `details` holds, of a stub, its titles per language, of a turn its number and what is expected.
    """

    __tablename__ = "lesson"
    __table_args__ = (
        Index("ix_lesson_state", "state", "kind"),
        Index("ix_lesson_enquiry", "enquiry"),
        Index("ix_lesson_label", "label"),
    )

    id: str = Field(primary_key=True)
    kind: str
    label: str
    language: str = ""
    text: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    enquiry: str = ""
    decision: int | None = None
    is_rewritten: bool = False
    outlives: bool = False
    state: str = "confirmed"
    author: str = ""
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


_TABLE = LessonRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
LESSONS = _TABLE
_LEARNED = and_(_TABLE.c.kind == "example", _TABLE.c.state.in_(("confirmed", "exported")))


@dataclass(frozen=True)
class Lesson:
    """One lesson as it stands."""

    id: str
    kind: str
    label: str
    language: str
    text: str
    details: dict[str, Any]
    enquiry: str
    decision: int | None
    is_rewritten: bool
    outlives: bool
    state: str
    author: str
    created_at: datetime


@dataclass(frozen=True)
class Example:
    """What a model learns of a lesson: a sentence and the label it deserves."""

    label: str
    language: str
    text: str


class LessonStore(ApprovedTable):
    """The lessons of one database. Every method raises StoreError while the database is away."""

    def add(self, kind: str, label: str, language: str, text: str, author: str, **more: Any) -> str:
        """Writes a lesson down and returns its id; the text must have been read as free of personal data.

        Args:
            more: `enquiry` or `details`, as in `LessonRow`.

        Raises:
            ValueError: there is no such kind, or no label, or a sentence is empty.
        """
        with self._connection() as connection:
            return add(connection, kind, label, language, text, author, needs_second=self.needs_second, **more)

    def approve(self, id: str, name: str) -> bool:
        """Confirms what somebody else has proposed: a sentence, a stub with its questions, a whole dialogue.

        Returns:
            Whether it was proposed, and by another than `name`.
        """
        with self._connection() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == safe_name(id))).mappings().first()
            if row is None or row["author"] == safe_name(name):
                return False
            proposed = and_(_whole(row), _TABLE.c.state == "proposed", _TABLE.c.author != safe_name(name))
            return bool(connection.execute(update(_TABLE).where(proposed).values(state="confirmed")).rowcount)

    def change(self, id: str, label: str, text: str, author: str = "") -> bool:
        """Gives a lesson that is not exported another label and text; returns whether there was such a one.

        Args:
            author: who changes it; where a second person is needed, it is proposed again, by them.
        """
        words = sentence(text)
        if not words or not label:
            raise ValueError("a lesson needs a label and a sentence")
        sentences = _TABLE.c.kind.in_(("example", "question"))
        mine = and_(_TABLE.c.id == safe_name(id), _TABLE.c.state.in_(_NOT_EXPORTED), sentences)
        with self._erasure() as connection:
            row = connection.execute(select(_TABLE).where(mine)).mappings().first()
            if row is None:
                return False
            changes: dict[str, Any] = {"label": safe_name(label), "text": words}
            if self.needs_second:
                changes |= {"state": "proposed", "author": safe_name(author)}
            if words != row["text"]:
                changes |= _wording(connection, row["enquiry"], words)
            return bool(connection.execute(update(_TABLE).where(mine).values(changes)).rowcount)

    def drop(self, id: str) -> bool:
        """Deletes a lesson, with the questions of a stub, with its whole dialogue; returns whether there was one."""
        with self._erasure() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == safe_name(id))).mappings().first()
            if row is None:
                return False
            return bool(connection.execute(delete(_TABLE).where(_whole(row))).rowcount)

    def get(self, id: str) -> Lesson | None:
        """Returns one lesson, or None."""
        with self._connection() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == safe_name(id))).mappings().first()
        return Lesson(**row) if row else None

    def standing(self) -> Sequence[Lesson]:
        """Returns the lessons that the checkout does not hold yet, oldest first."""
        statement = select(_TABLE).where(_TABLE.c.state != "absorbed").order_by(_TABLE.c.created_at, _TABLE.c.id)
        with self._connection() as connection:
            return [Lesson(**row) for row in connection.execute(statement).mappings()]

    def examples(self) -> list[Example]:
        """Returns what training learns beside the files, in an order that is always the same."""
        with self._connection() as connection:
            return _examples(connection)

    def mark(self, ids: Iterable[str], state: str) -> int:
        """Moves lessons on to `exported` or `absorbed` and unties them; returns how many that were."""
        if state not in ("exported", "absorbed"):
            raise ValueError(f"no lesson becomes {state!r}")
        moved = 0
        untied = {"enquiry": "", "decision": None}
        with self._connection() as connection:
            for id in ids:
                statement = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state != "absorbed")
                moved += int(connection.execute(statement.values(state=state, **untied)).rowcount)
        return moved

    def begin_to_learn(self, entry: str) -> int:
        """Makes examples of the questions of a stub whose entry exists by now; returns how many."""
        mine = and_(_TABLE.c.kind == "question", _TABLE.c.label == f"{FAQ}{entry}", _TABLE.c.state != "absorbed")
        with self._connection() as connection:
            return int(connection.execute(update(_TABLE).where(mine).values(kind="example")).rowcount)

    def counts(self) -> dict[str, int]:
        """Returns how many lessons are in each state."""
        counted = dict.fromkeys(STATES, 0)
        with self._connection() as connection:
            for (state,) in connection.execute(select(_TABLE.c.state)):
                counted[state] = counted.get(state, 0) + 1
        return counted


def add(connection: Connection, kind: str, label: str, language: str, text: str, author: str, **more: Any) -> str:
    """Writes a lesson down within a transaction of the caller's; see `LessonStore.add`."""
    words = sentence(text)
    if kind not in KINDS or not label or not (words or kind == "stub"):
        raise ValueError(f"no lesson: {kind!r} for {label!r}")
    enquiry = safe_name(more.get("enquiry", ""))
    state = "proposed" if more.get("needs_second") else "confirmed"
    row = {
        "id": uuid.uuid4().hex,
        "kind": kind,
        "label": safe_name(label),
        "language": language,
        "text": words,
        "details": safe_json(dict(more.get("details", {}))),
        "enquiry": enquiry,
        "decision": more.get("decision"),
        **_wording(connection, enquiry, words),
        "state": state,
        "author": safe_name(author),
        "created_at": datetime.now(timezone.utc),
    }
    connection.execute(_TABLE.insert().values(row))
    return str(row["id"])


def withdraw(connection: Connection, enquiry: str) -> None:
    """Deletes what the decisions on an enquiry have taught, while it is not exported."""
    undone = and_(_TABLE.c.enquiry == enquiry, _TABLE.c.decision.is_not(None), _TABLE.c.state.in_(_NOT_EXPORTED))
    connection.execute(delete(_TABLE).where(undone))


def blank(connection: Connection, enquiry: str, words: re.Pattern[str], label: str) -> None:
    """Blanks words in the lessons that are tied to an enquiry."""
    for id, text in connection.execute(select(_TABLE.c.id, _TABLE.c.text).where(_TABLE.c.enquiry == enquiry)).all():
        changed = blanked(text, words, label)
        if changed != text:
            connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(text=changed))


def release_orphans(connection: Connection) -> int:
    """Deletes or unties the lessons whose enquiry is gone; returns how many were deleted.

    Called with every deletion of enquiries: by age, or because a person asked for it.
    """
    # Not `NOT IN`, for which SQLite would gather the ids of all enquiries.
    there = select(ENQUIRIES.c.id).where(ENQUIRIES.c.id == _TABLE.c.enquiry).correlate(_TABLE).exists()
    gone = and_(_TABLE.c.enquiry != "", not_(there))
    their_words = and_(gone, _TABLE.c.state.in_(_NOT_EXPORTED), _TABLE.c.outlives.is_(False))
    deleted = int(connection.execute(delete(_TABLE).where(their_words)).rowcount)
    connection.execute(update(_TABLE).where(gone).values(enquiry="", decision=None))
    return deleted


def _whole(row: Mapping[str, Any]) -> Any:
    """Returns the condition for a lesson with what belongs to it."""
    if row["kind"] == "turn":
        return and_(_TABLE.c.kind == "turn", _TABLE.c.label == row["label"])
    its_questions = and_(_TABLE.c.kind == "question", _TABLE.c.label == f"{FAQ}{row['label']}")
    return or_(_TABLE.c.id == row["id"], its_questions) if row["kind"] == "stub" else _TABLE.c.id == row["id"]


def digest(examples: Iterable[Example]) -> str:
    """Returns twelve hexadecimal digits over what training learns beside the files; empty where that is nothing."""
    found = hashlib.sha256()
    empty = True
    for example in examples:
        empty = False
        found.update("\0".join((example.label, example.language, example.text)).encode() + b"\n")
    return "" if empty else found.hexdigest()[:12]


def present_digest(settings: Settings) -> str | None:
    """Returns the digest of the lessons now; None where they cannot be read.

    Makes no database and migrates none: whoever asks whether a model is stale changes nothing.
    """
    try:
        parsed = parse_url(settings.database_url)
        if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
            return ""
        engine = connect(settings.database_url)
        try:
            with engine.connect() as connection:
                return digest(_examples(connection))
        finally:
            engine.dispose()
    except (StoreError, *FAILURES):
        return None


def sentence(text: str) -> str:
    """Returns a text as one line of printable characters without markup, as training files hold it."""
    words = "".join(character if character.isprintable() else " " for character in safe_text(text))
    # "[a](b)" would be read as an entity with its name (rasa 3.6.21).
    return _MARKUP.sub("] ", " ".join(words.split()))[:MAX_CHARACTERS].strip()


def _wording(connection: Connection, enquiry: str, words: str) -> dict[str, bool]:
    """Returns, for a sentence, whose words it holds beside those of the enquiry that it is tied to."""
    statement = select(ENQUIRIES.c.text).where(ENQUIRIES.c.id == enquiry)
    asked = sentence(connection.execute(statement).scalar() or "") if enquiry else ""
    return {"is_rewritten": words != asked, "outlives": is_own_wording(words, asked)}


def _examples(connection: Connection) -> list[Example]:
    columns = (_TABLE.c.label, _TABLE.c.language, _TABLE.c.text)
    rows = connection.execute(select(*columns).where(_LEARNED).distinct().order_by(*columns))
    # Sorted again here: the two databases do not order text alike.
    return sorted((Example(*row) for row in rows), key=lambda e: (e.label, e.language, e.text))


def as_mapping(lesson: Lesson) -> Mapping[str, Any]:
    """Returns what an export may hold of a lesson: no author, no date, nothing of an enquiry."""
    kept = {"kind": lesson.kind, "label": lesson.label, "language": lesson.language, "text": lesson.text}
    return {**kept, **({"details": lesson.details} if lesson.details else {})}
