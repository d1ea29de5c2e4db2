"""Says what comes next in a flow: the question, the summary, the result."""

from __future__ import annotations

import dataclasses

from rasa_sdk import Tracker

from actions._base import Guide, Response
from actions._flow import FlowAction, kept, message_of, said_by_flow, state_of, teller, was_interrupted
from actions._flow_document import attached
from bot.flows.state import RESULT


class ActionAskFlowStep(FlowAction):
    """Asked by the form whenever its slot is still empty."""

    def name(self) -> str:
        """See parent class."""
        return "action_ask_flow_step"

    def respond(self, guide: Guide, tracker: Tracker) -> Response:
        """See parent class."""
        state = state_of(guide, tracker)
        if state is None:
            return Response(said_by_flow(guide, "lost"))
        says = teller(guide, guide.knowledge.flows[state.flow])
        after = dataclasses.replace(state, said=state.said or message_of(guide))
        if was_interrupted(tracker) and not state.is_new:
            return Response(says.waiting(state), is_continued=True)
        if state.remark == "change_which":
            return Response(says.change_which(state), kept(guide, after))
        if state.phase == RESULT and state.remark == "document":
            reply = attached(guide, says, state)
        else:
            reply = says.say(state)
        return Response(reply, kept(guide, after))
