"""Guided flows as data: steps, branching, what comes out of the answers, and the words per language.

What a conversation does with them belongs in `bot.flows`; finding faults in them in `flow_checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.knowledge.models import Reference

#: The answers to a step of the kind `yes_no`.
AFFIRMED, DENIED, UNSURE = "affirmed", "denied", "unsure"
YES_NO = (AFFIRMED, DENIED, UNSURE)
#: What conditions call a step that was passed over.
SKIPPED = "skipped"

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """Holds where every step of one of `alternatives` was answered with one of the options named for it."""

    alternatives: tuple[dict[str, tuple[str, ...]], ...]

    def holds(self, answers: Answers) -> bool:
        """Returns whether the answers meet the condition; a step that was not asked meets none."""
        return any(
            all(set(options) & set(given(answers, step)) for step, options in alternative.items())
            for alternative in self.alternatives
        )

    @property
    def steps(self) -> set[str]:
        """The steps it looks at."""
        return {step for alternative in self.alternatives for step in alternative}


def given(answers: Answers, step: str) -> tuple[str, ...]:
    """Returns the options that a step was answered with; `skipped` where it was passed over, empty where not asked."""
    if step not in answers:
        return ()
    value = answers[step]
    if value is None:
        return (SKIPPED,)
    return tuple(value) if isinstance(value, list) else (str(value),)


@dataclass(frozen=True)
class Step:
    """One question of a flow.

    `kind` is `choice`, `choices` (several), `yes_no` or `text`. It is asked where `when` holds and `unless` does not,
    and, where `channels` names some, only there. `right` is the correct option of a quiz, explained by `entry`.
    `part` is the heading it stands under in a document; `is_blank` says that a document leaves room for it where it
    was not asked. `longest` is the most characters of a text; `takes_questions` says that a question is its answer.
    """

    id: str
    kind: str
    options: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    when: Condition | None = None
    unless: Condition | None = None
    channels: tuple[str, ...] = ()
    right: str = ""
    entry: str = ""
    part: str = ""
    office: str = ""
    is_blank: bool = False
    is_required: bool = False
    longest: int = 600
    takes_questions: bool = False

    def applies(self, answers: Answers, channel: str) -> bool:
        """Returns whether the step is asked after these answers on a channel."""
        if self.channels and channel not in self.channels:
            return False
        return (self.when is None or self.when.holds(answers)) and not (self.unless and self.unless.holds(answers))


@dataclass(frozen=True)
class Item:
    """One statement of a result; said where `when` holds and `unless` does not.

    `points` weighs it against the others of its section, by "step.option". `entries` can be opened for more.
    `office` decides what no text of its issuer confirmed.
    """

    id: str
    references: tuple[Reference, ...] = ()
    when: Condition | None = None
    unless: Condition | None = None
    points: dict[str, int] = field(default_factory=dict)
    entries: tuple[str, ...] = ()
    office: str = ""

    def applies(self, answers: Answers) -> bool:
        """Returns whether the item is said after these answers."""
        return (self.when is None or self.when.holds(answers)) and not (self.unless and self.unless.holds(answers))


@dataclass(frozen=True)
class Section:
    """A part of a result: the items that apply, or the `take` with the most points."""

    id: str
    items: dict[str, Item]
    take: int = 0


@dataclass(frozen=True)
class FlowText:
    """The words of one flow in one language; `labels` and `typed` are keyed by step, then by option."""

    title: str
    summary: str
    intro: str
    closing: str
    start: tuple[str, ...]
    questions: dict[str, str]
    shorts: dict[str, str]
    whys: dict[str, str]
    labels: dict[str, dict[str, str]]
    typed: dict[str, dict[str, tuple[str, ...]]]
    sections: dict[str, str]
    items: dict[str, dict[str, str]]
    parts: dict[str, str]
    document: dict[str, str]


@dataclass(frozen=True)
class Flow:
    """A guided conversation: `steps` in their order, and the `sections` of its result.

    `draw` asks so many of the steps at random instead of all in order. `document` is the DOCX made at the end, a
    `record` or a `note` of one page; `request` passes the answers on to a person. `private_on` names channels where it
    runs in private chats only. `audiences` are those whom it is offered first.
    """

    name: str
    audiences: tuple[str, ...]
    steps: dict[str, Step]
    sections: dict[str, Section]
    draw: int = 0
    document: str = ""
    request: bool = False
    private_on: tuple[str, ...] = ()
    texts: dict[str, FlowText] = field(default_factory=dict)

    @property
    def references(self) -> list[Reference]:
        """Every place that a step or an item cites."""
        cited = [step.references for step in self.steps.values()]
        cited += [item.references for section in self.sections.values() for item in section.items.values()]
        return [reference for references in cited for reference in references]


@dataclass(frozen=True)
class FlowWords:
    """What every flow of a language says and understands.

    `phrases` are said, their {names} filled in; `labels` name buttons, `typed` the words that do the same; `offices`
    are whom to ask; `answers` and `answers_typed` are those of `yes_no` steps.
    """

    phrases: dict[str, str]
    labels: dict[str, str]
    typed: dict[str, tuple[str, ...]]
    answers: dict[str, str]
    answers_typed: dict[str, tuple[str, ...]]
    offices: dict[str, str]


Files = Mapping[Path, dict[str, Any]]


def read_flows(files: Files, root: Path) -> dict[str, Flow]:
    """Returns the flows in `files` by name, with their words.

    Raises:
        LookupError, TypeError, AttributeError: a file does not fit the schema.
    """
    texts: dict[str, dict[str, FlowText]] = {}
    for path, data in files.items():
        if path.parent.parent == root / "flow_texts":
            texts.setdefault(path.stem, {})[path.parent.name] = _text(data)
    return {
        path.stem: _flow(path.stem, data, texts.get(path.stem, {}))
        for path, data in files.items()
        if path.parent == root / "flows"
    }


def read_flow_words(files: Files, root: Path) -> dict[str, FlowWords]:
    """Returns the words that all flows of a language share.

    Raises:
        LookupError, TypeError, AttributeError: a file does not fit the schema.
    """
    return {
        path.stem: FlowWords(
            phrases={name: text.strip() for name, text in data["phrases"].items()},
            labels=dict(data["labels"]),
            typed=_tuples(data["typed"]),
            answers=dict(data["answers"]),
            answers_typed=_tuples(data["answers_typed"]),
            offices=dict(data["offices"]),
        )
        for path, data in files.items()
        if path.parent == root / "flow_words"
    }


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(str(word) for word in words) for name, words in lists.items()}


def _flow(name: str, data: dict[str, Any], texts: dict[str, FlowText]) -> Flow:
    return Flow(
        name=name,
        audiences=tuple(data.get("audiences", ())),
        steps={key: _step(key, step) for key, step in data["steps"].items()},
        sections={key: _section(key, section) for key, section in data.get("sections", {}).items()},
        draw=data.get("draw", 0),
        document=data.get("document", ""),
        request=data.get("request", False),
        private_on=tuple(data.get("private_on", ())),
        texts=texts,
    )


def _step(key: str, data: dict[str, Any]) -> Step:
    kind = data["kind"]
    return Step(
        id=key,
        kind=kind,
        options=YES_NO if kind == "yes_no" else tuple(data.get("options", ())),
        references=_references(data),
        when=_condition(data.get("when")),
        unless=_condition(data.get("unless")),
        channels=tuple(data.get("channels", ())),
        right=data.get("right", ""),
        entry=data.get("entry", ""),
        part=data.get("part", ""),
        office=data.get("office", ""),
        is_blank=data.get("blank", False),
        is_required=data.get("required", False),
        longest=data.get("longest", 600),
        takes_questions=data.get("takes_questions", False),
    )


def _section(key: str, data: dict[str, Any]) -> Section:
    items = {
        name: Item(
            id=name,
            references=_references(item),
            when=_condition(item.get("when")),
            unless=_condition(item.get("unless")),
            points=dict(item.get("points", {})),
            entries=tuple(item.get("entries", ())),
            office=item.get("office", ""),
        )
        for name, item in data["items"].items()
    }
    return Section(key, items, data.get("take", 0))


def _references(data: dict[str, Any]) -> tuple[Reference, ...]:
    return tuple(Reference(r["source"], tuple(r["locators"])) for r in data.get("references", ()))


def _condition(data: Any) -> Condition | None:
    if data is None:
        return None
    alternatives = data if isinstance(data, list) else [data]
    return Condition(tuple({step: tuple(options) for step, options in one.items()} for one in alternatives))


def _text(data: dict[str, Any]) -> FlowText:
    steps = data["steps"]
    sections = data.get("sections", {})
    return FlowText(
        title=data["title"],
        summary=data["summary"].strip(),
        intro=data.get("intro", "").strip(),
        closing=data.get("closing", "").strip(),
        start=tuple(str(example) for example in data["start"]),
        questions={key: words["question"].strip() for key, words in steps.items()},
        shorts={key: words["short"] for key, words in steps.items()},
        whys={key: words["why"].strip() for key, words in steps.items() if "why" in words},
        labels={key: dict(words.get("options", {})) for key, words in steps.items()},
        typed={key: _tuples(words.get("typed", {})) for key, words in steps.items()},
        sections={key: words["title"] for key, words in sections.items()},
        items={key: {name: text.strip() for name, text in words["items"].items()} for key, words in sections.items()},
        parts=dict(data.get("parts", {})),
        document={key: text.strip() for key, text in data.get("document", {}).items()},
    )
