"""What a message does to the state of a flow: one function, pure."""

from __future__ import annotations

import dataclasses

from bot.flows.hearing import Heard
from bot.flows.state import ASKING, RESULT, SUMMARY, State, answered, before, reopened
from bot.knowledge.flows import Flow

#: How a flow ends: its result was read to the end, it was cancelled, or what it gathered is passed on.
FINISHED, CANCELLED, REQUESTED, LEFT = "finished", "cancelled", "requested", "left"


def moved(flow: Flow, state: State, heard: Heard) -> tuple[State, str]:
    """Returns the state after what was heard, and how the flow ends by it; empty: it goes on."""
    kind, value = heard.kind, heard.value
    if kind == "cancel":
        return state, CANCELLED if state.phase != RESULT else FINISHED
    if kind == "finish":
        return state, FINISHED
    if kind == "confirm" and state.phase == SUMMARY:
        if flow.request:
            return state, REQUESTED
        return dataclasses.replace(state, phase=RESULT, page=1, remark="document" if flow.document else ""), ""
    return _onward(flow, state, kind, value), ""


def _onward(flow: Flow, state: State, kind: str, value: object) -> State:
    if kind == "answer" and state.phase == ASKING:
        return answered(flow, state, value)
    if kind == "pick":
        picked = tuple(option for option in state.picked if option != value)
        return _remarked(dataclasses.replace(state, picked=picked if value in state.picked else (*picked, str(value))))
    if kind == "skip" and state.phase == ASKING:
        if flow.steps[state.at].is_required:
            return _remarked(state, "required")
        return answered(flow, state, None)
    if kind == "back":
        earlier = before(flow, state)
        return _remarked(reopened(state, earlier), "") if earlier else _remarked(state, "first")
    if kind == "change" and value in state.answers:
        return reopened(state, str(value))
    if kind == "page":
        return _remarked(dataclasses.replace(state, page=int(str(value))))
    if kind == "too_long":
        return _remarked(state, f"too_long:{value}")
    if kind in ("why", "change_which", "document", "stale", "busy"):
        return _remarked(state, kind)
    return _remarked(state, "" if kind == "continue" else "unclear")


def _remarked(state: State, remark: str = "") -> State:
    return dataclasses.replace(state, remark=remark)
