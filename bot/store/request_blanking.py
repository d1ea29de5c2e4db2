"""Blanking words in the requests for a person that were made from enquiries; what is encrypted is so afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.store.blanking import blanked
from bot.store.contacts import ContactRow
from bot.store.rotation import SEALED
from bot.store.sealing import Seal
from bot.store.threads import ThreadPartRow

_CONTACTS: Any = ContactRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_PARTS: Any = ThreadPartRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


def blank_requests(
    connection: Connection, secret: str, enquiries: Sequence[str], words: re.Pattern[str], label: str
) -> int:
    """Blanks words in questions and threads, and returns in how many; the address stays, for the answer to go to.

    Args:
        secret: the installation's, with which they are encrypted.

    Raises:
        StoreError: they were encrypted with another secret.
    """
    references = select(_CONTACTS.c.reference).where(_CONTACTS.c.enquiry.in_(list(enquiries)))
    places = ((_CONTACTS, _CONTACTS.c.question, ContactRow), (_PARTS, _PARTS.c.text, ThreadPartRow))
    changed = 0
    for table, column, model in places:
        seal, (key,) = Seal(secret, SEALED[model][0]), table.primary_key
        for id, sealed in connection.execute(select(key, column).where(table.c.reference.in_(references))).all():
            text = seal.open(sealed) if sealed else ""
            if (cleaned := blanked(text, words, label)) != text:
                connection.execute(update(table).where(key == id).values({column.name: seal.close(cleaned)}))
                changed += 1
    return changed
