"""What buttons carry: short, versioned, complete in itself, so that a button works after a restart.

A person can send any data, also what no button of ours carries: reading it gives a known kind with known names, or
nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.knowledge.loader import KnowledgeBase
from bot.reply import Choice

#: Source: core.telegram.org/bots/api#inlinekeyboardbutton, `callback_data`: 1-64 bytes.
MAX_BYTES = 64
_VERSION = "1"
_PLAIN = re.compile(r"[\w+.,:/ ()&\-]{1,80}")
_SEPARATOR = "|"
_DIGEST = 12

#: Kind of button → the intent that its payload names, with the names of its values in order.
_DIALOGUE: dict[str, tuple[str, tuple[str, ...]]] = {
    "e": ("show_entry", ("entry",)),
    "c": ("show_chart", ("entry",)),
    "m": ("ask_more", ("entry",)),
    "x": ("show_text", ("entry",)),
    "X": ("show_text", ("source", "locator")),
    "t": ("show_topic", ("topic", "page")),
    "T": ("ask_topics", ()),
    "l": ("change_language", ("language",)),
    "w": ("answer_flow", ("step", "value")),
    "W": ("start_flow", ("flow",)),
    "wc": ("continue_flow", ()),
}
#: Kinds that the front itself deals with, with the number of their values.
_OWN = {
    "p": 0,  # ask for a person
    "py": 1,  # agree to be contacted: reference
    "pn": 0,  # rather not
    "pa": 1,  # answer whoever sees to a request: reference
    "D": 0,  # delete my data, confirmed
    "Dn": 0,  # rather not
    "v": 0,  # privacy
    "vl": 1,  # log my questions: 1, or do not: 0
    "f": 2,  # feedback: + - or a reason, enquiry
    "sl": 1,  # start: language
    "sa": 1,  # start: audience
    "L": 1,  # language
    "A": 1,  # audience
    "k": 2,  # browse by kind: kind, page
    "s": 1,  # documents: page
    "S": 2,  # places of a document: document, page
    "C": 3,  # what rests on a place: document, place, page; page 0 is a new message
    "tp": 1,  # topics: page
    "mine": 0,  # my data
    "forget": 0,  # delete my data, asked first
}
_ALIASES = {"/request_person": "p", "/confirm_person": "p", "/confirm_deletion": "D"}


@dataclass(frozen=True)
class Press:
    """What a button asks for: its kind, its values, and the dialogue's command where it is for the dialogue."""

    kind: str
    values: tuple[str, ...] = ()
    command: str = ""


class Payloads:
    """Writes and reads the data of buttons, by the names of the knowledge base that people are answered from."""

    def __init__(self, knowledge: Callable[[], KnowledgeBase]) -> None:
        self._present = knowledge
        self._known: KnowledgeBase | None = None
        self._by_digest: dict[str, str] = {}

    @property
    def _knowledge(self) -> KnowledgeBase:
        return self._present()

    def _named(self, digest: str) -> str:
        """Returns the name that a digest stands for; empty where it stands for none."""
        knowledge = self._knowledge
        if self._known is not knowledge:  # a model that was taken up may have brought new names
            sources = knowledge.sources
            names = [*knowledge.entries, *sources, *(place for s in sources.values() for place in s.places)]
            self._by_digest = {_digest(name): name for name in names}
            self._known = knowledge
        return self._by_digest.get(digest, "")

    def own(self, kind: str, *values: object) -> str:
        """Returns the data of a button that the front itself deals with."""
        return self._written(kind, [str(value) for value in values])

    def of(self, choice: Choice, entry: str = "") -> str:
        """Returns the data of a choice of a reply; empty where there is no short form for it.

        Args:
            entry: what the reply is about, which "more" and "show the text" then name.
        """
        if choice.payload in _ALIASES:
            return self.own(_ALIASES[choice.payload])
        intent, _, rest = choice.payload.removeprefix("/").partition("{")
        try:
            given = json.loads("{" + rest) if rest else {}
        except ValueError:
            return ""
        if intent in ("ask_more", "show_text") and not given and entry:
            given = {"entry": entry}
        for kind, (named, names) in _DIALOGUE.items():
            if named == intent and set(given) <= set(names) and (given or not names):
                values = [str(given.get(name, "")) for name in names]
                return self._written(kind, values)
        return ""

    def read(self, data: str) -> Press | None:
        """Returns what a button asks for; None for another version, an unknown kind or unknown names."""
        version, _, rest = data.partition(_SEPARATOR)
        kind, *values = rest.split(_SEPARATOR)
        if version != _VERSION:
            return None
        values = [self._named(value[1:]) if value.startswith("~") else value for value in values]
        if kind in _OWN:
            is_fit = len(values) == _OWN[kind] and all(
                re.fullmatch(r"[\w+.,:/ ()&\-]{1,80}", value) for value in values
            )
            return Press(kind, tuple(values)) if is_fit else None
        if kind not in _DIALOGUE:
            return None
        intent, names = _DIALOGUE[kind]
        given = {name: value for name, value in zip(names, values, strict=False) if value}
        if len(values) > len(names) or not all(self._is_known(name, value) for name, value in given.items()):
            return None
        if names and names[0] not in given:
            return None
        said = json.dumps(given, ensure_ascii=False) if given else ""
        return Press(kind, tuple(values), f"/{intent}{said}")

    def _is_known(self, name: str, value: str) -> bool:
        known = self._knowledge
        if name in ("locator", "step", "value"):  # the dialogue says which places a document has not
            return bool(_PLAIN.fullmatch(value))
        if name == "page":
            return value.isascii() and value.isdigit() and len(value) <= 3
        names: dict[str, Collection[str]] = {
            "entry": known.entries,
            "source": known.sources,
            "topic": known.topics,
            "language": known.languages,
            "flow": known.flows,
        }
        return value in names[name]

    def _written(self, kind: str, values: list[str]) -> str:
        """Returns the data, its longest names replaced by digests until it fits."""
        while values and not values[-1]:
            values = values[:-1]
        data = _SEPARATOR.join([_VERSION, kind, *values])
        while len(data.encode()) > MAX_BYTES:
            longest = max(values, key=lambda value: len(value.encode()))
            if longest.startswith("~"):
                return ""
            values = [f"~{_digest(value)}" if value == longest else value for value in values]
            data = _SEPARATOR.join([_VERSION, kind, *values])
        return data


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
