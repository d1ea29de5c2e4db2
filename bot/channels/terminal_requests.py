"""Requests for a person in the terminal: replies that came since the last visit, how things stand, what is answered.

What goes to and fro is between the person and whoever sees to their request: nothing of it is logged as an enquiry.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator

from bot.dialogue.door import Answer, Dialogue, Message
from bot.errors import StoreError
from bot.flows.result import fill
from bot.reply import Reply
from bot.store.contacts import normal_reference
from bot.store.correspondence import Correspondence

logger = logging.getLogger(__name__)


class Requests:
    """The requests of the one person at this terminal."""

    def __init__(self, dialogue: Dialogue, correspondence: Correspondence, pseudonym: str) -> None:
        self._dialogue = dialogue
        self._correspondence = correspondence
        self._pseudonym = pseudonym

    def news(self) -> Iterator[Reply]:
        """Yields the replies that wait, and that nobody has answered in time; each is told once.

        One counts as read when the next one is asked for.
        """
        try:
            for contact, part in self._correspondence.unseen(self._pseudonym):
                values = {"reference": contact.reference, "reply": part.text}
                words = self._dialogue.phrases.get("request_reply", contact.language, **values)
                yield Reply("notice", contact.language, body=tuple(words.split("\n\n")))
                self._correspondence.arrived(part)
            settings = self._dialogue.settings
            for contact in self._correspondence.unanswered(self._pseudonym, settings.reply_days):
                values = {"reference": contact.reference, "contact": settings.contact, "days": str(settings.reply_days)}
                words = self._dialogue.knowledge.flow_words[contact.language].phrases["request_overdue"]
                yield Reply("notice", contact.language, body=(fill(words, **values),))
                self._correspondence.contacts.mark_overdue(contact.reference)
        except StoreError as error:
            logger.warning("replies to requests could not be read: %s", error)

    def status(self, message: Message, typed: str) -> Answer | None:
        """Returns how things stand with a request of the person; None where the words name none."""
        try:
            found = self._correspondence.contacts.get(typed, self._pseudonym)
            if found is None:
                return None
            standing = self._correspondence.standing(found)
        except StoreError as error:
            logger.warning("a request could not be looked up: %s", error)
            return None
        message = self._spoken(message, found.language)
        state = self._dialogue.phrases.get(f"request_{standing}", message.language)
        return self._dialogue.notice(message, "request_status", reference=found.reference, state=state)

    def answer(self, message: Message, typed: str) -> Answer:
        """Takes `REFERENCE words` into the thread of the person's request."""
        reference, _, words = typed.partition(" ")
        if not words.strip():
            return self._dialogue.notice(message, "request_answer_how")
        try:
            contact = self._correspondence.contacts.get(reference, self._pseudonym)
            if contact is None or contact.is_draft:
                return self._dialogue.notice(message, "request_unknown", reference=normal_reference(reference)[:8])
            is_added = self._correspondence.answer(contact, words)
        except StoreError as error:
            logger.warning("an answer to a reply could not be stored: %s", error)
            return self._dialogue.notice(message, "request_answer_failed")
        message, operator = self._spoken(message, contact.language), self._dialogue.settings.operator
        name = "request_answer_done" if is_added else "request_answer_closed"
        return self._dialogue.notice(message, name, reference=contact.reference, operator=operator)

    def _spoken(self, message: Message, language: str) -> Message:
        """Returns the message as one in the language of the conversation; before it has one, in the request's."""
        last = self._dialogue.last_language(message.conversation)
        return dataclasses.replace(message, language=last or message.language_hint or language)
