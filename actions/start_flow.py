"""Opens a guided flow, takes up one that was left, or lists them."""

from __future__ import annotations

import dataclasses

from rasa_sdk import Tracker

from actions._base import Guide, Response
from actions._flow import ENDED, IS_OPEN, NOTHING, SEEN, FlowAction, flow_choices, kept, said_by_flow, state_of
from bot.flows.finding import named_flow
from bot.flows.state import begin, drawable
from bot.knowledge.flows import Flow


class ActionStartFlow(FlowAction):
    """For "check whether we are ready" and the payloads `start_flow` and `continue_flow`; the form then asks."""

    def name(self) -> str:
        """See parent class."""
        return "action_start_flow"

    def respond(self, guide: Guide, tracker: Tracker) -> Response:
        """See parent class."""
        question = guide.turn.question
        if question.intent == "continue_flow":
            state = state_of(guide, tracker)
            if state is None:
                return Response(said_by_flow(guide, "list_none", flow_choices(guide)), {**ENDED, IS_OPEN: False})
            resumed = dataclasses.replace(state, remark="resumed", said="")
            return Response(NOTHING, {**kept(guide, resumed), IS_OPEN: True})
        named = next(iter(question.values("flow")), "")
        if not named and not guide.turn.is_payload:
            named = named_flow(question.text, guide.knowledge.flows)
        flow = guide.knowledge.flows.get(named)
        if flow is None or guide.language not in flow.texts:
            return Response(said_by_flow(guide, "list", flow_choices(guide)), {IS_OPEN: False})
        if _is_out_of_place(flow, guide):
            return Response(said_by_flow(guide, "private_only"), {IS_OPEN: False})
        # Said before anything is asked: whoever answers the questions expects somebody to read them.
        if flow.request and not guide.has_person:
            return Response(said_by_flow(guide, "request_nobody"), {IS_OPEN: False})
        seen = tracker.get_slot(SEEN) or []
        # What is asked is explained by an entry: one that is switched off is not asked about either.
        pool = drawable(flow, guide.knowledge.entries)
        if flow.draw and not pool:
            return Response(said_by_flow(guide, "list", flow_choices(guide)), {IS_OPEN: False})
        state = begin(flow, guide.turn.channel, seen, pool)
        slots = {**ENDED, **kept(guide, state), IS_OPEN: True}
        if flow.draw:
            slots[SEEN] = _seen_now(pool, seen, state.drawn)
        return Response(NOTHING, slots)


def _is_out_of_place(flow: Flow, guide: Guide) -> bool:
    """Returns whether a flow that belongs into a private chat was asked for in a group."""
    return guide.turn.channel in flow.private_on and guide.turn.pseudonym != guide.turn.conversation


def _seen_now(pool: list[str], seen: list[str], drawn: tuple[str, ...]) -> list[str]:
    """Returns the questions asked so far; once all that may be drawn have been, only those of this round."""
    known = [step for step in seen if step in pool]
    every = list(dict.fromkeys([*known, *drawn]))
    return list(drawn) if len(every) == len(pool) else every
