"""The reply object that every channel, test and measurement sees.

The parts are the truth; `text` is composed from them by `compose` and never parsed back.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["answer", "choices", "fallback", "smalltalk", "flow", "handover", "notice"]

#: A reply answers the question asked and offers the rest as choices.
MAX_TEXT_CHARACTERS = 1600
MAX_LOCATORS = 10
#: So many choices of a long list can be taken in at a time.
_PER_PAGE = 20
#: Fewer where each is a button below the other: with more, a telephone shows nothing else.
_PER_PAGE_OF = {"telegram": 8}

#: The outcomes that count as enquiries; the others are turns of the conversation.
ENQUIRY_OUTCOMES: frozenset[Outcome] = frozenset({"answer", "choices", "fallback", "handover"})


@dataclass(frozen=True)
class Citation:
    """Places in one document: its symbol, the locators as the index spells them, a link (empty: none known)."""

    source: str
    locators: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True)
class Choice:
    """A button: what the person reads and the payload it sends."""

    label: str
    payload: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes with the reply; `path` lies on this machine."""

    kind: Literal["image", "document"]
    name: str
    caption: str
    path: str


@dataclass(frozen=True)
class Reply:
    """One answer of the guide, whatever the channel."""

    outcome: Outcome
    language: str
    title: str = ""
    body: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources_line: str = ""
    audience: str = "other"
    intent: str = ""
    confidence: float = 0.0
    entry: str = ""
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    enquiry_id: str = ""

    @property
    def text(self) -> str:
        """What the person reads, in plain text, sources included."""
        return compose(self)

    def to_dict(self) -> dict[str, Any]:
        """Returns the reply as JSON-ready data, `text` included."""
        return {"text": self.text, **dataclasses.asdict(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reply:
        """Returns the reply that `to_dict` described.

        Raises:
            KeyError, TypeError: `data` is not such a description.
        """
        values = {f.name: data[f.name] for f in dataclasses.fields(cls)}
        values["citations"] = tuple(
            Citation(source=c["source"], locators=tuple(c["locators"]), url=c["url"]) for c in values["citations"]
        )
        values["choices"] = tuple(Choice(**choice) for choice in values["choices"])
        values["attachments"] = tuple(Attachment(**attachment) for attachment in values["attachments"])
        values["body"] = tuple(values["body"])
        values["notes"] = tuple(values["notes"])
        return cls(**values)

    def with_note(self, note: str) -> Reply:
        """Returns the reply with one more note at its end."""
        return dataclasses.replace(self, notes=(*self.notes, note))


def per_page(channel: str) -> int:
    """Returns how many choices of a long list a channel shows at a time."""
    return _PER_PAGE_OF.get(channel, _PER_PAGE)


def compose(reply: Reply) -> str:
    """Returns the plain text of a reply: title, body, notes, sources, each block apart by an empty line."""
    blocks = [reply.title, *reply.body, *reply.notes, reply.sources_line]
    return "\n\n".join(block for block in blocks if block)
