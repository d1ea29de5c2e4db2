"""The one door to the dialogue: a message in, a reply out, whatever the channel.

Here a leading slash in free text loses its power, choices typed by number or label become their payloads, and every
turn ends with a reply and a logged row, also when something fails inside.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot import services
from bot.dialogue import recalling
from bot.dialogue.naming import is_of
from bot.dialogue.offering import LastReplies
from bot.dialogue.opening import (
    Loaded,
    agent_of,
    dialogue_url,
    enforce_retention,
    forget_rested,
    give_memory,
    load_model,
    settle_memory,
)
from bot.dialogue.parsing import entities_of, parsed
from bot.dialogue.training import ModelRecord
from bot.dialogue.typed import choice_of, defused, without_markup
from bot.errors import KnowledgeError
from bot.flows import files
from bot.flows.saying import is_of_flow, joined
from bot.knowledge.loader import KnowledgeBase, folder_hash, load
from bot.languages import reply_language
from bot.phrases import Phrases
from bot.reply import ENQUIRY_OUTCOMES, Choice, Outcome, Reply
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.models import Enquiry, enquiry_id, only_outcome
from bot.store.redaction import redact
from bot.store.switches import LiveSwitches

if TYPE_CHECKING:
    from rasa.core.agent import Agent

    from bot.dialogue.memory import DatabaseMemory, ProcessMemory

logger = logging.getLogger(__name__)

#: Longer messages are not read: no question needs them, and they cost time.
MAX_CHARACTERS = 3000


@dataclass(frozen=True)
class Message:
    """What a channel hands in.

    `conversation` is the pseudonym under which the dialogue runs. `payload` is a button's, taken only if the last
    reply offered it; `command` is a payload of the channel's own making (`/topics` typed in the terminal).
    `message_id` makes the logged row's id: the same message twice is one row. `person` is whose data the row is, where
    that is not the conversation itself (one person has several, in groups). `language` and `audience` are what the
    person has chosen. `logged` is `outcome` for people who have not been told of the log, or declined it. `edit_of` is
    the `message_id` of the question that this one corrects.
    """

    conversation: str
    channel: str
    text: str = ""
    payload: str = ""
    command: str = ""
    message_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    language_hint: str = ""
    audience: str = ""
    language: str = ""
    person: str = ""
    logged: Literal["full", "outcome"] = "full"
    edit_of: str = ""


@dataclass(frozen=True)
class Answer:
    """A reply, with the time it took in milliseconds, and what the person chose by it (`language`, `audience`).

    `understood` is the intent of the message itself, where the dialogue has heard it.
    """

    reply: Reply
    latency_ms: float
    chosen: dict[str, str] = field(default_factory=dict)
    understood: str = ""


class Dialogue:
    """Rasa's agent with everything it needs. Open it with `open_dialogue`."""

    def __init__(
        self,
        settings: Settings,
        knowledge: KnowledgeBase,
        phrases: Phrases,
        store: EnquiryStore,
        agent: Agent,
        memory: ProcessMemory | DatabaseMemory,
        model: ModelRecord,
        switches: LiveSwitches | None = None,
    ) -> None:
        self.settings = settings
        self.phrases = phrases
        self.store = store
        self._base = knowledge
        self._switches = switches
        self._loaded = (agent, model)
        self._memory = memory
        self._last = LastReplies(memory)

    @property
    def knowledge(self) -> KnowledgeBase:
        """What people are answered from: the knowledge base without the entries that are switched off right now."""
        return self._base.without(self._switches.off() if self._switches else frozenset())

    @property
    def model(self) -> ModelRecord:
        """The model that answers the next message."""
        return self._loaded[1]

    @property
    def _agent(self) -> Agent:
        return self._loaded[0]

    def take_up(self, path: Path, model: ModelRecord) -> None:
        """Has another model answer from the next message on, with the knowledge base that lies there by now.

        Conversations go on; a message that is being answered is answered to its end by the model before. May be called
        from another thread; takes seconds.

        Raises:
            ModelError: the model cannot be loaded; the one before stays in use.
        """
        agent = agent_of(path, like=self._agent)
        try:
            if folder_hash(self.settings.knowledge) != self._base.version:
                self._base = load(self.settings.knowledge)
                services.use(dataclasses.replace(services.services(), knowledge=self._base))
        except KnowledgeError as error:
            logger.warning("the knowledge base of before stays in use: %s", error)
        self._loaded = (agent, model)
        settle_memory()

    async def ask(self, message: Message) -> Answer:
        """Returns the answer to a message; never raises for what a person may send or for a fault inside."""
        started = time.perf_counter()
        chosen: dict[str, str] = {}
        reply = await self._reply(message, chosen)
        latency_ms = (time.perf_counter() - started) * 1000
        self._last.remember(message.conversation, reply)
        understood = chosen.pop("understood", "")
        return Answer(reply, latency_ms, chosen, understood)

    def notice(self, message: Message, name: str, *, outcome: Outcome = "notice", **values: str | int) -> Answer:
        """Returns a phrase as the answer to a message that the channel itself has dealt with, and logs it."""
        started = time.perf_counter()
        last = self._last.get(message.conversation)
        is_private = last is not None and (last.outcome == "flow" or any(is_of_flow(c) for c in last.choices))
        reply = self._own(message, name, outcome, "", is_private=is_private, **values)
        return Answer(reply, (time.perf_counter() - started) * 1000)

    async def intent_of(self, text: str) -> str:
        """Returns the intent of a text by itself, empty where unknown; nothing is answered, remembered or logged."""
        try:
            understood = await self.read(text)
        except Exception:  # whatever fails in there, the turn itself will tell
            logger.exception("a text could not be parsed")
            return ""
        return str((understood.get("intent") or {}).get("name") or "")

    async def read(self, text: str, *, as_one: bool = False) -> Mapping[str, Any]:
        """Returns a text as the model parses it; see `parsed`."""
        return await parsed(self._agent, text, as_one=as_one)

    async def find(self, text: str) -> Mapping[str, Any]:
        """Returns a text with its entities as the model finds them; may raise whatever a component raises."""
        return entities_of(self._agent, text) or await self.read(text)

    def last_language(self, conversation: str) -> str:
        """Returns the language of the last reply in a conversation; empty where none is remembered."""
        last = self._last.get(conversation)
        return last.language if last else ""

    def delivered(self, answer: Answer, *, success: bool = True) -> None:
        """Completes the logged row once the channel knows whether the reply has left."""
        if answer.reply.enquiry_id:
            latency_ms = round(answer.latency_ms)
            self.store.complete(answer.reply.enquiry_id, latency_ms, "sent" if success else "failed")

    def offered(self, conversation: str) -> tuple[Choice, ...]:
        """Returns the choices of the last reply in a conversation."""
        last = self._last.get(conversation)
        return last.choices if last else ()

    async def remembered(self, conversation: str) -> dict[str, Any]:
        """Returns what a running conversation remembers, by slot; empty where nothing is remembered."""
        return recalling.slots_of(await self._memory.retrieve(conversation), services.services().secret)

    async def everything_of(self, conversation: str) -> dict[str, Any]:
        """Returns all that is kept of a running conversation, for its person; see `recalling.everything_of`."""
        tracker = await self._memory.retrieve_full_tracker(conversation)
        return recalling.everything_of(tracker, self._last.given_here(conversation), services.services())

    def conversations_of(self, person: str) -> set[str]:
        """Returns the names of all conversations of a person of which something is remembered."""
        return {one for one in self._last if is_of(one, person)}.union(self._memory.conversations_of(person))

    def discard(self, reply: Reply) -> None:
        """Deletes the documents of a reply, for a channel that has sent them."""
        for attachment in reply.attachments:
            if attachment.kind == "document" and Path(attachment.path).parent == files.folder(self.settings.var):
                Path(attachment.path).unlink(missing_ok=True)

    def forget(self, conversation: str) -> None:
        """Forgets a conversation; what was logged of it is the log's business."""
        self._memory.forget(conversation)
        self._last.forget(conversation)

    def purge(self) -> None:
        """Forgets conversations that have outlived their retention; see `forget_rested`."""
        forget_rested(self._memory, self.settings)

    async def _reply(self, message: Message, picked: dict[str, str]) -> Reply:
        if message.command:
            return await self._handle(message, message.command, message.text, picked)
        if message.payload:
            chosen = next((c for c in self.offered(message.conversation) if c.payload == message.payload), None)
            if chosen is None:
                return self._own(message, "no_choice", "notice")
            return await self._choose(message, chosen, picked)
        text = message.text.strip()
        if not any(character.isprintable() and not character.isspace() for character in text):
            return self._own(message, "empty_message", "notice")
        if len(text) > MAX_CHARACTERS:
            is_private = await self.is_in_flow(message.conversation)
            return self._own(message, "too_long", "notice", is_private=is_private, limit=MAX_CHARACTERS)
        chosen = self.typed_choice(message.conversation, text)
        if chosen is not None:
            return await self._choose(message, chosen, picked)
        return await self._handle(message, defused(without_markup(text)), "", picked)

    async def _choose(self, message: Message, chosen: Choice, picked: dict[str, str]) -> Reply:
        """Returns the reply to a choice of the last one, in its language: a number says nothing of another."""
        spoken = dataclasses.replace(message, language=self.last_language(message.conversation) or message.language)
        return await self._handle(spoken, chosen.payload, chosen.label, picked)

    def typed_choice(self, conversation: str, text: str) -> Choice | None:
        """Returns the choice of the last reply whose number or label a text is; None where it is neither."""
        return choice_of(self.offered(conversation), text)

    async def _handle(self, message: Message, text: str, label: str, picked: dict[str, str]) -> Reply:
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        output = CollectingOutputChannel()
        agent, model = self._loaded
        metadata = {
            "channel": message.channel,
            "label": label,
            "language_hint": message.language_hint,
            "audience": message.audience,
            "language": message.language,
            "pseudonym": message.person,
            "logged": message.logged,
            "edit_of": enquiry_id(message.conversation, message.edit_of) if message.edit_of else "",
            "model_version": model.version,
        }
        try:
            await agent.handle_message(
                UserMessage(
                    text,
                    output,
                    sender_id=message.conversation,
                    input_channel=message.channel,
                    message_id=message.message_id,
                    metadata=metadata,
                )
            )
        except Exception:  # one turn may fail, the conversation goes on
            logger.exception("a turn failed")
        said = [m["custom"] for m in output.messages if "custom" in m]
        if not said:
            is_private = await self.is_in_flow(message.conversation)
            return self._own(message, "technical_problem", "notice", label, is_private=is_private)
        data = said[0]
        if text == "/confirm_deletion":
            self._memory.forget(message.conversation)
        picked.update(data.get("chosen", {}))
        picked["understood"] = data.get("understood", "")
        reply = Reply.from_dict(data)
        # After what was asked in between, the form says what is still open.
        open_questions = [Reply.from_dict(more) for more in said[1:] if more.get("is_continued")]
        return joined(reply, open_questions[0]) if open_questions else reply

    async def is_in_flow(self, conversation: str) -> bool:
        """Returns whether a guided flow goes on; what is said then belongs in no log, even if nothing can tell."""
        try:
            tracker = await self._memory.retrieve(conversation)
        except Exception:  # whatever is wrong with the memory
            logger.exception("a conversation could not be looked up")
            return True
        return tracker is not None and bool(tracker.active_loop_name)

    def _own(
        self,
        message: Message,
        name: str,
        outcome: Outcome,
        said: str = "",
        *,
        is_private: bool = False,
        **values: str | int,
    ) -> Reply:
        """Returns a reply made without the dialogue, logged here because no action ran; without words if private."""
        language = reply_language(
            "" if message.text.startswith("/") else message.text,  # in what script a command is typed says nothing
            self.knowledge.languages,
            chosen=message.language,
            last=self.last_language(message.conversation),
            hint=message.language_hint,
        )
        row_id = enquiry_id(message.conversation, message.message_id)
        reply = Reply(
            outcome=outcome,
            language=language,
            body=(self.phrases.get(name, language, **values),),
            audience=message.audience or "other",
            intent=name,
            enquiry_id=row_id,
        )
        row = Enquiry(
            id=row_id,
            conversation=message.conversation,
            created_at=datetime.datetime.now(datetime.timezone.utc),
            channel=message.channel,
            pseudonym=message.person or message.conversation,
            audience=reply.audience,
            language=language,
            text="" if is_private else redact(said or message.text[:MAX_CHARACTERS], self.settings.phone_regions),
            shown="" if is_private else reply.text,
            intent=name,
            outcome=outcome,
            is_enquiry=outcome in ENQUIRY_OUTCOMES,
            knowledge_version=self.knowledge.version,
            model_version=self.model.version,
        )
        recorded = self.store.record(row if message.logged == "full" else only_outcome(row))
        return reply.with_note(self.phrases.get("not_recorded", language)) if recorded == "lost" else reply


def open_dialogue(settings: Settings, *, lasting: bool = False, loaded: Loaded | None = None) -> Dialogue:
    """Returns the dialogue with the current model.

    Args:
        lasting: whether conversations outlive the process, in a database; otherwise they live in memory.
        loaded: the model where it is loaded already, by the process that this one was forked from.

    Raises:
        BotError: a setting, the knowledge base, the log or the model cannot be used.
    """
    if loaded is None:
        agent, model = load_model(settings)
        shared = services.services()
    else:
        agent, model = loaded.agent, loaded.model
        shared = services.built(settings, loaded.knowledge, loaded.phrases)
    from rasa.shared.core.domain import Domain

    from bot.dialogue.locks import SharedLocks
    from bot.dialogue.memory import ProcessMemory, lasting_memory

    enforce_retention(settings, shared.store)
    files.discard_old(settings.var)
    memory: ProcessMemory | DatabaseMemory
    if lasting:
        memory = lasting_memory(dialogue_url(settings), settings.dialogue_retention_hours, shared.secret)
    else:
        memory = ProcessMemory(Domain.empty())
    give_memory(agent, memory, SharedLocks(settings.redis_url) if settings.redis_url and lasting else None)
    if loaded is None:  # otherwise what was loaded is settled, and shared for as long as nobody looks through it
        settle_memory()
    dialogue = Dialogue(
        settings, shared.knowledge, shared.phrases, shared.store, agent, memory, model, switches=shared.switches
    )
    # A follow-up is read together with the question before it by the model that answers at that moment.
    services.use(dataclasses.replace(shared, read=partial(dialogue.read, as_one=True), find=dialogue.find))
    return dialogue
