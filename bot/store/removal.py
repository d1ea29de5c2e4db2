"""Deleting one enquiry with all that hangs on it, by hand and for good."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, update

from bot.store.audit import AuditRow
from bot.store.contacts import ContactRow
from bot.store.lessons import release_orphans
from bot.store.statements import TABLE
from bot.store.table import Table
from bot.store.text import safe_name

_AUDIT: Any = AuditRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_CONTACTS: Any = ContactRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class RemovalStore(Table):
    """Deletes enquiries. Every method raises StoreError while the database is away."""

    def remove(self, id: str, actor: str) -> bool:
        """Deletes an enquiry; returns whether it was there.

        Its feedback and how it was delivered are part of it; decisions, notes and compared answers go by the
        database's own rule, and so do, while they are not exported, the lessons that hold the person's words. A request
        for a person stays, untied from it: somebody waits for its answer. That it was deleted, and by whom, stands in
        the audit log from the same moment. On SQLite the words are in no file afterwards.
        """
        name = safe_name(id)
        with self._erasure() as connection:
            if not connection.execute(delete(TABLE).where(TABLE.c.id == name)).rowcount:
                return False
            release_orphans(connection)
            connection.execute(update(_CONTACTS).where(_CONTACTS.c.enquiry == name).values(enquiry=""))
            values = {"actor": safe_name(actor, 64), "action": "delete_enquiry", "subject": name, "detail": ""}
            connection.execute(_AUDIT.insert().values(at=datetime.now(timezone.utc), **values))
        return True
