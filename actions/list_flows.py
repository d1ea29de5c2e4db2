"""Says that no flow goes on, and which there are."""

from __future__ import annotations

from actions._answering import follow_up
from actions._base import Guide, GuideAction, Response
from actions._flow import flow_choices, said_by_flow


class ActionListFlows(GuideAction):
    """For buttons and words of a flow that is over."""

    def name(self) -> str:
        """See parent class."""
        return "action_list_flows"

    def respond(self, guide: Guide) -> Response:
        """See parent class. After an answer "the next one" asks for another, not for a step of a flow."""
        said = said_by_flow(guide, "list_none", flow_choices(guide))
        return follow_up(guide) or Response(said, is_private=True)
