"""Nobody can hold the guide up with a text made to be slow: time grows with its length, not with the square of it."""

from __future__ import annotations

import contextlib
import time
from functools import lru_cache, partial
from pathlib import Path

import pytest

from bot.channels.telegram import markup
from bot.channels.telegram.citing import named_place
from bot.channels.telegram.handlers.gate import without_mention
from bot.channels.telegram.handover import picked
from bot.dialogue.typed import defused
from bot.errors import KnowledgeError
from bot.flows.hearing import Words, typed
from bot.flows.state import State
from bot.knowledge.context import (
    corrects_the_last,
    goes_on,
    has_pronoun,
    leans_on_the_last,
    points_back,
    says_nothing_else,
)
from bot.knowledge.joining import joined
from bot.knowledge.loader import load
from bot.knowledge.numbers import numbers_in
from bot.knowledge.selection import Question
from bot.languages import reply_language
from bot.nlu.lexicon import build
from bot.nlu.recognition import Recogniser
from bot.sources.identity import language_of, symbol_of
from bot.sources.reading import Document
from bot.sources.tables import cells, table_places
from bot.store.lessons import sentence
from bot.store.redaction import redact
from bot.store.text import safe_json, safe_name, safe_text
from bot.text.normal import normalise
from bot.text.parts import parts, questions
from bot.text.terms import character_ngrams, search_terms, word_ngrams, words
from bot.text.tokens import tokenise
from tests.conftest import ROOT

CHARACTERS = 10_000
#: Repeated, each is what some pattern or tokeniser of ours has to look at again and again.
PIECES = (
    *("a", " ", "a, ", "1. ", "a b ", "1-1/", "A/1", "A/RES/", "/a", "<a", "[x](", "5,", "1,000 ", "a.b.", "(", "x@"),
    *("'a", "e.g. A ", "@guide ", "principle 7, ", "原则", "，原", "第一", "零", "亿", "《", "、", "\u200b", "\u0301a"),
    *("?", ") ", "-", " - ", '"', "1", "1 2 ", "|", "&", "。"),
)
#: What comes after a run makes a pattern that fits so far fail, and begin anew one character later.
TAIL = "x\n1"


@lru_cache(maxsize=1)
def _knowledge():
    return load(ROOT / "knowledge")


@lru_cache(maxsize=1)
def _recogniser():
    return Recogniser(build(_knowledge(), ROOT / "nlu_data"))


def _leaning(text):
    """Reads a message in the light of the one before, and the one before in the light of a short message."""
    knowledge = _knowledge()
    for read in (leans_on_the_last, goes_on, corrects_the_last, has_pronoun, points_back, says_nothing_else):
        read(text, knowledge) if read is not leans_on_the_last else read(text)


def _joining(text):
    years = [
        {"entity": "year", "value": "2007", "start": at, "end": at + 4} for at in range(0, max(len(text) - 4, 1), 5)
    ]
    short = [{"entity": "year", "value": "2009", "start": 4, "end": 8}]
    long = Question.from_parsed({"text": text, "entities": years})
    joined(long, Question.from_parsed({"text": "and 2009", "entities": short}), _knowledge())
    joined(Question.from_parsed({"text": "in  2009", "entities": short}), long, _knowledge())


def _in_a_flow(text):
    """Hears a message as the answer to a question of each kind."""
    knowledge = _knowledge()
    steps = {step.kind: (flow, step) for flow in knowledge.flows.values() for step in flow.steps.values()}
    for flow, step in steps.values():
        typed(flow, State(flow.name, "telegram", at=step.id), knowledge.flow_words, Words(text))


def _of_a_document(line):
    """Reads a text as a line of an official document."""
    document = Document(("1. Notes", line, "2. Asks"), is_wrapped=True)
    for find in (language_of, partial(symbol_of, language="en")):
        with contextlib.suppress(KnowledgeError):  # of no language, none of the documents
            find(Path("document.txt"), document, _knowledge())


READERS = {
    "redaction": lambda text: redact(text, ("US", "CN", "KE")),
    "spelling": normalise,
    "tokens": tokenise,
    "parts": parts,
    "questions": questions,
    "leaning": _leaning,
    "joining": _joining,
    "answer in a flow": _in_a_flow,
    "yes or no": lambda text: picked(text, ("Yes", "No")),
    "stored text": lambda text: (safe_text(text), safe_name(text), safe_json({"a": [text]})),
    "official document": _of_a_document,
    "row of a table": lambda text: (cells(f"|{text}|"), table_places([f"|1. a|{text}|", f"|{text}|b|"], 0)),
    "search terms": search_terms,
    "character n-grams": character_ngrams,
    "word n-grams": word_ngrams,
    "language": lambda text: reply_language(text, _knowledge().languages),
    "defusing": defused,
    "mention": lambda text: without_mention(text, "guide"),
    "lesson": sentence,
    "numbers": numbers_in,
    "entities": lambda text: _recogniser().find(text),
    "cited place": lambda text: named_place(_knowledge(), text),
    "message": lambda text: markup.messages([markup.Block(text)]),
}


def _seconds(read, text):
    words.cache_clear()
    started = time.thread_time()  # of this thread alone: how busy the machine is does not count
    read(text)
    return time.thread_time() - started


def _best(read, text):
    """Returns the shortest time of three: what else the processor does makes a reading slower, never faster."""
    return min(_seconds(read, text) for _ in range(3))


@pytest.mark.parametrize("name", READERS)
def test_reads_a_text_in_time_that_grows_with_its_length(name):
    read = READERS[name]
    read("warm up 7")
    slow = {}
    for piece in PIECES:
        text = (piece * CHARACTERS)[:CHARACTERS] + TAIL
        seconds = _seconds(read, text)
        # Four times the length takes four times as long, or with the square of it sixteen times; asked only where it
        # takes long enough to tell. Measured: 0.4 s at most (2026-11-30), with the square 1.0 to 78 s.
        if 0.3 < seconds < 5 and _best(read, text) > 10 * _best(read, text[: CHARACTERS // 4] + TAIL):
            slow[piece] = seconds
        assert seconds < 5, piece
    assert slow == {}
