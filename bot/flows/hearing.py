"""What a person means in the middle of a flow: by button, number, label or in words, in any language of the guide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from bot.flows.state import ASKING, RESULT, SUMMARY, State, path
from bot.knowledge.flows import Flow, FlowWords, Step
from bot.knowledge.loader import normal_question
from bot.knowledge.wording import has_han, plain, without

Kind = Literal[
    "answer",
    "pick",
    "skip",
    "why",
    "back",
    "cancel",
    "change",
    "change_which",
    "continue",
    "confirm",
    "page",
    "finish",
    "document",
    "too_long",
    "stale",
    "busy",
    "unclear",
    "other",
]

#: What a button means that is no answer; the first character keeps it apart from options.
MARK = ":"
#: Intents that mean the same as a button, and what they mean.
INTENTS: dict[str, Kind] = {
    "skip_question": "skip",
    "ask_why": "why",
    "go_back": "back",
    "change_answer": "change_which",
    "cancel_flow": "cancel",
    "continue_flow": "continue",
}
#: From this confidence (0-1) an intent is believed where the words themselves are in no list.
_BELIEVED = 0.6
_LISTED: dict[str, tuple[Kind, ...]] = {
    ASKING: ("skip", "why", "back", "cancel", "continue"),
    SUMMARY: ("confirm", "back", "cancel", "page", "continue"),
    RESULT: ("finish", "page", "document", "cancel"),
}
_NUMBERS = re.compile(r"\d{1,2}")


@dataclass(frozen=True)
class Heard:
    """What was meant: `value` is the answer, the option picked, the step to change or the page."""

    kind: Kind
    value: Any = None


@dataclass(frozen=True)
class Words:
    """A message in a flow: its text, the intent the model gave it, and whether it reads as a question of content."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    is_question: bool = False


def pressed(flow: Flow, state: State, step: str, value: str) -> Heard:
    """Returns what a button means; `stale` where it belongs to another question."""
    name, _, rest = value.removeprefix(MARK).partition(".")
    if value.startswith(MARK):
        is_here = step == f"{state.flow}.{state.at}" or name in ("cancel", "change", "continue", "finish", "document")
        if not is_here and name in ("skip", "back", "why"):
            return Heard("stale")
        if name == "change":
            return Heard("change", rest) if rest in state.answers else Heard("change_which")
        if name == "page":
            return Heard("page", int(rest) if rest.isdigit() else 1)
        if name == "done" and state.phase == ASKING and is_here:
            return Heard("answer", list(state.picked)) if state.picked else Heard("skip")
        kinds: tuple[Kind, ...] = ("skip", "why", "back", "cancel", "continue", "confirm", "finish", "document")
        return next((Heard(kind) for kind in kinds if kind == name), Heard("stale"))
    if state.phase != ASKING or step != f"{state.flow}.{state.at}":
        return Heard("stale")
    asked = flow.steps[state.at]
    if value not in asked.options:
        return Heard("stale")
    return Heard("pick", value) if asked.kind == "choices" else Heard("answer", value)


def typed(flow: Flow, state: State, words: dict[str, FlowWords], message: Words) -> Heard:
    """Returns what typed words mean; `other` where they are not for the flow."""
    text = message.text.strip()
    said = normal_question(text)
    step = flow.steps.get(state.at) if state.phase == ASKING else None
    if step is not None and step.kind != "text":
        answer = _answer(flow, step, words, text)
        if answer is not None:
            return answer
        if step.kind == "choices" and state.picked and _listed("done", words, said):
            return Heard("answer", list(state.picked))
    heard = _steering(flow, state, words, text, said)
    if heard is not None:
        return heard
    if step is not None and step.kind == "text":
        if message.is_question and not step.takes_questions:
            return Heard("other")
        return Heard("answer", text) if len(text) <= step.longest else Heard("too_long", len(text))
    if step is not None and not reads_as_question(text, words):
        within = _within(flow, step, words, text)
        if len(within) == 1:
            return Heard("answer", within if step.kind == "choices" else within[0])
    if message.intent in INTENTS and message.confidence >= _BELIEVED and state.phase != RESULT:
        if message.intent == "change_answer":
            named = _named_step(flow, state, said)
            return Heard("change", named) if named else Heard("change_which")
        return Heard(INTENTS[message.intent])
    return Heard("other")


def _steering(flow: Flow, state: State, words: dict[str, FlowWords], text: str, said: str) -> Heard | None:
    """Returns what the listed words do in this phase, and "change my answer on …" in every one."""
    if not said and text in ("?", "？") and state.phase == ASKING:
        return Heard("why")
    for kind in _LISTED[state.phase]:
        name = "more" if kind == "page" else kind
        if _listed(name, words, said):
            return Heard(kind, state.page + 1) if kind == "page" else Heard(kind)
    if state.phase != RESULT or state.answers:
        named = _change(flow, state, words, said)
        if named is not None:
            return named
    return None


def _listed(name: str, words: dict[str, FlowWords], said: str) -> bool:
    return bool(said) and any(said == normal_question(word) for known in words.values() for word in _typed(known, name))


def _typed(words: FlowWords, name: str) -> Iterator[str]:
    yield from words.typed.get(name, ())
    if name in words.labels:
        yield words.labels[name]


def _change(flow: Flow, state: State, words: dict[str, FlowWords], said: str) -> Heard | None:
    """Returns the step in "change my answer on sanctions"; asks which where it only says "change an answer"."""
    if state.phase == RESULT or not state.answers:
        return None
    for known in words.values():
        for start in sorted(known.typed.get("change_on", ()), key=len, reverse=True):
            head = normal_question(start)
            if said.startswith(head) and said != head:
                named = _named_step(flow, state, said.removeprefix(head))
                if named:
                    return Heard("change", named)
    is_bare = any(
        said == normal_question(word)
        for known in words.values()
        for word in (*known.typed.get("change", ()), known.labels["change"])
    )
    is_answer = state.phase == ASKING and flow.steps[state.at].kind == "text"
    if is_bare and (state.phase == SUMMARY or not is_answer):
        return Heard("change_which")
    return None


def _named_step(flow: Flow, state: State, said: str) -> str:
    """Returns the answered step that words name, the longest name first; empty where they name none."""
    names = [
        (normal_question(name), step.id)
        for step in path(flow, state)
        if step.id in state.answers
        for text in flow.texts.values()
        for name in (text.shorts[step.id], *text.typed.get(step.id, {}).get("name", ()))
    ]
    for name, step in sorted(names, key=lambda pair: -len(pair[0])):
        if name and (name in said or (len(said) > 3 and said in name)):
            return step
    # "my answer on sanctions" names "UN sanctions and lists" by one of its words.
    for _, step in names:
        if any(len(word) > 3 and word in said for word in _pieces(flow, step)):
            return step
    return ""


def _pieces(flow: Flow, step: str) -> set[str]:
    return {
        normal_question(word) for text in flow.texts.values() for word in re.split(r"[\s,，、;；]+", text.shorts[step])
    }


def _answer(flow: Flow, step: Step, words: dict[str, FlowWords], text: str) -> Heard | None:
    """Returns the answer that a number, a label or listed words are."""
    folded = normal_question(text)
    # Before numbers: a label may be one ("320"), which is no option's place.
    for option in step.options:
        if any(folded == normal_question(name) for name in _names(flow, step, option, words)):
            return Heard("answer", [option] if step.kind == "choices" else option)
    joining = [word for known in words.values() for word in known.typed.get("between", ())]
    # "1and3" is typed as well.
    numbers = without(re.sub(r"(\d+)", r" \1 ", plain(text)), joining)
    if re.fullmatch(r"[\d\W]+", numbers) and _NUMBERS.search(folded):
        chosen = [int(number) for number in _NUMBERS.findall(numbers)]
        if all(1 <= number <= len(step.options) for number in chosen):
            options = list(dict.fromkeys(step.options[number - 1] for number in chosen))
            if step.kind == "choices":
                return Heard("answer", options)
            if len(options) == 1:
                return Heard("answer", options[0])
        return None
    if step.kind == "choices":
        named = [
            option
            for part in re.split(r"[,;、，；]", text)
            if part.strip()
            for option in _joined(flow, step, words, part, joining)
        ]
        if named and all(named):
            return Heard("answer", list(dict.fromkeys(named)))
    return None


def _joined(flow: Flow, step: Step, words: dict[str, FlowWords], part: str, joining: list[str]) -> list[str]:
    """Returns the option that a part of an answer names, or those it joins ("law and care"); "" where it names none."""
    whole = _option(flow, step, words, part)
    if whole:
        return [whole]
    return [_option(flow, step, words, one) for one in without(plain(part), joining, "\n").split("\n") if one.strip()]


def _option(flow: Flow, step: Step, words: dict[str, FlowWords], said: str) -> str:
    return next((o for o in step.options if normal_question(said) in _folded(flow, step, o, words)), "")


def _folded(flow: Flow, step: Step, option: str, words: dict[str, FlowWords]) -> set[str]:
    return {normal_question(name) for name in _names(flow, step, option, words)}


def _names(flow: Flow, step: Step, option: str, words: dict[str, FlowWords]) -> Iterator[str]:
    """Yields every way to name an option, in every language."""
    for text in flow.texts.values():
        if option in text.labels.get(step.id, {}):
            yield text.labels[step.id][option]
        yield from text.typed.get(step.id, {}).get(option, ())
    if step.kind == "yes_no":
        for known in words.values():
            yield known.answers[option]
            yield from known.answers_typed[option]


def _within(flow: Flow, step: Step, words: dict[str, FlowWords], text: str) -> list[str]:
    """Returns the options whose longer names stand inside what was said: "probably the whole world, I think"."""
    if step.kind == "yes_no":
        begun = [
            (len(name), option)
            for option in step.options
            for name in _names(flow, step, option, words)
            if _begins(text.casefold(), name.casefold())
        ]
        return [max(begun)[1]] if begun else []
    said = normal_question(text)
    return [
        option
        for option in step.options
        if any(_is_part(name, said) or _is_part(said, name) for name in _folded(flow, step, option, words))
    ]


def _is_part(short: str, long: str) -> bool:
    """Returns whether one name stands inside another; a few letters do so by chance."""
    return len(short) >= (2 if has_han(short) else 5) and short in long


def reads_as_question(text: str, words: dict[str, FlowWords]) -> bool:
    """Returns whether a text asks something, by its signs: its last or its first words."""
    asking = [word for known in words.values() for word in known.typed.get("asking", ())]
    closing = [word for known in words.values() for word in known.typed.get("asking_end", ())]
    folded = plain(text).strip()
    if folded.endswith(tuple(plain(word) for word in closing)):
        return True
    return any(word in folded if has_han(word) else folded.startswith(f"{plain(word)} ") for word in asking)


def _begins(text: str, name: str) -> bool:
    """Returns whether a sentence begins with a word for yes, no or not sure: "no, never", but not "Norway"."""
    if not text.startswith(name) or not any(character.isalpha() for character in name):
        return False
    following = text[len(name) : len(name) + 1]
    return has_han(name) or (len(name) > 1 and not following.isalnum())
