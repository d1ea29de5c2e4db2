"""Tags that maintainers put on entries of the knowledge base, to find again what belongs together for them.

They are words of the console alone: nobody is answered by them, and no model learns them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timezone

from sqlalchemy import Column, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from bot.store.models import UtcDateTime
from bot.store.table import Table
from bot.store.text import safe_name

#: Enough to sort by; more would be a second text of the entry.
MOST_PER_ENTRY = 8
MAX_CHARACTERS = 30
#: Letters and digits of any script, with single spaces and hyphens between them.
_TAG = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
_BETWEEN = re.compile(r"[,;，；、\n]")


class TagRow(SQLModel, table=True):
    """One tag on one entry, since when and by which account."""

    __tablename__ = "entry_tag"

    entry: str = Field(primary_key=True)
    tag: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    by: str


_TABLE = TagRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class TagStore(Table):
    """The tags of one database. Every method raises StoreError while the database is away."""

    def add(self, entry: str, tags: Iterable[str], by: str) -> int | None:
        """Puts normal tags on an entry; returns how many are new, None where they would be too many: then none is."""
        entry = safe_name(entry)
        with self._connection() as connection:
            there = set(connection.execute(select(_TABLE.c.tag).where(_TABLE.c.entry == entry)).scalars())
            new = sorted(set(tags) - there)
            if len(there) + len(new) > MOST_PER_ENTRY:
                return None
            if new:
                dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
                now = datetime.now(timezone.utc)
                values = [{"entry": entry, "tag": tag, "since": now, "by": safe_name(by)} for tag in new]
                # Somebody else may put the same one on at the same moment.
                connection.execute(dialect.insert(_TABLE).on_conflict_do_nothing(), values)
        return len(new)

    def remove(self, entry: str, tag: str) -> bool:
        """Takes a tag off an entry; returns whether it was there."""
        mine = delete(_TABLE).where(_TABLE.c.entry == safe_name(entry), _TABLE.c.tag == normal_tag(tag))
        with self._connection() as connection:
            return bool(connection.execute(mine).rowcount)

    def of(self, entry: str) -> list[str]:
        """Returns the tags of one entry, in alphabetical order."""
        return self.by_entry().get(entry, [])

    def by_entry(self) -> dict[str, list[str]]:
        """Returns the tags of every entry that has some, in alphabetical order."""
        found: dict[str, list[str]] = {}
        with self._connection() as connection:
            for entry, tag in connection.execute(select(_TABLE.c.entry, _TABLE.c.tag)):
                found.setdefault(entry, []).append(tag)
        # Sorted here: databases order letters by rules of their own.
        return {entry: sorted(tags) for entry, tags in found.items()}


def normal_tag(typed: str) -> str:
    """Returns a tag as it is kept: small letters, full-width forms and spaces made plain; empty where it is none."""
    plain = " ".join(unicodedata.normalize("NFKC", typed).lower().split())
    return plain if len(plain) <= MAX_CHARACTERS and _TAG.fullmatch(plain) else ""


def read_tags(typed: str) -> list[str] | None:
    """Returns the tags that somebody has typed with commas between, each once; None where one is no tag."""
    found = [normal_tag(part) for part in _BETWEEN.split(typed) if part.strip()]
    return None if "" in found else list(dict.fromkeys(found))
