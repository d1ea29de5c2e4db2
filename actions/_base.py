"""The frame of every action: work out the reply, log the turn, then utter. Abstract, so Rasa does not register it."""

from __future__ import annotations

import dataclasses
import datetime
import logging
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._turn import Turn, read_together, turn_of
from bot.flows.keeping import opened
from bot.knowledge.render import paragraphs
from bot.languages import reply_language
from bot.reply import ENQUIRY_OUTCOMES, Choice, Outcome, Reply
from bot.services import Services, services
from bot.store.models import Enquiry, enquiry_id, only_outcome
from bot.store.redaction import redact

logger = logging.getLogger(__name__)

#: Button payloads that need no entry or topic.
TOPICS_PAYLOAD = "/ask_topics"
PERSON_PAYLOAD = "/request_person"
MORE_PAYLOAD = "/ask_more"
TEXT_PAYLOAD = "/show_text"


@dataclass(frozen=True)
class Response:
    """What an action came up with: the reply, the slots it wants to change, and what the log may hold of it.

    `is_anonymous` says that the row must name nobody, `is_private` that it must hold no words, as in a flow.
    `is_continued` marks a reply that follows another action's in the same turn: that one has been logged.
    """

    reply: Reply
    slots: dict[str, Any] = field(default_factory=dict)
    is_anonymous: bool = False
    is_private: bool = False
    is_continued: bool = False


class GuideAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk ships no types
    """Answers one turn with one reply and logs it before it leaves."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """See parent class."""
        shared = services()
        turn = await read_together(turn_of(tracker), shared)
        guide = Guide(shared, turn)
        try:
            response = await self.response(guide)
        except Exception:  # the person is told in one sentence, whatever went wrong
            logger.exception("%s failed", self.name())
            response = Response(guide.say("technical_problem", "notice"))
        slots = utter(self.name(), dispatcher, guide, guide.reminding(response)) | response.slots
        return [SlotSet(name, value) for name, value in slots.items() if turn.slots.get(name) != value]

    async def response(self, guide: Guide) -> Response:
        """Returns the response to the turn; an action whose work takes long does it beside the event loop."""
        return self.respond(guide)

    @abstractmethod
    def respond(self, guide: Guide) -> Response:
        """Returns the response to the turn; may raise, which the person is told politely."""


def utter(action: str, dispatcher: CollectingDispatcher, guide: Guide, response: Response) -> dict[str, Any]:
    """Logs a response of an action, says it, and returns the slots that remember what was said."""
    reply = response.reply if response.is_continued else guide.logged(response)
    intent = guide.turn.question.intent
    logger.info("%s %s confidence=%.2f entry=%s", action, intent, reply.confidence, reply.entry)
    dispatcher.utter_message(
        text=reply.text,
        buttons=[{"title": choice.label, "payload": choice.payload} for choice in reply.choices],
        json_message={**reply.to_dict(), **_chosen(response), **_mark(response), "understood": intent},
    )
    return {
        "last_language": reply.language,
        "offered": [choice.payload for choice in reply.choices],
        **({"last_enquiry": reply.enquiry_id} if reply.outcome in ENQUIRY_OUTCOMES else {}),
    }


def _mark(response: Response) -> dict[str, bool]:
    """Returns the mark of a reply that follows another one in the same turn; nothing for all others."""
    return {"is_continued": True} if response.is_continued else {}


def _chosen(response: Response) -> dict[str, dict[str, str]]:
    """Returns what the person chose by this turn, if anything: a channel that remembers people keeps it."""
    chosen = {name: response.slots[name] for name in ("language", "audience") if response.slots.get(name)}
    return {"chosen": chosen} if chosen else {}


class Guide:
    """The services and the turn together, with the sentences every action needs."""

    def __init__(self, shared: Services, turn: Turn) -> None:
        self.services = shared
        self.turn = turn
        self.knowledge = shared.present_knowledge()
        self.language = reply_language(
            "" if turn.is_payload else turn.text,
            shared.knowledge.languages,
            chosen=turn.metadata.get("language", "") or turn.slot("language"),
            last=turn.slot("last_language"),
            hint=turn.metadata.get("language_hint", ""),
        )
        # A channel that remembers people knows their choice longer than the conversation does.
        self.audience = turn.metadata.get("audience", "") or turn.slot("audience") or "other"

    def phrase(self, name: str, **values: object) -> str:
        """Returns a phrase in the language of the turn."""
        return self.services.phrases.get(name, self.language, **values)

    def say(
        self, name: str, outcome: Outcome, choices: tuple[Choice, ...] = (), entry: str = "", **values: str | int
    ) -> Reply:
        """Returns a reply that consists of one phrase."""
        return Reply(
            outcome=outcome,
            language=self.language,
            audience=self.audience,
            body=paragraphs(self.phrase(name, **values)),
            intent=self.turn.question.intent,
            confidence=self.turn.question.confidence,
            entry=entry,
            choices=choices,
        )

    def operated(self) -> str:
        """Returns the sentence that says who runs this guide."""
        settings = self.services.settings
        if not settings.operator:
            return self.phrase("operated_by_nobody")
        name = "operated_by_contact" if settings.contact else "operated_by"
        return self.phrase(name, operator=settings.operator, contact=settings.contact)

    def whom_to_ask(self) -> str:
        """Returns the sentence that says who can help where the guide cannot."""
        settings = self.services.settings
        if not self.has_person:
            return self.phrase("whom_to_ask_instead")
        return self.phrase("whom_to_ask", operator=settings.operator, contact=settings.contact)

    def unanswered(self, name: str, choices: tuple[Choice, ...] = (), **values: str | int) -> Reply:
        """Returns a reply that gives no answer: a phrase saying so, whom to ask, and the ways out."""
        reply = self.say(name, "fallback", (*choices, *self.ways_out()), "", **values)
        return dataclasses.replace(reply, body=(*reply.body, self.whom_to_ask()))

    @property
    def has_person(self) -> bool:
        """Whether an operator who can be reached has been set."""
        return bool(self.services.settings.operator and self.services.settings.contact)

    def topic_choice(self, topic: str) -> Choice:
        """Returns the button that opens a topic."""
        title = self.knowledge.languages[self.language].topic_titles.get(topic, topic)
        return Choice(title, f'/show_topic{{"topic": "{topic}"}}')

    def ways_out(self) -> tuple[Choice, ...]:
        """Returns the buttons under an answer that could not be given."""
        return (
            Choice(self.phrase("labels_topics"), TOPICS_PAYLOAD),
            Choice(self.phrase("labels_person"), PERSON_PAYLOAD),
        )

    def reminding(self, response: Response) -> Response:
        """Returns a response with the button that takes up a flow which rested so long that its form was closed."""
        kept = self.turn.slot("flow")
        if self.turn.is_in_flow or not kept or response.is_anonymous:
            return response
        state = opened(self.services.secret, kept, self.knowledge.flows)
        if state is None:
            return response
        title = self.knowledge.flows[state.flow].texts[self.language].title
        label = f"{self.knowledge.flow_words[self.language].labels['continue']}: {title}"
        reply = response.reply
        choices = (*reply.choices, Choice(label, "/continue_flow"))
        return dataclasses.replace(response, reply=dataclasses.replace(reply, choices=choices))

    def logged(self, response: Response) -> Reply:
        """Writes the turn to the enquiry log and returns the reply with its id; says so if nothing could be written."""
        turn, reply = self.turn, response.reply
        row_id = enquiry_id(turn.conversation, turn.message_id or uuid.uuid4().hex)
        reply = dataclasses.replace(reply, enquiry_id=row_id)
        # What is said in a flow is nobody's business, even where it is taken for a question.
        is_private = response.is_private or turn.is_in_flow
        ranking = () if is_private else turn.question.ranking
        runner_up = next(((e, s) for e, s in ranking if e != reply.entry), ("", 0.0))
        row = Enquiry(
            id=row_id,
            conversation="" if response.is_anonymous else turn.conversation,
            created_at=datetime.datetime.now(datetime.timezone.utc),
            channel=turn.channel,
            pseudonym="" if response.is_anonymous else turn.pseudonym,
            audience=reply.audience,
            language=reply.language,
            text="" if is_private else redact(turn.said, self.services.settings.phone_regions),
            shown="" if is_private else reply.text,
            intent=reply.intent or turn.question.intent,
            topic=reply.entry.partition(".")[0],
            confidence=reply.confidence,
            runner_up=runner_up[0],
            runner_up_confidence=runner_up[1],
            entry=reply.entry,
            citations=[dataclasses.asdict(citation) for citation in reply.citations],
            entities=[] if is_private else [{"entity": kind, "value": value} for kind, value in turn.question.entities],
            outcome=reply.outcome,
            is_enquiry=reply.outcome in ENQUIRY_OUTCOMES,
            knowledge_version=self.knowledge.version,
            model_version=turn.metadata.get("model_version", ""),
            edit_of=turn.metadata.get("edit_of", ""),
        )
        recorded = self.services.store.record(row if turn.is_logged else only_outcome(row))
        return reply.with_note(self.phrase("not_recorded")) if recorded == "lost" else reply
