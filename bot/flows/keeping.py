"""How the state of a flow rests between two messages: encrypted, in one slot of the dialogue."""

from __future__ import annotations

import dataclasses
from typing import Any

from bot.errors import StoreError
from bot.flows.state import State
from bot.knowledge.flows import Flow
from bot.store.sealing import Seal

_PURPOSE = "flow"


def sealed(secret: str, state: State) -> str:
    """Returns a state encrypted with a key of the installation's secret."""
    return Seal(secret, _PURPOSE).close(state.to_json())


def opened(secret: str, kept: str, flows: dict[str, Flow]) -> State | None:
    """Returns the state that `sealed` made; None where there is none, or it cannot be read or followed any more."""
    state = _read(secret, kept)
    flow = flows.get(state.flow) if state else None
    # A flow that was changed meanwhile may have lost the step that is asked.
    return state if state and flow and (not state.at or state.at in flow.steps) else None


def in_clear(secret: str, kept: str) -> dict[str, Any]:
    """Returns what `sealed` has kept, for the person whose answers they are; empty where it cannot be read any more."""
    state = _read(secret, kept)
    return dataclasses.asdict(state) if state else {}


def _read(secret: str, kept: str) -> State | None:
    if not kept:
        return None
    try:
        return State.from_json(Seal(secret, _PURPOSE).open(kept))
    except (StoreError, ValueError, TypeError, KeyError):
        return None
