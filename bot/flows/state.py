"""Where a person stands in a flow. Pure: what is done with it is told by the functions, what is said by `saying`."""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from bot.knowledge.flows import SKIPPED, Flow, Step

#: What is shown next. `asking` a step, the `summary` of all answers, the `result`.
ASKING, SUMMARY, RESULT = "asking", "summary", "result"


@dataclass(frozen=True)
class State:
    """One person's way through a flow.

    `at` is the step that is asked; `answers` holds an option, a list of options, a text, or None for skipped ones.
    `drawn` are the steps of a flow that draws. `picked` collects the options of a step with several. `remark` says
    what the next reply begins with, `said` is the id of the message that led here. `reference` is the request's.
    """

    flow: str
    channel: str
    phase: str = ASKING
    at: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    drawn: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    page: int = 1
    remark: str = "start"
    said: str = ""
    reference: str = ""

    @property
    def is_new(self) -> bool:
        """Whether nothing has been asked yet since the flow was opened or taken up."""
        return not self.said

    def to_json(self) -> str:
        """Returns the state as a text."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> State:
        """Returns the state that `to_json` wrote.

        Raises:
            ValueError, TypeError: it is no such text.
        """
        data = json.loads(text)
        return cls(**{**data, "drawn": tuple(data["drawn"]), "picked": tuple(data["picked"])})


def drawable(flow: Flow, entries: Collection[str]) -> list[str]:
    """Returns the steps that a flow may draw: those whose explanation is an entry that is there, or that need none."""
    return [name for name, step in flow.steps.items() if not step.entry or step.entry in entries]


def begin(flow: Flow, channel: str, seen: Collection[str] = (), pool: Collection[str] | None = None) -> State:
    """Returns the state at the first question.

    Args:
        seen: the steps that a flow which draws has asked before: they come last.
        pool: the steps that it may draw; None for all.
    """
    drawn: tuple[str, ...] = ()
    if flow.draw:
        shuffled = [name for name in flow.steps if pool is None or name in pool]
        secrets.SystemRandom().shuffle(shuffled)
        drawn = tuple(sorted(shuffled, key=lambda step: step in seen)[: flow.draw])
    state = State(flow.name, channel, drawn=drawn)
    return dataclasses.replace(state, at=next_step(flow, state))


def path(flow: Flow, state: State) -> list[Step]:
    """Returns the steps that are asked after the answers given so far, in their order."""
    if flow.draw:
        return [flow.steps[name] for name in state.drawn if name in flow.steps]
    known: dict[str, Any] = {}
    steps = []
    for step in flow.steps.values():
        if step.applies(known, state.channel):
            steps.append(step)
            if step.id in state.answers:
                known[step.id] = state.answers[step.id]
    return steps


def answers_of(flow: Flow, state: State) -> dict[str, Any]:
    """Returns the answers that count: those to steps that are asked, in their order."""
    return {step.id: state.answers[step.id] for step in path(flow, state) if step.id in state.answers}


def next_step(flow: Flow, state: State) -> str:
    """Returns the first step without an answer; empty where there is none."""
    return next((step.id for step in path(flow, state) if step.id not in state.answers), "")


def position(flow: Flow, state: State) -> tuple[int, int]:
    """Returns the number of the step that is asked, from 1, and of how many."""
    names = [step.id for step in path(flow, state)]
    return (names.index(state.at) + 1 if state.at in names else len(names)), len(names)


def answered(flow: Flow, state: State, value: Any) -> State:
    """Returns the state after an answer to the step that is asked: at the next one, or where all has been said."""
    state = dataclasses.replace(
        state, answers={**state.answers, state.at: value}, picked=(), page=1, remark="right" if flow.draw else ""
    )
    following = next_step(flow, state)
    if following:
        return dataclasses.replace(state, at=following, phase=ASKING)
    # A quiz has nothing to confirm: its answers have been seen one by one.
    return dataclasses.replace(state, phase=RESULT if flow.draw else SUMMARY)


def reopened(state: State, step: str) -> State:
    """Returns the state with one answer open again, the others as they are."""
    kept = {name: value for name, value in state.answers.items() if name != step}
    return dataclasses.replace(state, answers=kept, at=step, phase=ASKING, picked=(), page=1, remark="changing")


def before(flow: Flow, state: State) -> str:
    """Returns the answered step before the present one; empty at the first."""
    steps = [step.id for step in path(flow, state)]
    if state.phase == ASKING and state.at in steps:
        steps = steps[: steps.index(state.at)]
    return next((name for name in reversed(steps) if name in state.answers), "")


def label_of(value: Any) -> tuple[str, ...]:
    """Returns the options in an answer; `skipped` for None."""
    if value is None:
        return (SKIPPED,)
    return tuple(value) if isinstance(value, list) else (str(value),)
