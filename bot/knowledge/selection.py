"""Decides what to do with a ranked question: answer, ask back, or say honestly that it is out of reach.

The ranking comes from the trained model; the conversation's context and places named outright are weighed in here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.knowledge.loader import KnowledgeBase, normal_question
from bot.knowledge.models import Entry

Kind = Literal["answer", "choices", "fallback", "no_place", "no_entry_for_place", "no_document", "no_principle"]

# A message this short may lean on the one before ("and in 2007?", "那环境方面呢").
_SHORT_WORDS = 7
_SHORT_HAN = 12
# How much likelier, when the message leans on the last answer, an entry is that was that answer, is of its topic, or
# rests on one of its documents; and how much the question before counts beside the message itself.
_SAME_ENTRY = 3.0
_SAME_TOPIC = 4.0
_SAME_DOCUMENT = 2.5
_CARRIED = 1.5
# A leaning message whose entries together are less likely than this is about something else.
_LEAST_IN_SCOPE = 0.15
# Entities that say what a message is about; a message with one of them can take up the question before.
_DEFINITE = ("document", "year", "principle", "area", "organisation", "country", "sdg")
_MOST_CHOICES = 4
_LEADERS = 2
#: The Ten Principles of the UN Global Compact.
_PRINCIPLES = 10


@dataclass(frozen=True)
class Thresholds:
    """From which confidence (0-1) to answer and to ask back; which share of the likeliest a choice must have.

    An entry that is `lead` times as likely as the next is answered even below `answer`. Nothing is answered whose
    chance to be a question of content is below `in_scope`, nor asked back below `out_of_scope`, nor if less than the
    share `known` of its words stands in any answer.
    """

    answer: float = 0.2
    choices: float = 0.09
    choice_share: float = 0.15
    lead: float = 2.0
    in_scope: float = 0.6
    out_of_scope: float = 0.5
    known: float = 0.3


@dataclass(frozen=True)
class Question:
    """A message as the model understood it: `ranking` holds (entry id, share), likeliest first.

    `in_scope` is the chance that it is a question of content, `coverage` the share of its words that stand in answers
    (0-1 each).
    """

    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[tuple[str, str], ...] = ()
    thresholds: Thresholds = Thresholds()
    in_scope: float = 1.0
    coverage: float = 1.0

    @classmethod
    def from_parsed(cls, message: Mapping[str, Any]) -> Question:
        """Returns the question in a message as Rasa has parsed it."""
        selection = message.get("selection") or {}
        intent = message.get("intent") or {}
        return cls(
            text=message.get("text") or "",
            intent=intent.get("name") or "",
            confidence=float(selection.get("confidence", intent.get("confidence") or 0.0)),
            ranking=tuple((row["entry"], float(row["share"])) for row in selection.get("ranking", ())),
            entities=tuple((e["entity"], str(e["value"])) for e in message.get("entities") or ()),
            in_scope=float(selection.get("in_scope", 1.0)),
            coverage=float((selection.get("coverage") or (1.0, 1.0))[1]),
            thresholds=Thresholds(**selection.get("thresholds", {})),
        )

    @property
    def names_a_subject(self) -> bool:
        """Whether the message names a thing of the field: then it is about that, not about the answer before."""
        return any(kind in _DEFINITE or kind == "term" for kind, _ in self.entities)

    def about_its_subject(self) -> Question:
        """Returns the message read as a question of content, whatever else it sounds like ("explain the MAF")."""
        total = sum(share for _, share in self.ranking) or 1.0
        ranking = tuple((entry, share / total) for entry, share in self.ranking)
        confidence = ranking[0][1] if ranking else 0.0
        return dataclasses.replace(self, intent="faq", ranking=ranking, confidence=confidence, in_scope=1.0)

    def values(self, kind: str) -> list[str]:
        """Returns the values of the entities of one kind, in the order of the message."""
        return [value for entity, value in self.entities if entity == kind]


@dataclass(frozen=True)
class Decision:
    """What to do: with which entries (likeliest first), how sure, and what the message named that does not exist."""

    kind: Kind
    entries: tuple[str, ...] = ()
    confidence: float = 0.0
    source: str = ""
    locator: str = ""
    runners_up: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Context:
    """What the conversation remembers: the entry answered last, and how the question before was ranked."""

    last_entry: str = ""
    last_ranking: tuple[tuple[str, float], ...] = ()


def decide(question: Question, knowledge: KnowledgeBase, context: Context = Context()) -> Decision:
    """Returns the decision on a question, in the light of the conversation before it."""
    lost_first = bool(question.ranking) and question.ranking[0][0] not in knowledge.entries
    if lost_first:
        # The confidence was in an entry that is switched off or gone: what is left has its own share alone.
        left = next((share for entry, share in question.ranking if entry in knowledge.entries), 0.0)
        question = dataclasses.replace(question, confidence=min(question.confidence, left))
    named = _named(question, knowledge, context.last_entry)
    if named is not None:
        return named
    term = knowledge.terms.get(normal_question(question.text))
    if term is not None:
        likely = (e for e, _ in question.ranking[:2] if question.intent == "faq")
        close = tuple(e for e in likely if e in knowledge.entries and e != term)
        return Decision("answer", (term,), 1.0, runners_up=close)
    # Of "???", "abc" or an emoji nothing is known, and the model's confidence in a guess means nothing (0.35-0.6,
    # 2026-11-20); none of the 568 tuning questions is like that.
    if not question.coverage:
        return Decision("fallback")
    ranking, carries = _in_context(question, knowledge, context)
    if not ranking or (question.intent != "faq" and not carries):
        return Decision("fallback", confidence=question.confidence)
    best, share = ranking[0]
    confidence = max(question.confidence, share) if carries else question.confidence
    limits = question.thresholds
    close = tuple(e for e, s in ranking[1:_MOST_CHOICES] if s >= limits.choice_share * share)
    if not carries and (question.in_scope < limits.out_of_scope or question.coverage < limits.known):
        return Decision("fallback", confidence=confidence)
    leads = not lost_first and (len(ranking) < _LEADERS or share >= limits.lead * ranking[1][1])
    is_sure = confidence >= limits.answer or (leads and confidence >= limits.choices)
    if is_sure and (carries or question.in_scope >= limits.in_scope):
        return Decision("answer", (best,), confidence, runners_up=close)
    if confidence >= limits.choices:
        return Decision("choices", (best, *close), confidence)
    return Decision("fallback", confidence=confidence)


def leans_on_the_last(text: str) -> bool:
    """Returns whether a message is so short that it may only make sense after the one before."""
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    return len(re.sub(r"[\u3400-\u9fff]", " ", text).split()) <= _SHORT_WORDS and han <= _SHORT_HAN


def _in_context(question: Question, knowledge: KnowledgeBase, context: Context) -> tuple[list[tuple[str, float]], bool]:
    """Returns the ranking with the conversation weighed in, and whether that may carry a decision of its own."""
    ranking = [(e, s) for e, s in question.ranking if e in knowledge.entries]
    last = knowledge.entries.get(context.last_entry)
    if not leans_on_the_last(question.text) or (last is None and not context.last_ranking):
        return ranking, False
    definite = [(kind, value) for kind, value in question.entities if kind in _DEFINITE]
    in_scope = sum(share for _, share in ranking)
    if in_scope < _LEAST_IN_SCOPE:
        return ranking, False
    documents = {reference.source for reference in last.references} if last else set()
    weighed: dict[str, float] = {}
    for entry_id, share in ranking:
        entry = knowledge.entries[entry_id]
        weight = _SAME_DOCUMENT if documents & {r.source for r in entry.references} else 1.0
        if last is not None and entry_id == last.id:
            weight *= 1.0 if definite else _SAME_ENTRY
        elif last is not None and entry.topic == last.topic:
            weight *= _SAME_TOPIC
        weighed[entry_id] = share * weight
    if definite:
        for entry_id, share in context.last_ranking:
            entry_before = knowledge.entries.get(entry_id)
            if entry_before is not None and all(_is_about(entry_before, thing, knowledge) for thing in definite):
                weighed[entry_id] = weighed.get(entry_id, 0.0) + _CARRIED * share
    total = sum(weighed.values()) + max(0.0, 1.0 - in_scope)
    order = sorted(weighed.items(), key=lambda pair: -pair[1])
    # Small talk and nonsense stay what they are: only what names a thing or asks in the field leans on the last.
    return [(e, s / total) for e, s in order], bool(definite) or question.intent == "faq"


def _is_about(entry: Entry, thing: tuple[str, str], knowledge: KnowledgeBase) -> bool:
    kind, value = thing
    if kind == "document":
        return any(reference.source == value for reference in entry.references)
    if kind == "year":
        years = {entry.as_of, *(knowledge.sources[reference.source].year for reference in entry.references)}
        return value in entry.entities.get("year", ()) or int(value) in years
    return value in entry.entities.get(kind, ())


def _named(question: Question, knowledge: KnowledgeBase, last_entry: str) -> Decision | None:
    """Returns the decision where the message names a place, document or principle outright; None otherwise."""
    documents = question.values("document")
    known = [d for d in documents if d in knowledge.sources]
    locators = question.values("paragraph")
    # "Principle 17 of the Guiding Principles" is a place; without a document the Ten Principles are meant.
    for principle in question.values("principle"):
        place = f"principle {principle}"
        if any(place in knowledge.sources[document].places for document in known):
            locators.append(place)
        elif not 1 <= int(principle) <= _PRINCIPLES:
            return Decision("no_principle", locator=principle)
    if documents and not known:
        return None if _mentioned(documents[0], question, knowledge) else Decision("no_document", source=documents[0])
    if not locators:
        return None
    if not known and question.intent == "faq" and question.confidence >= question.thresholds.answer:
        return None
    last = knowledge.entries.get(last_entry)
    source = known[0] if known else (last.references[0].source if last else "")
    if not source:
        return None
    locator = locators[0]
    if locator not in knowledge.sources[source].places:
        return Decision("no_place", source=source, locator=locator)
    citing = [entry.id for entry in knowledge.citing(source, locator)]
    if not citing:
        return Decision("no_entry_for_place", source=source, locator=locator)
    likely = dict(question.ranking)
    # Among the entries that cite the place, what the words ask for comes first; bare requests get the narrowest entry.
    citing.sort(key=lambda entry_id: -likely.get(entry_id, 0.0))
    return Decision("answer", (citing[0],), max(question.confidence, 0.9), runners_up=tuple(citing[1:_MOST_CHOICES]))


def _mentioned(symbol: str, question: Question, knowledge: KnowledgeBase) -> bool:
    """Returns whether the likeliest entries speak of a document the knowledge base does not hold."""
    return any(
        symbol.lower() in text.answer.lower()
        for entry_id, _ in question.ranking[:3]
        for text in _texts(knowledge.entries.get(entry_id))
    )


def _texts(entry: Entry | None) -> list[Any]:
    return list(entry.texts.values()) if entry else []
