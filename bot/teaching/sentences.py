"""All sentences that are labelled somewhere, to tell what a new one repeats, resembles or contradicts."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.dialogue.training import intents_of
from bot.evaluation.questions import LabelledQuestion, read_questions
from bot.knowledge.loader import KnowledgeBase, folder_hash, load, normal_question
from bot.nlu.data_checks import examples
from bot.nlu.evidence import FAQ, OUT_OF_SCOPE
from bot.nlu.tuning import load_tuning
from bot.settings import Settings
from bot.store.lessons import Lesson
from bot.text.normal import is_han

#: What can be wrong with a lesson: `same` stands there already, `conflict` stands under another label, `near` and
#: `near_conflict` resemble one; `measured` is a question that quality is measured with, `unknown` a label that is not
#: there.
Kind = Literal["conflict", "unknown", "measured", "near_conflict", "same", "near"]
#: From which share of common letter groups (Dice, 0-1) two sentences resemble each other.
NEAR_FROM = 0.8
_MOST = 3
#: Of the sentences that share words with one, so many are compared letter by letter.
_COMPARED = 200
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
#: Where questions stand that quality is measured with: they teach nothing.
MEASURED = ("held out", "tuning")


@dataclass(frozen=True)
class Place:
    """A labelled sentence and where it stands: a file of the checkout, `held out`, `tuning`, or `taught`."""

    label: str
    text: str
    where: str


@dataclass(frozen=True)
class Doubt:
    """One reason to look again at a lesson, with the sentence it comes from (None for `unknown`)."""

    kind: Kind
    place: Place | None = None


class Sentences:
    """Finds the same and similar sentences."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = list(places)
        self._keys = [normal_question(place.text) for place in self._places]
        self._by_key: dict[str, list[int]] = {}
        #: Word → the sentences that hold it: letter groups of all of them would take ten times as long to gather.
        self._holding: dict[str, list[int]] = {}
        for number, key in enumerate(self._keys):
            self._by_key.setdefault(key, []).append(number)
            if self._places[number].where not in MEASURED:
                for word in _words(self._places[number].text):
                    self._holding.setdefault(word, []).append(number)

    def same(self, text: str) -> list[Place]:
        """Returns the places of a sentence, whatever its case and punctuation."""
        return [self._places[number] for number in self._by_key.get(normal_question(text), ())]

    def near(self, text: str) -> list[Place]:
        """Returns the places of sentences that resemble one and are not the same, the most similar first.

        What quality is measured with is left out.
        """
        key = normal_question(text)
        grams, same = _grams(key), set(self._by_key.get(key, ()))
        common = Counter(number for word in _words(text) for number in self._holding.get(word, ()))
        shares = []
        for number, _ in common.most_common(_COMPARED):
            if number not in same:
                others = _grams(self._keys[number])
                shares.append((2 * len(grams & others) / (len(grams) + len(others)), number))
        close = sorted((pair for pair in shares if pair[0] >= NEAR_FROM), key=lambda pair: (-pair[0], pair[1]))
        return [self._places[number] for _, number in close[:_MOST]]


def sentences_of(settings: Settings, knowledge: KnowledgeBase | None = None) -> Sentences:
    """Returns the sentences of the checkout: examples, and what quality is measured with. Kept while no file changes.

    Args:
        knowledge: the knowledge base of the checkout, where the caller has it at hand.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    folders = (settings.knowledge, settings.nlu_data, _held_out_folder(settings))
    version = " ".join(folder_hash(folder) for folder in folders)
    with _lock:
        if _kept.get(settings.root, ("", None))[0] != version:
            fits = knowledge is not None and knowledge.version == folder_hash(settings.knowledge)
            base = knowledge if knowledge is not None and fits else load(settings.knowledge)
            _kept[settings.root] = (version, Sentences(_places(settings, base)))
        return _kept[settings.root][1]


_lock = threading.Lock()
_kept: dict[Path, tuple[str, Sentences]] = {}


def taught_places(settings: Settings, knowledge: KnowledgeBase) -> Iterator[Place]:
    """Yields the labelled sentences of the checkout that training reads.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    for entry in knowledge.entries.values():
        for code, text in entry.texts.items():
            where = f"knowledge/texts/{code}/{entry.topic}.yml"
            yield from (Place(f"{FAQ}{entry.id}", question, where) for question in (text.title, *text.questions))
    for code in knowledge.languages:
        for path in sorted((settings.nlu_data / code).glob("*.yml")):
            if path.stem not in ("lookups", "phrases"):
                where = path.relative_to(settings.root).as_posix()
                for intent, said in examples(path).items():
                    yield from (Place(intent, text, where) for text in said)


def _places(settings: Settings, knowledge: KnowledgeBase) -> Iterator[Place]:
    yield from taught_places(settings, knowledge)
    yield from (Place(question.label, question.text, "tuning") for question in load_tuning(settings.nlu_data))
    for question in held_out(settings, knowledge):
        label = {"entry": f"{FAQ}{question.wanted}", "outside": OUT_OF_SCOPE}.get(question.kind, question.wanted)
        yield Place(label, question.text, "held out")


def held_out(settings: Settings, knowledge: KnowledgeBase) -> list[LabelledQuestion]:
    """Returns the questions that quality is measured with; none in a checkout without them.

    Raises:
        KnowledgeError: a file of them is broken, or names an entry that is not there.
    """
    folder = _held_out_folder(settings)
    return read_questions(folder, knowledge) if any(folder.glob("*/*.yml")) else []


def _held_out_folder(settings: Settings) -> Path:
    return settings.root / "tests" / "nlu"


def doubts(
    lessons: Sequence[Lesson], known: Sentences, knowledge: KnowledgeBase, intents: set[str]
) -> dict[str, list[Doubt]]:
    """Returns what speaks for looking again at each of some lessons, by its id; the gravest first."""
    taught = Sentences(Place(lesson.label, lesson.text, "taught") for lesson in lessons if lesson.text)
    stubs = {f"{FAQ}{lesson.label}" for lesson in lessons if lesson.kind == "stub"}
    found: dict[str, list[Doubt]] = {}
    for lesson in lessons:
        if lesson.kind == "stub":
            continue
        problems = [] if _is_there(lesson.label, knowledge, intents) or lesson.label in stubs else [Doubt("unknown")]
        own = [place for place in taught.same(lesson.text) if place.label == lesson.label][1:]
        others = [place for place in taught.same(lesson.text) if place.label != lesson.label]
        for place in (*known.same(lesson.text), *others, *own):
            problems.append(Doubt(_same_kind(lesson, place), place))
        if not problems:
            for place in (*known.near(lesson.text), *taught.near(lesson.text)):
                problems.append(Doubt("near" if place.label == lesson.label else "near_conflict", place))
        if problems:
            found[lesson.id] = sorted(problems, key=lambda doubt: _ORDER.index(doubt.kind))
    return found


_ORDER: tuple[Kind, ...] = ("conflict", "unknown", "measured", "near_conflict", "same", "near")


def _same_kind(lesson: Lesson, place: Place) -> Kind:
    if place.where in MEASURED:
        return "measured"
    return "same" if place.label == lesson.label else "conflict"


def _is_there(label: str, knowledge: KnowledgeBase, intents: set[str]) -> bool:
    return label.removeprefix(FAQ) in knowledge.entries if label.startswith(FAQ) else label in intents


def labels_of(settings: Settings, knowledge: KnowledgeBase) -> list[str]:
    """Returns the intents that a lesson may name, besides entries: those that people say, sorted."""
    return sorted(_said(settings, knowledge) & intents_of(settings.nlu_data))


def _said(settings: Settings, knowledge: KnowledgeBase) -> set[str]:
    said: set[str] = set()
    for code in knowledge.languages:
        for path in sorted((settings.nlu_data / code).glob("*.yml")):
            if path.stem not in ("lookups", "phrases"):
                said |= set(examples(path))
    return said


def _words(text: str) -> set[str]:
    """Returns the words of a sentence in lower case; Han characters stand singly."""
    return set(_WORD.findall(text.casefold()))


def _grams(key: str) -> set[str]:
    """Returns the letter groups of a normalised sentence: pairs of Han characters, else three letters."""
    size = 2 if sum(map(is_han, key)) * 2 > len(key) else 3
    padded = f" {key} "
    return {padded[at : at + size] for at in range(max(1, len(padded) - size + 1))}
