"""Weighs the conversation into the ranking of a short message: ellipsis, reference, correction.

A message that may lean on what was said before is read twice: alone, and together with the question before. Its ranking
is the product of both, each trusted as far as it has proved worth on conversations written for that, times what speaks
for the subject talked about. What only names another document ("I mean the 2009 resolution") says which of the entries
for the question before is meant; there that question alone is the other reading. The numbers are those of
`python -m benchmarks.follow_ups.fitting`, but for the latter, of which too few conversations tell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.ellipsis import step, without_steps
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry
from bot.knowledge.wording import begins_with, has_word, plain, without

# A message this short may lean on the one before ("and in 2007?", "那环境方面呢").
_SHORT_WORDS = 16
_SHORT_HAN = 28
# How far the message alone and the message with the one before are trusted (exponents), how much likelier an entry of
# the last answer's topic is, and how far it counts what an entry has to do with the things that the message names.
_LEANING = (0.81, 0.58, 5.1, 0.54)
# The same where what the message names has taken the place of its like in the question before.
_FILLED = (0.39, 0.62, 4.7, 0.34)
# The same of what only names another document, and how likely that means the last answer again.
_OTHER_DOCUMENT = (0.2, 0.5, 3.0, 2.0)
_AGAIN = 0.1
# What speaks for a leaning message to be a question of content, on a scale of log-odds: its chance to be one alone and
# together, and the share of its words that answers know; then how it sounds.
_IN_SCOPE, _TOGETHER_IN_SCOPE, _COVERED = 0.72, 0.39, 1.53
_POINTS, _CORRECTS, _REFERS, _FILLS, _CONSTANT = 1.49, 1.20, 1.71, 1.65, -0.48
# A chance counts as between these.
_LEAST_CHANCE = 1e-3
# A question this short, or of so few words beside "who" or "when", points back ("who runs it?", "何时启动的").
_POINTING_WORDS, _POINTING_HAN = 7, 10
_POINTING_REST_WORDS, _POINTING_REST_HAN = 2, 4
# How likely entries are by a reading that does not reach them.
_FLOOR = 1e-4
# How likely an entry is that is not about what the message names, or knows nothing of a year in it.
_OTHER_THING = 0.03
_UNFIT = 0.1
# An entry that bears the thing's name is about it before all others.
_BEARS_ITS_NAME = 2.0
# Surer than this a message says all that it means and is not read together with anything. So does one of more than a
# few words that points to nothing, from less on, or where it is as good as certainly none of content. With the first
# for all, 3 of 413 follow-ups and 2 of 350 unrelated questions more are right and 1 of 350 out of scope fewer, and 76
# instead of 33 in 100 questions asked one after the other are read twice (2026-12-01).
_STANDS_ALONE, _LONGER_STANDS_ALONE, _NO_CONTENT = 0.95, 0.4, 0.05
_FEW_WORDS, _FEW_HAN = 6, 10

#: Entities that say what a message is about; a message with one of them can take up the question before.
DEFINITE = ("document", "year", "principle", "area", "organisation", "country", "region", "sdg")

_LISTED = ("organisation", "country", "region", "principle")
# Where something is: what is about one of these is mostly not about another.
_PLACED = ("country", "region")

Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Context:
    """What the conversation remembers: the entry answered last; and how a message is read with the question before.

    `together` is the ranking of both read as one message, or of the question before alone where the message only names
    another document, empty where it has not been read so; `in_scope` is the chance that this is a question of content.
    `is_filled` tells that what the message names has taken the place of its like in the question before.
    """

    last_entry: str = ""
    together: tuple[tuple[str, float], ...] = ()
    in_scope: float = 0.0
    is_filled: bool = False


@dataclass(frozen=True)
class Taken:
    """A ranking with the conversation weighed in (shares 0-1), and the chance that the message is one of content."""

    ranking: Ranking
    in_scope: float


@dataclass(frozen=True)
class Leaning:
    """A message that may lean on the one before.

    `rest` are its words without what it names, `things` the definite entities it names, `names_anything` whether any
    entity is in it at all and `names_place` whether a place in a document or a number is; `confidence` is the chance
    that it is understood alone, `in_scope` that it is a question of content, `coverage` the share of its words that
    answers know (0-1 each).
    """

    text: str
    rest: str
    things: tuple[tuple[str, str], ...] = ()
    names_anything: bool = False
    names_place: bool = False
    confidence: float = 0.0
    in_scope: float = 0.0
    coverage: float = 0.0

    def names_another_document(self, knowledge: KnowledgeBase) -> bool:
        """Returns whether the message says no more than which document is meant: "I mean the 2009 resolution"."""
        return self.refers(knowledge) and any(kind == "document" for kind, _ in self.things)

    def refers(self, knowledge: KnowledgeBase) -> bool:
        """Returns whether the message says no more than what is meant: "and in 2007?", "the one after that"."""
        goes = step(self.text, knowledge.languages) != 0
        rest = without_steps(self.text, knowledge.languages) if goes and not self.things else self.rest
        return bool(self.things or self.names_place or goes) and says_nothing_else(rest, knowledge)


def may_lean(said: Leaning, knowledge: KnowledgeBase) -> bool:
    """Returns whether a message has to be read together with the one before: it is short, and not sure alone."""
    if not leans_on_the_last(said.text) or not any(character.isalnum() for character in said.text):
        return False
    sounds = goes_on(said.text, knowledge) or corrects_the_last(said.text, knowledge) or said.refers(knowledge)
    if sounds or _is_short(said.text, _FEW_WORDS, _FEW_HAN) or has_pronoun(said.text, knowledge):
        return sounds or min(said.confidence, said.in_scope) < _STANDS_ALONE
    return said.in_scope >= _NO_CONTENT and min(said.confidence, said.in_scope) < _LONGER_STANDS_ALONE


def leans_on_the_last(text: str) -> bool:
    """Returns whether a message is so short that it may only make sense after the one before."""
    return _is_short(text, _SHORT_WORDS, _SHORT_HAN)


def _is_short(text: str, words: int, characters: int) -> bool:
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    return len(re.sub(r"[\u3400-\u9fff]", " ", text).split()) <= words and han <= characters


def weighed(ranking: Ranking, said: Leaning, knowledge: KnowledgeBase, context: Context) -> Taken | None:
    """Returns the ranking with the conversation weighed in, or None where it has nothing to say."""
    together = {entry: share for entry, share in context.together if entry in knowledge.entries}
    if not together or not leans_on_the_last(said.text):
        return None
    alone = dict(ranking)
    last = knowledge.entries.get(context.last_entry)
    elsewhere = said.names_another_document(knowledge) and not context.is_filled
    is_all = said.refers(knowledge)
    weights = _FILLED if context.is_filled else _OTHER_DOCUMENT if elsewhere else _LEANING
    by_itself, by_both, same_topic, named = weights
    scores: dict[str, float] = {}
    for entry_id in dict.fromkeys((*alone, *together)):
        entry = knowledge.entries[entry_id]
        score = max(alone.get(entry_id, 0.0), _FLOOR) ** by_itself * max(together.get(entry_id, 0.0), _FLOOR) ** by_both
        score *= same_topic if last is not None and entry.topic == last.topic else 1.0
        for thing in said.things:
            # "And Europe?" is not answered by what is on Africa alone, however alike the questions are.
            weight = 1.0 if is_all and _is_about_others(entry, thing) else named
            score *= _aboutness(entry, thing, knowledge) ** weight
        scores[entry_id] = score * (_AGAIN if elsewhere and last is not None and entry_id == last.id else 1.0)
    total = sum(scores.values())
    order = sorted(scores.items(), key=lambda pair: -pair[1])
    shares = [(entry_id, score / total) for entry_id, score in order]
    return Taken(shares, _chance(said, knowledge, context))


def _chance(said: Leaning, knowledge: KnowledgeBase, context: Context) -> float:
    """Returns how likely it is that a message which may lean on the last is a question of content."""
    points = bool(context.last_entry) and not said.names_anything and points_back(said.text, knowledge)
    odds = _CONSTANT + _IN_SCOPE * _log_odds(said.in_scope) + _TOGETHER_IN_SCOPE * _log_odds(context.in_scope)
    odds += _COVERED * said.coverage + _POINTS * points
    odds += _CORRECTS * corrects_the_last(said.text, knowledge) + _REFERS * said.refers(knowledge)
    odds += _FILLS * context.is_filled
    return 1 / (1 + math.exp(-odds))


def _log_odds(chance: float) -> float:
    within = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return math.log(within / (1 - within))


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


def asks_of_it(text: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether a message begins with a question word and has a pronoun, with or without a mark at its end."""
    begin = plain(text)
    asks = any(begins_with(begin, language.question_words) for language in knowledge.languages.values())
    return asks and has_pronoun(text, knowledge)


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


def _is_about_others(entry: Entry, thing: tuple[str, str]) -> bool:
    """Returns whether an entry is about others of a thing's kind, by what its author has said."""
    others = entry.entities.get(thing[0], ()) if thing[0] in _PLACED else ()
    return bool(others) and thing[1] not in others


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
