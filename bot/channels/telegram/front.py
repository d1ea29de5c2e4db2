"""What all handlers share: the dialogue, the stores, who is asking and where the answer goes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from telegram import Chat, Message, Update, User

from bot.channels.telegram.allowance import Allowance
from bot.channels.telegram.metrics import Metrics
from bot.channels.telegram.moved import MovedGroups
from bot.channels.telegram.payloads import Payloads
from bot.channels.telegram.rendering import Button
from bot.dialogue import door
from bot.dialogue.door import Dialogue
from bot.dialogue.naming import held_in
from bot.languages import reply_language
from bot.settings import Settings
from bot.store.contacts import ContactStore
from bot.store.correspondence import Correspondence
from bot.store.former_keys import FormerKeys
from bot.store.inbox import Inbox
from bot.store.people import PeopleStore, Person
from bot.store.secrets import pseudonym
from bot.store.threads import ThreadStore

CHANNEL = "telegram"
AUDIENCES = ("company", "un_staff", "other")
#: Nobody types twenty questions in a burst, and leafing through topics by button takes a second a page; whoever goes on
#: gets one answer every two seconds.
PERSON_BURST, PERSON_PER_MINUTE = 20, 30.0
GROUP_BURST, GROUP_PER_MINUTE = 10, 15.0
#: So many answers are worked out at once, those asked for first before the others: begun all together, as after an
#: outage, all would be ready last. Those beyond the first only use what time one waits for the database.
ANSWERS_AT_ONCE = 8


@dataclass(frozen=True)
class Place:
    """Where an answer goes: chat, topic, and the message it replies to (0: none)."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int = 0


@dataclass(frozen=True)
class Asker:
    """Who is asking, where, and what is remembered of them. Ids of Telegram stay in here and in `place`."""

    person: Person
    conversation: str
    place: Place
    is_private: bool
    hint: str
    language: str

    @property
    def pseudonym(self) -> str:
        """Whose data it is."""
        return self.person.pseudonym


@dataclass
class Front:
    """The services of the front."""

    settings: Settings
    secret: str = field(repr=False)
    dialogue: Dialogue
    people: PeopleStore
    contacts: ContactStore
    threads: ThreadStore
    former: FormerKeys
    inbox: Inbox
    payloads: Payloads
    moved: MovedGroups
    username: str = ""
    #: Pseudonym → the last question, with the id of its row where it is logged; in memory alone.
    questions: OrderedDict[str, tuple[str, str]] = field(default_factory=OrderedDict)
    #: Albums that have been answered: Telegram sends each of their pictures as a message of its own.
    albums: OrderedDict[tuple[int, str], None] = field(default_factory=OrderedDict)
    #: Who was asked for consent and has pressed and called nothing since.
    offered: set[str] = field(default_factory=set)
    #: References of requests whose persons know that nobody has answered, though it could not be noted.
    told_overdue: set[str] = field(default_factory=set)
    #: Updates whose answer could not be sent: they go back into the inbox.
    postponed: set[int] = field(default_factory=set)
    metrics: Metrics = field(default_factory=Metrics)
    people_allowance: Allowance = field(default_factory=lambda: Allowance(PERSON_BURST, PERSON_PER_MINUTE))
    group_allowance: Allowance = field(default_factory=lambda: Allowance(GROUP_BURST, GROUP_PER_MINUTE))
    answers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ANSWERS_AT_ONCE))

    @property
    def correspondence(self) -> Correspondence:
        """The requests and their threads together."""
        return Correspondence(self.contacts, self.threads)

    def pseudonym_of(self, user_id: int) -> str:
        """Returns the pseudonym of a person of Telegram."""
        return pseudonym(self.secret, CHANNEL, str(user_id))

    def asker(self, update: Update) -> Asker | None:
        """Returns who is behind an update; None where nobody is, as for posts of a channel."""
        user = update.effective_user
        if user is None:
            return None
        return self._asker(user, sender_id(update), update.effective_chat, update.effective_message)

    def _asker(self, user: User, sender: int, chat: Chat | None, message: Message | object | None) -> Asker:
        name = self.pseudonym_of(sender)
        self.former.meet(name, CHANNEL, str(sender))
        person = self.people.get(name)
        is_private = chat is None or chat.type == Chat.PRIVATE
        said = message if isinstance(message, Message) else None
        thread = said.message_thread_id if said is not None and said.is_topic_message else None
        hint = (user.language_code or "").lower()
        chat_id = chat.id if chat is not None else user.id
        conversation = name
        if not is_private:
            place = f"{sender}/{self.moved.first(chat_id)}/{thread or 0}"
            conversation = held_in(name, pseudonym(self.secret, CHANNEL, place))
        last = self.dialogue.last_language(conversation)
        language = reply_language("", self.dialogue.knowledge.languages, chosen=person.language, last=last, hint=hint)
        reply_to = said.message_id if said is not None and not is_private else 0
        return Asker(person, conversation, Place(chat_id, thread, reply_to), is_private, hint, language)

    def words(self, language: str, name: str, /, **values: object) -> str:
        """Returns a phrase of this channel."""
        return self.dialogue.phrases.get(f"telegram_{name}", language, **values)

    def button(self, language: str, name: str, kind: str, *values: object) -> Button:
        """Returns a button that the front itself deals with; `name` is its phrase."""
        return Button(self.words(language, f"button_{name}"), self.payloads.own(kind, *values))

    def link(self, payload: str = "") -> str:
        """Returns the address of the private chat with this bot."""
        return f"https://t.me/{self.username}" + (f"?start={payload}" if payload else "")

    def message(self, asker: Asker, number: str, **values: str) -> door.Message:
        """Returns a message for the dialogue; `number` is Telegram's for it, which goes no further than its hash."""
        logged: Literal["full", "outcome"] = "full" if asker.person.is_logged else "outcome"
        return door.Message(
            conversation=asker.conversation,
            channel=CHANNEL,
            message_id=self.number(number),
            language_hint=asker.hint,
            audience=asker.person.audience,
            language=asker.person.language,
            person=asker.pseudonym,
            logged=logged,
            **values,
        )

    def number(self, number: str) -> str:
        """Returns what stands for a message's number in the log and the dialogue's memory: it leads to no chat."""
        return pseudonym(self.secret, "telegram message", number)

    def changed(self, asker: Asker, **changes: object) -> Asker:
        """Returns the asker after a choice that is remembered from now on."""
        person = self.people.change(asker.pseudonym, **changes)
        language = person.language or asker.language
        return dataclasses.replace(asker, person=person, language=language)

    def operated(self, language: str) -> str:
        """Returns the sentence that says who runs this guide."""
        settings = self.settings
        if not settings.operator:
            return self.dialogue.phrases.get("operated_by_nobody", language)
        name = "operated_by_contact" if settings.contact else "operated_by"
        return self.dialogue.phrases.get(name, language, operator=settings.operator, contact=settings.contact)

    @property
    def has_person(self) -> bool:
        """Whether an operator who can be reached has been set."""
        return bool(self.settings.operator and self.settings.contact)


def sender_id(update: Update) -> int:
    """Returns the number of who sent an update: of the group or channel where somebody writes in its name.

    Telegram gives one account for everybody who does so: their data must not be taken for one person's.
    """
    message = update.message or update.edited_message
    if message is not None and message.sender_chat is not None:
        return message.sender_chat.id
    user, chat = update.effective_user, update.effective_chat
    return user.id if user else chat.id if chat else 0


def number_of(message: Message) -> str:
    """Returns what names one message of Telegram, each edit of it apart."""
    edited = f"/{int(message.edit_date.timestamp())}" if message.edit_date else ""
    return f"{message.chat_id}/{message.message_id}{edited}"


def unedited(number: str) -> str:
    """Returns what named a message before it was edited; empty where `number` names one that was not."""
    chat, message, edited = [*number.split("/"), "", ""][:3]
    return f"{chat}/{message}" if edited else ""
