"""What each person asked and what came back: answered, apologised for, repeated, out of order, or nothing."""

from __future__ import annotations

import asyncio
import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Asked:
    """A question of the catalogue, and the first line of its answer."""

    text: str
    title: str


@dataclass(frozen=True)
class Words:
    """What the bot says when it could not do its work; beginnings of sentences, of all languages."""

    apologies: tuple[str, ...]
    unrecorded: tuple[str, ...]


@dataclass
class Person:
    """One person's questions in order, and every place at which their conversation may stand by now."""

    questions: list[Asked] = field(default_factory=list)
    #: How many questions are dealt with. An apology may stand for the next question or come on top of an answer, so
    #: that there may be several.
    places: set[int] = field(default_factory=lambda: {0})
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    repeated: Counter[str] = field(default_factory=Counter)
    unrecorded: Counter[str] = field(default_factory=Counter)
    apologies: int = 0
    #: What came that was no answer to what had been asked.
    strange: list[str] = field(default_factory=list)

    @property
    def is_served(self) -> bool:
        """Whether every question is answered or apologised for, in order."""
        return len(self.questions) in self.places and not self.strange

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet, at most."""
        return len(self.questions) - min(self.places, default=0)


class Ledger:
    """Everybody's questions and what came of them."""

    def __init__(self, catalogue: Sequence[Asked], words: Words) -> None:
        self._titles = {asked.title for asked in catalogue}
        self._words = words
        self.people: dict[int, Person] = {}

    def ask(self, chat: int, asked: Asked) -> None:
        """Notes a question, before it is sent."""
        self.people.setdefault(chat, Person()).questions.append(asked)

    def hear(self, chat: int, message: str) -> None:
        """Notes a message of the bot, as HTML; what comes to people who have asked nothing is none of ours."""
        person = self.people.get(chat)
        if person is None:
            return
        text = html.unescape(_TAG.sub("", message))
        title = text.partition("\n")[0].strip()
        if title in self._titles:
            self._answered(person, title, text)
        elif any(words in text for words in self._words.apologies):
            person.apologies += 1
            person.places |= {min(place + 1, len(person.questions)) for place in person.places}
        else:
            person.strange.append(title)
        person.heard.set()

    def _answered(self, person: Person, title: str, text: str) -> None:
        titles = [asked.title for asked in person.questions]
        forward = {place + 1 for place in person.places if place < len(titles) and titles[place] == title}
        again = {place for place in person.places if place and titles[place - 1] == title}
        if not forward | again:
            person.strange.append(title)
            return
        if not forward:
            person.repeated[title] += 1
        if any(words in text for words in self._words.unrecorded):
            person.unrecorded[next(asked.text for asked in person.questions if asked.title == title)] += 1
        person.places = forward or again

    def is_settled(self) -> bool:
        """Returns whether everybody has been served."""
        return all(len(person.questions) in person.places for person in self.people.values())

    def problems(self) -> list[str]:
        """Returns one line for each person who was left alone, answered wrongly or out of order."""
        found = []
        for chat, person in self.people.items():
            if not person.is_served:
                stands = f"{min(person.places, default=0)} of {len(person.questions)} questions"
                found.append(f"person {chat}: {stands} dealt with; not asked for, or out of order: {person.strange}")
        return found

    def total(self) -> int:
        """Returns how many questions were asked."""
        return sum(len(person.questions) for person in self.people.values())
