"""Nobody can hold the guide up with a text made to be slow: time grows with its length, not with the square of it."""

from __future__ import annotations

import time
from functools import lru_cache

import pytest

from bot.channels.telegram import markup
from bot.channels.telegram.citing import named_place
from bot.channels.telegram.handlers.gate import without_mention
from bot.dialogue.typed import defused
from bot.knowledge.loader import load
from bot.knowledge.numbers import numbers_in
from bot.languages import reply_language
from bot.nlu.lexicon import build
from bot.nlu.recognition import Recogniser
from bot.store.lessons import sentence
from bot.store.redaction import redact
from bot.text.normal import normalise
from bot.text.parts import parts
from bot.text.terms import character_ngrams, search_terms, word_ngrams, words
from bot.text.tokens import tokenise
from tests.conftest import ROOT

CHARACTERS = 10_000
#: Repeated, each is what some pattern or tokeniser of ours has to look at again and again.
PIECES = (
    *("a", " ", "a, ", "1. ", "a b ", "1-1/", "A/1", "A/RES/", "/a", "<a", "[x](", "5,", "1,000 ", "a.b.", "(", "x@"),
    *("'a", "e.g. A ", "@guide ", "principle 7, ", "原则", "，原", "第一", "零", "亿", "《", "、", "\u200b", "\u0301a"),
)


@lru_cache(maxsize=1)
def _knowledge():
    return load(ROOT / "knowledge")


@lru_cache(maxsize=1)
def _recogniser():
    return Recogniser(build(_knowledge(), ROOT / "nlu_data"))


READERS = {
    "redaction": lambda text: redact(text, ("US", "CN", "KE")),
    "spelling": normalise,
    "tokens": tokenise,
    "parts": parts,
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
        text = (piece * CHARACTERS)[:CHARACTERS]
        seconds = _seconds(read, text)
        # Four times the length takes four times as long, or with the square of it sixteen times; asked only where it
        # takes long enough to tell. Measured: 0.4 s at most (2026-11-30), with the square 1.0 to 78 s.
        if 0.3 < seconds < 5 and _best(read, text) > 10 * _best(read, text[: CHARACTERS // 4]):
            slow[piece] = seconds
        assert seconds < 5, piece
    assert slow == {}
