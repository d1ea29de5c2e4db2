"""Trying a sentence: the current model, loaded beside the pages on first use, and everything it makes of the sentence.

Nothing of it is logged: a sentence that is tried is no enquiry.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.errors import BotError
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry
from bot.knowledge.selection import Decision, Question, decide
from bot.settings import Settings
from bot.text.normal import normalise
from bot.text.tokens import tokenise

if TYPE_CHECKING:
    from bot.dialogue.understanding import Understanding

logger = logging.getLogger(__name__)

State = Literal["cold", "loading", "ready", "failed"]
MAX_CHARACTERS = 1000


@dataclass(frozen=True)
class Candidate:
    """An entry in the ranking and what speaks for it.

    `example` is its example question that is most like the sentence, `shared` the words the two have in common,
    `named` what the sentence names that the entry is about, `cited` the document it names that the entry rests on.
    """

    entry: Entry
    share: float
    example: str
    shared: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    cited: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One condition on the way to the decision: what was measured, what it is held against, whether it is met."""

    name: str
    value: float
    limit: float
    is_met: bool


@dataclass(frozen=True)
class Trace:
    """Everything that the model and the decision make of one sentence."""

    question: Question
    tokens: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    checks: tuple[Check, ...]
    decision: Decision
    model_version: str


class Trial:
    """The current model for trying sentences. Safe to share between threads; one sentence is read at a time."""

    def __init__(self, settings: Settings) -> None:
        """Loads nothing yet."""
        self._settings = settings
        self._reading = threading.Lock()
        self._loading: threading.Thread | None = None
        self._understanding: Understanding | None = None
        self.problem = ""

    @property
    def state(self) -> State:
        """Where the model is now; `problem` says why it is `failed`."""
        if self._loading is not None and self._loading.is_alive():
            return "loading"
        if self.problem:
            return "failed"
        return "ready" if self._understanding else "cold"

    def begin(self) -> State:
        """Begins to load the model where it is not there, or another one is current by now; returns the state."""
        with self._reading:
            if self.state != "loading" and (self._understanding is None or not self._is_current()):
                self._loading = threading.Thread(target=self._load, name="trial", daemon=True)
                self._loading.start()
        return self.state

    def wait(self, timeout_s: float) -> State:
        """Waits until the model is loaded, or so long; returns the state."""
        if self._loading is not None:
            self._loading.join(timeout_s)
        return self.state

    def trace(self, text: str, knowledge: KnowledgeBase) -> Trace:
        """Returns what is made of a sentence.

        Args:
            knowledge: the entries that people are answered with now.

        Raises:
            BotError: the model is not there, or does not work with the present code.
        """
        with self._reading:
            if self._understanding is None:
                raise BotError("the model is not loaded yet; try again in a moment")
            question = asyncio.run(self._understanding.read(text[:MAX_CHARACTERS]))
            version = self._understanding.model.version
        tokens = _tokens(text)
        candidates = tuple(
            _candidate(knowledge.entries[id], share, question, tokens)
            for id, share in question.ranking
            if id in knowledge.entries
        )
        return Trace(question, tokens, candidates, checks(question), decide(question, knowledge), version)

    def _load(self) -> None:
        # Rasa takes seconds to import: never before somebody tries a sentence.
        from bot.dialogue.understanding import open_understanding

        self.problem = ""
        try:
            self._understanding = open_understanding(self._settings)
        except BotError as error:
            self._understanding, self.problem = None, str(error)
        except Exception:
            logger.exception("the model for trying sentences cannot be loaded")
            self._understanding, self.problem = None, "the model cannot be loaded; the log says why"

    def _is_current(self) -> bool:
        from bot.dialogue.training import verified_model

        try:
            current = verified_model(self._settings)[1]
        except BotError:
            return True  # what is loaded goes on working
        return self._understanding is not None and self._understanding.model.version == current.version


def checks(question: Question) -> tuple[Check, ...]:
    """Returns the conditions under which a question of content is answered at once, each with what was measured."""
    limits = question.thresholds
    best = question.ranking[0][1] if question.ranking else 0.0
    second = question.ranking[1][1] if len(question.ranking) > 1 else 0.0
    lead = best / second if second else float(limits.lead)
    return (
        Check("known", question.coverage, limits.known, question.coverage >= limits.known),
        Check("in_scope", question.in_scope, limits.in_scope, question.in_scope >= limits.in_scope),
        Check("answer", question.confidence, limits.answer, question.confidence >= limits.answer),
        Check("choices", question.confidence, limits.choices, question.confidence >= limits.choices),
        Check("lead", min(lead, 999.0), limits.lead, lead >= limits.lead),
    )


def _candidate(entry: Entry, share: float, question: Question, tokens: Sequence[str]) -> Candidate:
    words = {token for token in tokens if token.isalnum()}
    likest, shared = "", frozenset[str]()
    for text in entry.texts.values():
        for example in text.questions:
            common = words & set(_tokens(example))
            # Beside the same words, the shorter question is the likelier one.
            if (len(common), -len(example)) > (len(shared), -len(likest)) and common:
                likest, shared = example, frozenset(common)
    named = tuple(pair for pair in question.entities if pair[1] in entry.entities.get(pair[0], ()))
    documents = set(question.values("document"))
    cited = tuple(r.source for r in entry.references if r.source in documents)
    return Candidate(
        entry, share, likest, tuple(word for word in dict.fromkeys(tokens) if word in shared), named, cited
    )


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(normalise(text).text) if token.text.strip())
