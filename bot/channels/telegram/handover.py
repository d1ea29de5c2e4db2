"""What a person wants passed on: the last question asked, and the draft that waits for consent."""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timezone

from bot.channels.telegram.front import Asker, Front
from bot.channels.telegram.markup import cut
from bot.channels.telegram.rendering import Button
from bot.dialogue.door import Answer
from bot.errors import StoreError
from bot.store.contacts import Contact
from bot.store.statements import EnquiryFilter

#: The dialogue's button that says yes to its offer of a person.
CONFIRM_PAYLOAD = "/confirm_person"
_MOST_CHARACTERS = 1000
#: Outcomes of turns that were questions.
_ASKED = frozenset({"answer", "choices", "fallback"})
#: What is understood of words that go on from an answer: by themselves they are no question to pass on.
_FOLLOW_UPS = frozenset(
    {"ask_more", "ask_source", "ask_text", "show_text", "show_chart", "ask_chart", "change_language"}
)
#: So many of a person's last turns are looked through for a question.
_LOOKED_THROUGH = 20
_REMEMBERED = 10_000


def remember(front: Front, asker: Asker, answered: Answer, said: str) -> None:
    """Keeps a question at hand, in memory alone: the first one is not logged, and some people's never are."""
    reply = answered.reply
    if reply.outcome not in _ASKED or answered.understood in _FOLLOW_UPS or not said or said.startswith("/"):
        return
    front.questions[asker.pseudonym] = (said, reply.enquiry_id if asker.person.is_logged else "")
    front.questions.move_to_end(asker.pseudonym)
    while len(front.questions) > _REMEMBERED:
        front.questions.popitem(last=False)


async def draft(front: Front, asker: Asker, language: str, text: str = "") -> Contact | None:
    """Writes down what would be passed on, the last question where no text is given; None where there is none.

    Args:
        language: in which the person is asked, and will be answered.
    """
    question, enquiry = (text, "") if text else await asyncio.to_thread(_last_question, front, asker)
    if not question:
        return None
    front.offered.add(asker.pseudonym)
    return await asyncio.to_thread(
        front.contacts.draft, asker.pseudonym, language, cut(question, _MOST_CHARACTERS), enquiry
    )


def go_on(front: Front, asker: Asker) -> None:
    """Notes that a person who was asked for consent has pressed or called something: "yes" means that from now on."""
    if asker.pseudonym in front.offered:
        front.offered.discard(asker.pseudonym)
        with contextlib.suppress(StoreError):
            front.contacts.shelve(asker.pseudonym)


def consent_rows(front: Front, language: str, drafted: Contact) -> list[list[Button]]:
    """Returns the buttons under a draft: pass it on, or rather not."""
    return [
        [front.button(language, "consent", "py", drafted.reference)],
        [front.button(language, "no_consent", "pn")],
    ]


async def typed_consent(front: Front, asker: Asker, text: str) -> tuple[Contact, bool] | None:
    """Returns the draft that a person has just been asked about, and whether the text is a yes; None if it is neither.

    What was said in between, or long ago, is nothing that "yes" answers.
    """
    try:
        asked = await asyncio.to_thread(front.contacts.asked, asker.pseudonym, datetime.now(timezone.utc))
    except StoreError:
        return None
    if asked is None:
        return None
    if await front.dialogue.is_in_flow(asker.conversation):  # there a yes, or a number, answers what the flow asks
        await asyncio.to_thread(front.contacts.shelve, asker.pseudonym)
        return None
    # By number or label too, as of any other choice.
    choice = picked(text, [front.words(asked.language, f"button_{name}") for name in ("consent", "no_consent")])
    if choice is not None:
        return asked, choice == 0
    intent = await front.dialogue.intent_of(text)
    if intent in ("affirm", "deny"):
        return asked, intent == "affirm"
    await asyncio.to_thread(front.contacts.shelve, asker.pseudonym)
    return None


def picked(text: str, labels: Sequence[str]) -> int | None:
    """Returns the place of the label that a text gives by its number or in full, from 0; None where it gives none."""
    said = text.strip().casefold()
    for place, label in enumerate(labels):
        # Chinese keyboards type full-width digits.
        if unicodedata.normalize("NFKC", said).rstrip(".。、) ") == str(place + 1) or said == label.casefold():
            return place
    return None


def _last_question(front: Front, asker: Asker) -> tuple[str, str]:
    """Returns the person's last question and its row's id, where there is one; empty where there is none."""
    if asker.pseudonym in front.questions:
        return front.questions[asker.pseudonym]
    wanted = EnquiryFilter(pseudonym=asker.pseudonym)
    for row in front.dialogue.store.list(wanted, limit=_LOOKED_THROUGH):
        if row.outcome in _ASKED and row.text and not row.text.startswith("/"):
            return row.text, row.id
    return "", ""
