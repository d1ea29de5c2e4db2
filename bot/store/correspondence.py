"""What goes to and fro on requests on any channel: replies that wait for their person, and what people answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.settings import Settings
from bot.store.contacts import NOT_CLOSED, UNANSWERED, Contact, ContactStore
from bot.store.threads import ThreadPart, ThreadStore

#: How things stand, as a person is told: a request's own state, or that they have written after a reply.
Standing = Literal["draft", "open", "overdue", "answered", "reopened", "closed"]


class Correspondence:
    """Requests and their threads together. Every method raises StoreError while the database is away."""

    def __init__(self, contacts: ContactStore, threads: ThreadStore) -> None:
        self.contacts = contacts
        self.threads = threads

    @classmethod
    @contextlib.contextmanager
    def opened(cls, settings: Settings) -> Iterator[Correspondence]:
        """Yields the correspondence in the database that the settings name."""
        with ContactStore.from_settings(settings) as contacts, ThreadStore.from_settings(settings) as threads:
            yield cls(contacts, threads)

    def named(self, pseudonym: str, text: str) -> Contact | None:
        """Returns the person's own request whose reference stands in a text, or None."""
        return next((contact for contact in self.contacts.of(pseudonym) if contact.reference in text), None)

    def answer(self, contact: Contact, text: str) -> bool:
        """Adds what a person answers to the thread of their request, which is open again.

        Returns:
            Whether it was: not where the request is closed, or not passed on yet.
        """
        present = self.contacts.get(contact.reference)
        if present is None or present.state not in NOT_CLOSED:
            return False
        last = next(iter(reversed(self.threads.of(contact.reference))), None)
        # A message may come twice: a channel hands in again what a process that was killed had begun with.
        if last is None or (last.kind, last.text) != ("answer", text.strip()):
            self.threads.add(contact.reference, "answer", "", text)
        self.contacts.reopen(contact.reference)
        return True

    def unseen(self, pseudonym: str) -> Sequence[tuple[Contact, ThreadPart]]:
        """Returns the replies that wait for a person's next visit, oldest first."""
        waiting = [
            (contact, part)
            for contact in self.contacts.of(pseudonym)
            if contact.is_visitor
            for part in self.threads.of(contact.reference)
            if (part.kind, part.state) == ("reply", "waiting")
        ]
        return sorted(waiting, key=lambda pair: pair[1].id)

    def unanswered(self, pseudonym: str, after_days: int) -> Sequence[Contact]:
        """Returns a person's requests that nobody has answered for so many days and that wait for their visit."""
        late = self.contacts.overdue(after_days)
        return [contact for contact in late if contact.is_visitor and contact.pseudonym == pseudonym]

    def arrived(self, part: ThreadPart) -> None:
        """Notes that a reply has reached its person."""
        self.threads.mark_sent(part.id)
        self.contacts.mark_answered(part.reference)

    def standing(self, contact: Contact) -> Standing:
        """Returns how things stand with a request."""
        if contact.is_draft:
            return "draft"
        if contact.state in UNANSWERED and self._has_reply(contact):
            return "reopened"
        return contact.state  # type: ignore[return-value]  # the states that are left are standings

    def _has_reply(self, contact: Contact) -> bool:
        return any((part.kind, part.state) == ("reply", "sent") for part in self.threads.of(contact.reference))
