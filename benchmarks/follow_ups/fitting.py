"""Fits the numbers of `bot/knowledge/context.py` and prints them, with what a cross-fitted fifth makes of them.

    .venv/bin/python -m benchmarks.follow_ups.fitting

Fitted on the conversations of this folder, and on tuning questions said after them that have nothing to do with them:
short ones of content, two fifths of them on the same topic, and messages out of scope.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from bot.dialogue.door import Dialogue, Message, open_dialogue
from bot.knowledge import context as weighing
from bot.knowledge.context import corrects_the_last, leans_on_the_last, points_back
from bot.knowledge.joining import joined
from bot.knowledge.selection import Question
from bot.languages import script_of
from bot.nlu.tuning import load_tuning
from bot.settings import PROJECT_ROOT, Settings
from tests.follow_ups import FollowUp, read

Array = Any
_FOLDS, _PENALTY, _MOST_UNRELATED, _SEED = 5, 3.0, 350, 5
# So many of the unrelated questions are on the topic of the answer before, as of people who read on.
_SAME_TOPIC = 0.4
_RANKED = ("alone", "together", "same topic", "named")
_SCOPED = ("in scope", "together in scope", "covered", "points", "corrects", "refers", "fills")


@dataclass
class Turn:
    """A last message: how it was read alone and together, after which answer, and which entries answer it."""

    question: Question
    together: Question
    is_filled: bool
    last: str
    wanted: tuple[str, ...]

    def rows(self, dialogue: Dialogue) -> tuple[list[str], Array]:
        """Returns the candidates, and what speaks for each on a logarithmic scale."""
        entries = dialogue.knowledge.entries
        alone, both = dict(self.question.ranking), dict(self.together.ranking)
        topic = entries[self.last].topic if self.last in entries else ""
        named = [entry for entry in dict.fromkeys((*alone, *both)) if entry in entries]
        rows = [
            [
                math.log(max(alone.get(entry, 0.0), weighing._FLOOR)),
                math.log(max(both.get(entry, 0.0), weighing._FLOOR)),
                float(entries[entry].topic == topic),
                sum(
                    math.log(weighing._aboutness(entries[entry], thing, dialogue.knowledge))
                    for thing in self.question.leaning.things
                ),
            ]
            for entry in named
        ]
        return named, np.asarray(rows)


async def _turns(dialogue: Dialogue) -> tuple[list[Turn], list[Turn], list[Turn]]:
    """Returns the follow-ups, unrelated questions said after the same answers, and what is out of scope."""
    follow_ups, unrelated, outside, before = [], [], [], []
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        for one in read(path):
            said, last = await _before(dialogue, one)
            if said:
                before.append((said, last))
                turn = await _turn(dialogue, said, last, one.turns[-1], one.wanted)
                (follow_ups if one.wanted else outside).append(turn)
    draw = random.Random(_SEED)
    for question in load_tuning(PROJECT_ROOT / "nlu_data"):
        kind = unrelated if question.label.startswith("faq/") else outside if question.label == "out_of_scope" else None
        if kind is None or not leans_on_the_last(question.text) or len(kind) >= _MOST_UNRELATED:
            continue
        pairs = [pair for pair in before if script_of(pair[0]) == script_of(question.text)]
        if draw.random() < _SAME_TOPIC:
            topic = question.label.removeprefix("faq/").partition(".")[0]
            pairs = [pair for pair in pairs if pair[1].partition(".")[0] == topic] or pairs
        said, last = draw.choice(pairs)
        wanted = (question.label.removeprefix("faq/"),) if kind is unrelated else ()
        kind.append(await _turn(dialogue, said, last, question.text, wanted))
    return follow_ups, unrelated, outside


async def _before(dialogue: Dialogue, one: FollowUp) -> tuple[str, str]:
    conversation = f"{abs(hash(one.turns))}"
    for turn in one.turns[:-1]:
        await dialogue.ask(Message(conversation, "jsonl", text=turn))
    slots = await dialogue.remembered(conversation)
    return str(slots.get("last_question", "")), str(slots.get("last_entry", ""))


async def _turn(dialogue: Dialogue, said: str, last: str, text: str, wanted: tuple[str, ...]) -> Turn:
    alone, before = [Question.from_parsed(await dialogue.read(one)) for one in (text, said)]
    both = joined(before, alone, dialogue.knowledge)
    # What only names another document is read together all the same: of such too few conversations tell.
    whole = both.text if both.is_filled else both.remembered
    return Turn(alone, Question.from_parsed(await dialogue.read(whole, as_one=True)), both.is_filled, last, wanted)


def _fit_ranking(choices: list[tuple[Array, Array]]) -> Array:
    """Returns the weights of a conditional logit; a choice is what speaks for its candidates, and which are right."""

    def loss(weights: Array) -> tuple[float, Array]:
        value, slope = _PENALTY / 2 * float(weights @ weights), _PENALTY * weights
        for rows, right in choices:
            scores = np.exp(rows @ weights - np.max(rows @ weights))
            chances = scores / scores.sum()
            share = max(float(chances[right].sum()), 1e-12)
            value -= math.log(share)
            slope = slope - rows.T @ (np.where(right, chances / share, 0.0) - chances)
        return value, slope

    return minimize(loss, np.zeros(len(_RANKED)), jac=True, method="L-BFGS-B").x


def _scope_row(turn: Turn, dialogue: Dialogue) -> list[float]:
    said, knowledge = turn.question.leaning, dialogue.knowledge
    return [
        weighing._log_odds(said.in_scope),
        weighing._log_odds(turn.together.in_scope),
        said.coverage,
        float(bool(turn.last) and not said.names_anything and points_back(said.text, knowledge)),
        float(corrects_the_last(said.text, knowledge)),
        float(said.refers(knowledge)),
        float(turn.is_filled),
    ]


def _ranking_lines(name: str, choices: list[tuple[Array, Array]], kinds: list[str]) -> Iterator[str]:
    """Yields what a cross-fitted fifth makes of some choices, by their kinds, and the weights fitted on all of them."""
    found = dict.fromkeys(kinds, 0)
    for fold in range(_FOLDS):
        weights = _fit_ranking([choice for i, choice in enumerate(choices) if i % _FOLDS != fold])
        for i in range(fold, len(choices), _FOLDS):
            rows, right = choices[i]
            found[kinds[i]] += bool(right[int(np.argmax(rows @ weights))])
    yield from (f"{name}, {kind}: right entry first in {n} of {kinds.count(kind)}" for kind, n in found.items())
    yield f"{name}: " + ", ".join(f"{n} {w:.2f}" for n, w in zip(_RANKED, _fit_ranking(choices), strict=True))


async def _fit(dialogue: Dialogue) -> Iterator[str]:
    follow_ups, unrelated, outside = await _turns(dialogue)
    choices: dict[bool, list[tuple[Array, Array]]] = {False: [], True: []}
    kinds: dict[bool, list[str]] = {False: [], True: []}
    for kind, turns in (("follow-ups", follow_ups), ("unrelated", unrelated)):
        for turn in turns:
            named, rows = turn.rows(dialogue)
            right = np.asarray([entry in turn.wanted for entry in named])
            if right.any():
                choices[turn.is_filled].append((rows, right))
                kinds[turn.is_filled].append(kind)
    lines: list[str] = []
    for is_filled, some in choices.items():
        lines += _ranking_lines("filled in" if is_filled else "leaning", some, kinds[is_filled])
    turns = [*follow_ups, *unrelated, *outside]
    rows = np.asarray([_scope_row(turn, dialogue) for turn in turns])
    right = np.asarray([bool(turn.wanted) for turn in turns])
    model = LogisticRegression(max_iter=500)
    chances = cross_val_predict(model, rows, right, cv=_FOLDS, method="predict_proba")[:, 1]
    for least in (0.5, 0.65, 0.75, 0.85):
        kept = chances >= least
        count = kept[: len(follow_ups)].sum(), kept[~right].sum()
        lines.append(f"from {least}: {count[0]} of {len(follow_ups)} follow-ups, {count[1]} of {len(outside)} outside")
    model.fit(rows, right)
    lines.append(", ".join(f"{n} {w:.2f}" for n, w in zip(_SCOPED, model.coef_[0], strict=True)))
    lines.append(f"constant {model.intercept_[0]:.2f}")
    return iter(lines)


def main() -> None:
    """Fits and prints."""
    with tempfile.TemporaryDirectory() as place:
        settings = dataclasses.replace(Settings.from_env(), database_url=f"sqlite:///{Path(place) / 'log.db'}")
        dialogue = open_dialogue(settings)
        for line in asyncio.run(_fit(dialogue)):
            print(line)
        dialogue.store.close()


if __name__ == "__main__":
    main()
