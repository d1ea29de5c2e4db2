"""Weighs the conversation into the ranking of a short message: ellipsis, reference, correction.

A message that stands on its own is left as the model ranked it. One that leans on what was said before is a product of
two rankings, its own and that of the question before, each trusted as far as it says something: of "I mean the 2009
resolution" only the document counts, of "when did it start?" the question before says what "it" is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry
from bot.knowledge.wording import begins_with, has_word, plain, without

# A message this short may lean on the one before ("and in 2007?", "那环境方面呢").
_SHORT_WORDS = 9
_SHORT_HAN = 16
# How far the question before is trusted beside the message itself (exponents): where the message is no more than a
# reference, where it asks without naming a subject, and where it names one.
_BEFORE_REFERENCE, _BEFORE_POINTING, _BEFORE_ELLIPSIS, _BEFORE_SUBJECT = 0.5, 0.8, 0.5, 0.15
# A question this short that points back ("who runs it?", "何时启动的") is about the last answer at least so likely.
_POINTING_WORDS, _POINTING_HAN = 7, 10
_POINTING_REST_WORDS, _POINTING_REST_HAN = 2, 4
_POINTED_AT = 3e-3
# A mere reference says next to nothing of what is asked; its own ranking finds entries on the document as such.
_NOW_REFERENCE, _NOW = 0.2, 1.0
# How likely entries are by a ranking that does not reach them, and how likely a question of content is followed by one
# that is out of scope.
_FLOOR = 1e-4
_OUTSIDE_BEFORE = 1e-3
# How much likelier an entry is that is of the last answer's topic, or rests on one of its documents.
_SAME_TOPIC = 3.0
_SAME_DOCUMENT = 2.5
# How likely an entry is that is not about what the message names, and the last answer where the message corrects it.
_OTHER_THING = 0.03
_UNFIT = 0.1
# An entry that bears the thing's name is about it before all others.
_BEARS_ITS_NAME = 2.0
_CORRECTED = 0.1
# A leaning message whose entries together are less likely than this is about something else.
_LEAST_IN_SCOPE = 0.15

#: Entities that say what a message is about; a message with one of them can take up the question before.
DEFINITE = ("document", "year", "principle", "area", "organisation", "country", "sdg")

_LISTED = ("organisation", "country", "principle")

Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Context:
    """What the conversation remembers: the entry answered last, and how the question before was ranked."""

    last_entry: str = ""
    last_ranking: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Taken:
    """A ranking with the conversation weighed in (shares 0-1), and how the message leans on what was said before.

    A `reference` says no more than what is meant, a `pointing` question asks about the last answer without naming it.
    """

    ranking: Ranking
    way: Literal["reference", "pointing", "other"]


@dataclass(frozen=True)
class Leaning:
    """A message that may lean on the one before.

    `things` are the definite entities it names, `names_a_subject` whether it names anything of the field,
    `names_anything` whether any entity is in it at all, `rest` its words without what it names.
    """

    text: str
    rest: str
    things: tuple[tuple[str, str], ...]
    names_a_subject: bool
    names_anything: bool


def leans_on_the_last(text: str) -> bool:
    """Returns whether a message is so short that it may only make sense after the one before."""
    return _is_short(text, _SHORT_WORDS, _SHORT_HAN)


def _is_short(text: str, words: int, characters: int) -> bool:
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    return len(re.sub(r"[\u3400-\u9fff]", " ", text).split()) <= words and han <= characters


def weighed(ranking: Ranking, said: Leaning, knowledge: KnowledgeBase, context: Context) -> Taken | None:
    """Returns the ranking with the conversation weighed in, or None where it has nothing to say."""
    last = knowledge.entries.get(context.last_entry)
    before = {entry: share for entry, share in context.last_ranking if entry in knowledge.entries}
    if last is not None and last.id not in before:
        before[last.id] = 1.0
    if not before or not leans_on_the_last(said.text):
        return None
    now = dict(ranking)
    outside = max(0.0, 1.0 - sum(now.values()))
    is_reference = bool(said.things) and says_nothing_else(said.rest, knowledge)
    points = last is not None and not said.names_anything and points_back(said.text, knowledge)
    if 1.0 - outside < _LEAST_IN_SCOPE and not (is_reference or points):
        return None
    trust_now = _NOW_REFERENCE if is_reference else _NOW
    trust_before = _BEFORE_SUBJECT if said.names_a_subject else _BEFORE_ELLIPSIS
    trust_before = _BEFORE_REFERENCE if is_reference else _BEFORE_POINTING if points else trust_before
    corrects = corrects_the_last(said.text, knowledge)
    scores: dict[str, float] = {}
    for entry_id in dict.fromkeys((*now, *before)):
        entry = knowledge.entries[entry_id]
        least = _POINTED_AT if points and last is not None and entry_id == last.id else _FLOOR
        score = max(now.get(entry_id, 0.0), least) ** trust_now
        score *= max(before.get(entry_id, 0.0), _FLOOR) ** trust_before * _nearness(entry, last)
        for thing in said.things:
            fits = _aboutness(entry, thing, knowledge)
            score *= fits * fits if is_reference and fits == _OTHER_THING else fits
        # Who corrects, or names something else, does not want the same again.
        if (corrects or is_reference) and last is not None and entry_id == last.id:
            score *= _CORRECTED
        scores[entry_id] = score
    total = sum(scores.values()) + outside**trust_now * _OUTSIDE_BEFORE**trust_before
    order = sorted(scores.items(), key=lambda pair: -pair[1])
    way: Literal["reference", "pointing", "other"] = "reference" if is_reference else "pointing" if points else "other"
    return Taken([(entry, score / total) for entry, score in order], way)


def points_back(text: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether a short question asks about what was said before: it has a pronoun, or little but who or when."""
    if not _is_short(text, _POINTING_WORDS, _POINTING_HAN):
        return False
    if has_pronoun(text, knowledge):
        return True
    left = plain(text)
    for language in knowledge.languages.values():
        left = without(left, language.question_words)
    if left == plain(text):
        return False
    for language in knowledge.languages.values():
        left = without(left, language.reference_words)
    return _is_short(left, _POINTING_REST_WORDS, _POINTING_REST_HAN)


def has_pronoun(text: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether a message has a word such as "it" or "它"."""
    return any(has_word(text, language.pronouns) for language in knowledge.languages.values())


def _nearness(entry: Entry, last: Entry | None) -> float:
    if last is None:
        return 1.0
    near = _SAME_TOPIC if entry.topic == last.topic else 1.0
    documents = {reference.source for reference in last.references}
    return near * (_SAME_DOCUMENT if any(r.source in documents for r in entry.references) else 1.0)


def says_nothing_else(rest: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether the words beside what a message names are all such as refer: "I mean the …", "那…呢"."""
    left = plain(rest)
    for words in (language.reference_words for language in knowledge.languages.values()):
        left = without(left, words)
    return not any(character.isalnum() for character in left)


def goes_on(text: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether a message, or a sentence of it, begins as one does that goes on: "and …", "那…"."""
    words = [word for language in knowledge.languages.values() for word in language.continuation_words]
    starts = re.split(r"[.!?,;。！？，；]\s*", plain(text))
    return any(begins_with(start, words) for start in starts)


def corrects_the_last(text: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether a message begins as people begin who were misunderstood: "no, I meant …", "不对，…"."""
    begin = plain(text)
    return any(begins_with(begin, language.correction_words) for language in knowledge.languages.values())


def _aboutness(entry: Entry, thing: tuple[str, str], knowledge: KnowledgeBase) -> float:
    """Returns how likely an entry is for somebody who names a thing: lists of many such things less than one of it."""
    if entry.id.partition(".")[2] == thing[1]:
        return _BEARS_ITS_NAME
    if not is_about(entry, thing, knowledge):
        return _OTHER_THING
    return 1.0 / math.sqrt(max(1, len(entry.entities.get(thing[0], ())))) if thing[0] in _LISTED else 1.0


def is_about(entry: Entry, thing: tuple[str, str], knowledge: KnowledgeBase) -> bool:
    """Returns whether an entry is about a definite thing: rests on the document, is tagged so, or is of the year."""
    kind, value = thing
    if kind == "document":
        return any(reference.source == value for reference in entry.references)
    if kind == "year":
        return int(value) in years_of(entry, knowledge) or value in entry.entities.get("year", ())
    return value in entry.entities.get(kind, ())


def years_of(entry: Entry, knowledge: KnowledgeBase) -> set[int]:
    """Returns the years an entry is of: those of its documents, and that of its state."""
    documents = {knowledge.sources[reference.source].year for reference in entry.references}
    return documents | ({entry.as_of} if entry.as_of else set())


def by_what_is_named(
    ranking: Ranking, things: Sequence[tuple[str, str]], knowledge: KnowledgeBase, *, alone: bool = False
) -> Ranking:
    """Returns the ranking in which entries that have nothing to do with a named year or principle stand back.

    Args:
        alone: whether the message says nothing else: then the same holds of any other definite thing it names.
    """
    years = [int(value) for kind, value in things if kind == "year"]
    others = [thing for thing in things if thing[0] == "principle" or (alone and thing[0] in _LISTED)]
    if not years and not others:
        return ranking
    scores = {entry: share * _fit(knowledge.entries[entry], years, others, knowledge) for entry, share in ranking}
    total = sum(scores.values()) or 1.0
    before = sum(share for _, share in ranking)
    return sorted(((entry, score / total * before) for entry, score in scores.items()), key=lambda pair: -pair[1])


def _fit(entry: Entry, years: list[int], things: list[tuple[str, str]], knowledge: KnowledgeBase) -> float:
    fits = 1.0 if not years or _knows(entry, years, knowledge) else _UNFIT
    return fits * max((_aboutness(entry, thing, knowledge) for thing in things), default=1.0)


def _knows(entry: Entry, years: list[int], knowledge: KnowledgeBase) -> bool:
    if years_of(entry, knowledge) & set(years):
        return True
    tagged: Mapping[str, tuple[str, ...]] = entry.entities
    said = [f"{text.title} {text.answer}" for text in entry.texts.values()]
    return any(str(year) in tagged.get("year", ()) or any(str(year) in text for text in said) for year in years)
