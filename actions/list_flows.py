"""Says that no flow goes on, and which there are."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions._base import Guide, Response
from actions._flow import FlowAction, flow_choices, said_by_flow


class ActionListFlows(FlowAction):
    """For buttons and words of a flow that is over."""

    def name(self) -> str:
        """See parent class."""
        return "action_list_flows"

    def respond(self, guide: Guide, tracker: Tracker) -> Response:
        """See parent class."""
        return Response(said_by_flow(guide, "list_none", flow_choices(guide)))
