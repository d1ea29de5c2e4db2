"""What became of one labelled question: how it was ranked, what was decided, and whether that was right."""

from __future__ import annotations

from dataclasses import dataclass

from bot.evaluation.questions import LabelledQuestion
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.selection import Decision, Question, decide

#: The intents whose action decides between answer, question back and fallback; any other has an action of its own.
_DECIDED = ("faq", "out_of_scope")

#: What can become of a message, by what it deserves; the best first.
ENTRY_VERDICTS = (
    "answered right",
    "asked back, offered",
    "not answered",
    "asked back, not offered",
    "answered wrong",
)
OUTSIDE_VERDICTS = ("declined", "out of scope, asked back", "out of scope, answered")
INTENT_VERDICTS = ("intent right", "intent wrong")


@dataclass(frozen=True)
class Observation:
    """A question and what became of it; ranks count from 1, 0 is nowhere.

    `entry_rank` is the rank of the entry that the question was written for, `answer_rank` that of the first which
    answers it, which may be another one (`LabelledQuestion.also`).
    `place_rank` is the first rank whose entry cites the place that the wanted entry rests on: the first locator of its
    first reference. `confidence` is the model's, that the first of all its labels is right; `found` is that label: an
    entry, or an intent that is no question of content. `in_scope` and `coverage` are those of `Question`.
    """

    question: LabelledQuestion
    intent: str
    found: str
    entries: tuple[str, ...]
    confidence: float
    verdict: str
    latency_ms: float
    topic_rank: int = 0
    entry_rank: int = 0
    answer_rank: int = 0
    place_rank: int = 0
    answer_from: float = 0.0
    choices_from: float = 0.0
    in_scope: float = 1.0
    coverage: float = 1.0

    @property
    def is_content(self) -> bool:
        """Whether the model takes it for a question of content."""
        return self.intent == "faq"

    @property
    def is_first_right(self) -> bool:
        """Whether the model's first label is right; an entry that rests on the wanted place is."""
        if self.question.kind == "entry":
            return self.is_content and self.place_rank == 1
        if self.question.kind == "intent":
            return self.intent == self.question.wanted
        return not self.is_content

    @property
    def score(self) -> float:
        """How sure the model is that this is a question of content which it understands (0-1)."""
        return self.confidence if self.is_content else 0.0


def decision_on(question: Question, knowledge: KnowledgeBase) -> Decision:
    """Returns what the guide does with a message that opens a conversation.

    The actions of some other intents (source, more, official text) can answer as well; here they count as no answer.
    """
    return decide(question, knowledge) if question.intent in _DECIDED else Decision("fallback")


def observed(
    labelled: LabelledQuestion, read: Question, decision: Decision, latency_ms: float, knowledge: KnowledgeBase
) -> Observation:
    """Returns the observation of a question that was read and decided on in `latency_ms`."""
    ranked = [entry for entry, _ in read.ranking if entry in knowledge.entries]
    found = ranked[0] if read.intent == "faq" and ranked else read.intent
    topics = [knowledge.entries[entry].topic for entry in ranked]
    wanted = labelled.wanted if labelled.kind == "entry" else ""
    fitting = (wanted, *labelled.also)
    return Observation(
        question=labelled,
        intent=read.intent,
        found=found,
        entries=decision.entries,
        confidence=read.confidence,
        verdict=_verdict(labelled, read, decision, knowledge),
        latency_ms=latency_ms,
        topic_rank=_rank([topic == wanted.partition(".")[0] for topic in topics]),
        entry_rank=_rank([entry == wanted for entry in ranked]),
        answer_rank=_rank([entry in fitting for entry in ranked]),
        place_rank=_rank([_is_right(entry, labelled, knowledge) for entry in ranked]) if wanted else 0,
        answer_from=read.thresholds.answer,
        choices_from=read.thresholds.choices,
        in_scope=read.in_scope,
        coverage=read.coverage,
    )


def rests_with(entry_id: str, wanted: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether an entry cites the place that the wanted entry rests on."""
    first = knowledge.entries[wanted].references[0]
    cited = knowledge.entries[entry_id].references
    return any(r.source == first.source and first.locators[0] in r.locators for r in cited)


def _is_right(entry_id: str, labelled: LabelledQuestion, knowledge: KnowledgeBase) -> bool:
    return entry_id in labelled.also or rests_with(entry_id, labelled.wanted, knowledge)


def _rank(hits: list[bool]) -> int:
    return hits.index(True) + 1 if True in hits else 0


def _verdict(labelled: LabelledQuestion, read: Question, decision: Decision, knowledge: KnowledgeBase) -> str:
    if labelled.kind == "intent":
        return INTENT_VERDICTS[read.intent != labelled.wanted]
    if labelled.kind == "outside":
        order = {"answer": "out of scope, answered", "choices": "out of scope, asked back"}
        return order.get(decision.kind, "declined")
    if decision.kind == "answer":
        right = _is_right(decision.entries[0], labelled, knowledge)
        return "answered right" if right else "answered wrong"
    if decision.kind == "choices":
        offered = not {labelled.wanted, *labelled.also}.isdisjoint(decision.entries)
        return "asked back, offered" if offered else "asked back, not offered"
    return "not answered"
