"""Decides what to do with a ranked question: answer, ask back, or say honestly that it is out of reach.

The ranking comes from the trained model; the conversation's context and places named outright are weighed in here.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.knowledge.context import (
    DEFINITE,
    Context,
    Leaning,
    Ranking,
    by_what_is_named,
    has_pronoun,
    is_about,
    may_lean,
    says_nothing_else,
    weighed,
)
from bot.knowledge.ellipsis import Named, Stretch
from bot.knowledge.loader import KnowledgeBase, normal_question
from bot.knowledge.models import Entry

Kind = Literal["answer", "choices", "fallback", "no_place", "no_entry_for_place", "no_document", "no_principle"]

_NO_CONTEXT = Context()
# What names a principle or document that its answer rests on is of the field from this chance on.
_LEAST_NAMED = 0.2
_MOST_CHOICES = 4
# What a question can be about by itself; a year, a number or a place in a document says when, how many or where.
_SUBJECTS = ("term", "document", "principle", "organisation", "country", "region", "sdg", "area")
_LEADERS = 2
# Another question of a message is told of from this chance on that it is understood alone, and that it is of content.
# Of 500 pairs of tuning questions 55 are told apart by their subjects, and 238 more by this; of 17 more one of both is
# taken for another (2026-12-01).
_SURE = 0.9
#: The Ten Principles of the UN Global Compact.
_PRINCIPLES = 10


@dataclass(frozen=True)
class Thresholds:
    """From which confidence (0-1) to answer and to ask back; which share of the likeliest a choice must have.

    An entry that is `lead` times as likely as the next is answered even below `answer`. Nothing is answered whose
    chance to be a question of content is below `in_scope`, nor asked back below `out_of_scope`, nor if less than the
    share `known` of its words stands in any answer; of a message that is read with the one before it the chance must be
    `leaning` for both.
    """

    answer: float = 0.2
    choices: float = 0.09
    choice_share: float = 0.15
    lead: float = 2.0
    in_scope: float = 0.6
    out_of_scope: float = 0.5
    known: float = 0.3
    leaning: float = 0.65


@dataclass(frozen=True)
class Question:
    """A message as the model understood it: `ranking` holds (entry id, share), likeliest first.

    `rest` is the message without the stretches that `entities` were found in; None for the whole message.
    `in_scope` is the chance that it is a question of content, `coverage` the share of its words that stand in answers
    (0-1 each). `several` are the questions in it, where there are two or three, each as if it had been asked alone.
    `stretches` are the entities with their places.
    """

    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[tuple[str, str], ...] = ()
    thresholds: Thresholds = Thresholds()
    in_scope: float = 1.0
    coverage: float = 1.0
    rest: str | None = None
    several: tuple[Question, ...] = ()
    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def from_parsed(cls, message: Mapping[str, Any]) -> Question:
        """Returns the question in a message as Rasa has parsed it."""
        selection = message.get("selection") or {}
        intent = message.get("intent") or {}
        text, entities = message.get("text") or "", message.get("entities") or ()
        return cls(
            text=text,
            intent=intent.get("name") or "",
            confidence=float(selection.get("confidence", intent.get("confidence") or 0.0)),
            ranking=tuple((row["entry"], float(row["share"])) for row in selection.get("ranking", ())),
            entities=tuple((e["entity"], str(e["value"])) for e in entities),
            rest=_besides(text, entities),
            in_scope=float(selection.get("in_scope", 1.0)),
            coverage=float((selection.get("coverage") or (1.0, 1.0))[1]),
            thresholds=Thresholds(**selection.get("thresholds", {})),
            several=tuple(
                cls.from_parsed(_alone(text, entities, part, selection.get("thresholds", {})))
                for part in selection.get("several", ())
            ),
            stretches=tuple(
                Stretch(e["entity"], str(e["value"]), int(e["start"]), int(e["end"])) for e in entities if "start" in e
            ),
        )

    @property
    def besides(self) -> str:
        """What the message says besides what it names."""
        return self.text if self.rest is None else self.rest

    @property
    def named(self) -> Named:
        """The message and what it names."""
        return Named(self.text, self.stretches)

    @property
    def names_a_subject(self) -> bool:
        """Whether the message names a thing of the field: then it is about that, not about the answer before."""
        return any(kind in DEFINITE or kind == "term" for kind, _ in self.entities)

    @property
    def leaning(self) -> Leaning:
        """The message as one that may lean on the one before."""
        things = tuple((kind, value) for kind, value in self.entities if kind in DEFINITE)
        names_place = any(kind in ("paragraph", "number") for kind, _ in self.entities)
        return Leaning(
            text=self.text,
            rest=self.besides,
            things=things,
            names_anything=bool(self.entities),
            names_place=names_place,
            confidence=self.confidence,
            in_scope=self.in_scope,
            coverage=self.coverage,
        )

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
    """What to do: with which entries (likeliest first), how sure, and what the message named that does not exist.

    `leans` tells that the question before has been weighed in. With `several` the choices answer different questions of
    one message, in the order in which they were asked. `also` answers another question of the message.
    """

    kind: Kind
    entries: tuple[str, ...] = ()
    confidence: float = 0.0
    source: str = ""
    locator: str = ""
    runners_up: tuple[str, ...] = field(default=())
    several: bool = False
    leans: bool = False
    also: str = ""


def decide(question: Question, knowledge: KnowledgeBase, context: Context = _NO_CONTEXT) -> Decision:
    """Returns the decision on a question, in the light of the conversation before it.

    Of several questions in one message that cannot be told apart for sure, the message as a whole is decided on.
    """
    several = _several(question, knowledge)
    if several is not None:
        return several
    decision = _decided(question, knowledge, context)
    if decision.kind != "answer":
        return decision
    return dataclasses.replace(decision, also=_asked_also(question, knowledge, decision.entries[0]))


def _decided(question: Question, knowledge: KnowledgeBase, context: Context = _NO_CONTEXT) -> Decision:
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
    # A subject and nothing else is asked about, whatever it sounds like: "explain the MAF", "CoP, briefly".
    alone = question.names_a_subject and says_nothing_else(question.besides, knowledge)
    if question.intent != "faq" and (alone or _is_on_a_principle(question)):
        question = question.about_its_subject()
    # Nor does a term by itself lean on anything.
    taken = None if alone and not question.leaning.refers(knowledge) else _in_context(question, knowledge, context)
    if taken is not None:
        return taken
    ranking = [(e, share) for e, share in question.ranking if e in knowledge.entries]
    bare = says_nothing_else(question.besides, knowledge)
    ranking = by_what_is_named(ranking, question.entities, knowledge, alone=bare)
    # Of "???", "abc" or an emoji nothing is known, and the model's confidence in a guess means nothing (0.35-0.6,
    # 2026-11-20); none of the 568 tuning questions is like that.
    if not ranking or question.intent != "faq" or not question.coverage:
        return Decision("fallback", confidence=question.confidence if question.coverage else 0.0)
    best, share = ranking[0]
    stands = best == next((e for e, _ in question.ranking if e in knowledge.entries), best)
    confidence = question.confidence if stands else share
    limits = question.thresholds
    # What names a principle, a goal or the like that its answer is about is of the field, whatever else it says.
    names_it = _names_what_it_is_about(question, knowledge.entries[best], knowledge)
    if question.in_scope < (_LEAST_NAMED if names_it else limits.out_of_scope) or question.coverage < limits.known:
        return Decision("fallback", confidence=confidence)
    may_answer = question.in_scope >= (_LEAST_NAMED if names_it else limits.in_scope)
    return _by_confidence(ranking, confidence, limits, may_answer=may_answer, may_lead=not lost_first)


def _by_confidence(
    ranking: Ranking, confidence: float, limits: Thresholds, *, may_answer: bool = True, may_lead: bool = True
) -> Decision:
    """Returns the answer where its confidence is enough or it leads, else the choice, else that there is none."""
    best, share = ranking[0]
    close = tuple(e for e, s in ranking[1:_MOST_CHOICES] if s >= limits.choice_share * share)
    leads = may_lead and (len(ranking) < _LEADERS or share >= limits.lead * ranking[1][1])
    is_sure = confidence >= limits.answer or (leads and confidence >= limits.choices)
    if is_sure and may_answer:
        return Decision("answer", (best,), confidence, runners_up=close)
    if confidence >= limits.choices:
        return Decision("choices", (best, *close), confidence)
    return Decision("fallback", confidence=confidence)


def _several(question: Question, knowledge: KnowledgeBase) -> Decision | None:
    """Returns the choice between the questions of one message that are each sure and answered differently, else None.

    Each must name a subject of its own: of two questions on one subject the second goes on with the first ("how many
    are there? how many more than before?"), and both are mostly answered by the same entry.
    """
    subjects = [{(kind, value) for kind, value in one.entities if kind in _SUBJECTS} for one in question.several]
    shared = any(one & other for one, other in itertools.combinations(subjects, 2))
    if not all(subjects) or shared or any(has_pronoun(one.text, knowledge) for one in question.several):
        return None
    decisions = [_decided(one, knowledge) for one in question.several]
    entries = tuple(dict.fromkeys(decision.entries[0] for decision in decisions if decision.kind == "answer"))
    if len(entries) < _LEADERS or any(decision.kind != "answer" for decision in decisions):
        return None
    return Decision("choices", entries, min(decision.confidence for decision in decisions), several=True)


def _asked_also(question: Question, knowledge: KnowledgeBase, answered: str) -> str:
    """Returns the entry that answers another question of a message than the one that is answered; empty for none.

    It must be surely understood alone, and the one that is answered must be among them.
    """
    alone = {one: decision for one in question.several if (decision := _decided(one, knowledge)).kind == "answer"}
    if answered not in (decision.entries[0] for decision in alone.values()):
        return ""
    sure = (decision for one, decision in alone.items() if min(one.confidence, one.in_scope) >= _SURE)
    return next((decision.entries[0] for decision in sure if decision.entries[0] != answered), "")


def _alone(text: str, entities: Iterable[Mapping[str, Any]], part: Mapping[str, Any], limits: Any) -> dict[str, Any]:
    """Returns one question of a message as if Rasa had parsed it alone."""
    start, end = int(part["start"]), int(part["end"])
    inside = [e for e in entities if start <= int(e["start"]) and int(e["end"]) <= end]
    return {
        "text": text[start:end],
        "intent": {"name": "faq" if part["content"] else ""},
        "entities": [{**e, "start": int(e["start"]) - start, "end": int(e["end"]) - start} for e in inside],
        "selection": {**part, "thresholds": limits},
    }


def _names_what_it_is_about(question: Question, entry: Entry, knowledge: KnowledgeBase) -> bool:
    named = [thing for thing in question.entities if thing[0] in ("document", "principle")]
    return any(is_about(entry, thing, knowledge) for thing in named)


def _is_on_a_principle(question: Question) -> bool:
    """Returns whether a message names one of the Ten Principles and may be a question, whatever stands around it."""
    return bool(question.values("principle")) and question.in_scope >= _LEAST_NAMED


def _besides(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    """Returns a text without the stretches of its entities."""
    kept = list(text)
    for entity in entities:
        for place in range(int(entity.get("start", 0)), min(int(entity.get("end", 0)), len(kept))):
            kept[place] = " "
    return "".join(kept)


def _in_context(question: Question, knowledge: KnowledgeBase, context: Context) -> Decision | None:
    """Returns the decision on a message that was read with the one before it; None where that has nothing to say."""
    if not may_lean(question.leaning, knowledge):
        return None
    ranking = [(e, share) for e, share in question.ranking if e in knowledge.entries]
    taken = weighed(ranking, question.leaning, knowledge, context)
    if taken is None:
        return None
    if taken.in_scope < question.thresholds.leaning:
        return Decision("fallback", confidence=question.confidence)
    decision = _by_confidence(taken.ranking, taken.ranking[0][1], question.thresholds)
    return dataclasses.replace(decision, leans=True)


def _named(question: Question, knowledge: KnowledgeBase, last_entry: str) -> Decision | None:
    """Returns the decision where the message names a place, document or principle outright; None otherwise."""
    documents = question.values("document")
    known = [d for d in documents if d in knowledge.sources]
    locators = question.values("paragraph")
    outright = _bare_principle(question, knowledge)
    if outright is not None:
        return outright
    counted = _bare_number(question, knowledge, last_entry)
    if counted is not None:
        known, locators = [counted[0]], [counted[1]]
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
    if counted is None and not says_nothing_else(question.besides, knowledge):
        citing.sort(key=lambda entry_id: -likely.get(entry_id, 0.0))
    return Decision("answer", (citing[0],), max(question.confidence, 0.9), runners_up=tuple(citing[1:_MOST_CHOICES]))


def _bare_principle(question: Question, knowledge: KnowledgeBase) -> Decision | None:
    """Returns the answer where one of the Ten Principles is named and nothing else is said; None for any other."""
    numbers = question.values("principle")
    alone = len(numbers) == 1 and 1 <= int(numbers[0]) <= _PRINCIPLES and not question.values("document")
    if not alone or question.values("paragraph") or not says_nothing_else(question.besides, knowledge):
        return None
    for symbol, source in knowledge.sources.items():
        if sum(place.startswith("principle ") for place in source.places) == _PRINCIPLES:
            citing = [entry.id for entry in knowledge.citing(symbol, f"principle {numbers[0]}")]
            if citing:
                return Decision("answer", (citing[0],), max(question.confidence, 0.9), runners_up=tuple(citing[1:3]))
    return None


def _bare_number(question: Question, knowledge: KnowledgeBase, last_entry: str) -> tuple[str, str] | None:
    """Returns the place that a number alone means after an answer: "and ten?" after principle 4; None for any other."""
    numbers, last = question.values("number"), knowledge.entries.get(last_entry)
    named = any(kind != "number" for kind, _ in question.entities)
    if not numbers or named or last is None or not says_nothing_else(question.besides, knowledge):
        return None
    for reference in last.references:
        for locator in reference.locators:
            place = f"{locator.rpartition(' ')[0]} {numbers[0]}".strip()
            if locator[-1:].isdigit() and place in knowledge.sources[reference.source].places:
                return reference.source, place
    return None


def _mentioned(symbol: str, question: Question, knowledge: KnowledgeBase) -> bool:
    """Returns whether the likeliest entries speak of a document the knowledge base does not hold."""
    return any(
        symbol.lower() in text.answer.lower()
        for entry_id, _ in question.ranking[:3]
        for text in _texts(knowledge.entries.get(entry_id))
    )


def _texts(entry: Entry | None) -> list[Any]:
    return list(entry.texts.values()) if entry else []
