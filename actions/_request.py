"""Writes requests for a person down, with the address that the channel of the turn has for a reply."""

from __future__ import annotations

import contextlib

from actions._base import Guide
from bot.store.contacts import AT_NEXT_VISIT, Contact, ContactStore

#: Channels whose people come back under the same name: a reply waits for their next visit.
_COME_BACK = frozenset({"terminal"})
#: Channels that can neither send a person anything nor know them again.
_WITHOUT_ADDRESS = frozenset({"jsonl", "rest", "unknown"})


def comes_back(guide: Guide) -> bool:
    """Returns whether the person of the turn finds a reply at their next visit."""
    return guide.turn.channel in _COME_BACK


def has_chat(guide: Guide) -> bool:
    """Returns whether the channel can write to the person: it then opens the request itself, with the address."""
    return not comes_back(guide) and guide.turn.channel not in _WITHOUT_ADDRESS


def stored(guide: Guide, question: str, enquiry: str = "") -> Contact:
    """Returns the request after it was written down, opened where no channel does that; the person has agreed.

    Raises:
        StoreError: the database is away; nothing was written down.
    """
    pseudonym = guide.turn.pseudonym
    with contextlib.closing(ContactStore(guide.services.settings.database_url, guide.services.secret)) as contacts:
        contact = contacts.draft(pseudonym, guide.language, question, enquiry)
        if not has_chat(guide):
            contacts.consent(contact.reference, pseudonym, AT_NEXT_VISIT if comes_back(guide) else "")
    return contact
