"""What the actions of guided flows share: the state in its slot, and turns that say nothing themselves."""

from __future__ import annotations

import dataclasses
import logging
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._base import Guide, Response, utter
from actions._turn import turn_of
from bot.flows.keeping import opened, sealed
from bot.flows.saying import Teller
from bot.flows.state import State
from bot.knowledge.flows import Flow
from bot.reply import Choice, Reply
from bot.services import services

logger = logging.getLogger(__name__)

#: The form that carries every flow; its one required slot is filled when the flow ends, with how it ended.
FORM, END = "flow_form", "flow_step"
#: The encrypted state; whether a flow has begun, which the rules look at; the questions that a quiz has asked before.
STATE, IS_OPEN, SEEN = "flow", "flow_is_open", "flow_seen"
#: Slots of a flow that has ended; what was asked stays.
ENDED: dict[str, Any] = {STATE: None, IS_OPEN: None, END: None}


class FlowAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk ships no types
    """Does its part of a turn in a flow; the turn may be another action's to answer."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """See parent class."""
        guide = Guide(services(), turn_of(tracker))
        try:
            response = self.respond(guide, tracker)
        except Exception:  # the person is told in one sentence, whatever went wrong
            logger.exception("%s failed", self.name())
            response = self.failed(guide)
        slots = dict(response.slots)
        if response.reply is not NOTHING:
            slots = utter(self.name(), dispatcher, guide, dataclasses.replace(response, is_private=True)) | slots
        return [SlotSet(name, value) for name, value in slots.items()]

    @abstractmethod
    def respond(self, guide: Guide, tracker: Tracker) -> Response:
        """Returns the response; its reply is `NOTHING` where another action answers the turn."""

    def failed(self, guide: Guide) -> Response:
        """Returns the response after a fault."""
        return Response(guide.say("technical_problem", "notice"))


#: The reply of an action that says nothing.
NOTHING = Reply(outcome="flow", language="")


def state_of(guide: Guide, tracker: Tracker) -> State | None:
    """Returns where the person stands; None where no flow goes on, or its state cannot be read any more."""
    return opened(guide.services.secret, tracker.get_slot(STATE) or "", guide.knowledge.flows)


def kept(guide: Guide, state: State) -> dict[str, Any]:
    """Returns the slot that keeps a state."""
    return {STATE: sealed(guide.services.secret, state)}


def teller(guide: Guide, flow: Flow) -> Teller:
    """Returns who says things of a flow in the language of the turn."""
    return Teller(flow, guide.knowledge, guide.language, guide.audience)


def said_by_flow(guide: Guide, name: str, choices: tuple[Choice, ...] = (), /, **values: object) -> Reply:
    """Returns a reply that consists of one phrase of the flows."""
    template = guide.knowledge.flow_words[guide.language].phrases[name]
    for key, value in values.items():
        template = template.replace(f"{{{key}}}", str(value))
    reply = Reply(outcome="flow", language=guide.language, audience=guide.audience, choices=choices)
    return dataclasses.replace(reply, body=tuple(template.split("\n\n")), confidence=1.0, intent=f"flow/{name}")


def flow_choices(guide: Guide) -> tuple[Choice, ...]:
    """Returns a button per flow, those for the person's audience first."""
    flows = sorted(guide.knowledge.flows.values(), key=lambda flow: guide.audience not in flow.audiences)
    return tuple(
        Choice(flow.texts[guide.language].title, f'/start_flow{{"flow": "{flow.name}"}}')
        for flow in flows
        if guide.language in flow.texts
    )


#: Stands for the id of a message that has none; two of them are not the same message.
NO_ID = "-"


def message_of(guide: Guide) -> str:
    """Returns the id of the turn's message."""
    return guide.turn.message_id or NO_ID


def was_interrupted(tracker: Tracker) -> bool:
    """Returns whether the form has refused this turn's message, so that an ordinary rule has answered it."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action_execution_rejected":
            return True
    return False
