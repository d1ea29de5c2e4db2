"""Marks as absorbed what the checkout holds by now: from then on the files teach it, and no longer the database."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge.loader import load
from bot.settings import Settings
from bot.store.lessons import LessonStore
from bot.store.switches import SwitchStore
from bot.teaching import dialogues
from bot.teaching.sentences import MEASURED, Place, sentences_of

#: Who acts where a person does not.
ACTOR = "import"


@dataclass(frozen=True)
class Absorbed:
    """How much the checkout holds by now: lessons, entries that were to be written, entries it switches off itself."""

    lessons: int
    stubs: int
    switches: int
    standing: int


def absorb(settings: Settings) -> Absorbed:
    """Compares the lessons with the checkout and marks what it holds; returns how much that is, and what is left.

    The questions of an entry that exists by now are taught from the database until its file holds them.

    Raises:
        KnowledgeError: the checkout cannot be read.
        StoreError: the database cannot be used.
    """
    knowledge = load(settings.knowledge)
    known = sentences_of(settings)
    with LessonStore.from_settings(settings) as store:
        stubs = [lesson for lesson in store.standing() if lesson.kind == "stub" and lesson.label in knowledge.entries]
        for stub in stubs:
            store.begin_to_learn(stub.label)
        held = [
            lesson.id
            for lesson in store.standing()
            if lesson.kind == "example"
            and any(place.label == lesson.label for place in _taught(known.same(lesson.text)))
        ]
        tested = dialogues.held(settings)
        held += [lesson.id for lesson in store.standing() if lesson.kind == "turn" and lesson.label in tested]
        lessons = store.mark(held, "absorbed")
        written = store.mark([stub.id for stub in stubs], "absorbed")
        standing = len(store.standing())
    with SwitchStore.from_settings(settings) as switches:
        off = [entry for entry in switches.switched_off() if entry in knowledge.switched_off]
        for entry in off:
            switches.on(entry, ACTOR)
    return Absorbed(lessons, written, len(off), standing)


def _taught(places: list[Place]) -> list[Place]:
    """Returns the places that training reads: what quality is measured with teaches nothing."""
    return [place for place in places if place.where not in MEASURED]
