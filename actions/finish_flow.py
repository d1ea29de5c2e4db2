"""Ends a flow: nothing of what was answered stays, unless the person has asked for it to be passed on."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions._base import Guide, Response
from actions._flow import END, ENDED, NOTHING, FlowAction, flow_choices, said_by_flow, state_of
from actions._flow_request import passed_on
from bot.flows.moving import CANCELLED, LEFT, REQUESTED


class ActionFinishFlow(FlowAction):
    """Runs when the form has ended."""

    def name(self) -> str:
        """See parent class."""
        return "action_finish_flow"

    def respond(self, guide: Guide, tracker: Tracker) -> Response:
        """See parent class."""
        end = tracker.get_slot(END)
        if end == LEFT:
            return Response(NOTHING, ENDED)
        if end == REQUESTED:
            state = state_of(guide, tracker)
            if state is not None:
                return Response(passed_on(guide, state), ENDED)
        name = {CANCELLED: "cancelled", "lost": "lost"}.get(str(end), "finished")
        return Response(said_by_flow(guide, name, flow_choices(guide)), ENDED)

    def failed(self, guide: Guide) -> Response:
        """See parent class. The answers go even so."""
        return Response(guide.say("technical_problem", "notice"), ENDED)
