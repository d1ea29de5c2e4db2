"""Search terms and n-grams of a message, the same for questions, answers and what people type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import Stemmer
from spacy.lang.en.stop_words import STOP_WORDS

from bot.text.normal import is_han, normalise
from bot.text.tokens import token_texts

# Words that carry the question, not the subject; spaCy's English list keeps some of them out of reach of a question.
_KEPT = frozenset({"who", "when", "where", "why", "how", "name", "part", "side", "show", "move"})
_HAN_STOP = frozenset("的了吗呢是在有和与及或把被这那就也都很啊呀吧么什请问一个我们你们他们")

# Of the tuning questions of content half are shorter than 13 English words, and half than 19 Chinese ones (2026-11-30).
_HAN_LENGTH = 2 / 3


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


# Each message, and each part of it, is cut once for all who look at it.
@lru_cache(maxsize=1_000)
def words(text: str) -> tuple[str, ...]:
    """Returns the tokens of a text after evening out its spelling, signs left out; Han characters stand singly."""
    return tuple(token for token in token_texts(normalise(text).text) if any(c.isalnum() for c in token))


def length(text: str) -> float:
    """Returns the length of a text in words; three Han characters say about as much as two English words."""
    return sum(_HAN_LENGTH if is_han(word[0]) else 1.0 for word in words(text))


# Several indexes look for the same terms, and ask how much of them they know.
@lru_cache(maxsize=1_000)
def search_terms(text: str) -> tuple[str, ...]:
    """Returns the terms to search by: English stems without stop words, numbers, Han characters and their pairs."""
    terms: list[str] = []
    previous = ""
    for word in words(text):
        if is_han(word[0]):
            if word not in _HAN_STOP:
                terms.append(word)
            if previous:
                terms.append(previous + word)
            previous = word
            continue
        previous = ""
        if word not in STOP_WORDS or word in _KEPT:
            terms.append(_stemmer().stemWord(word.removesuffix("'s")))
    return tuple(terms)


def word_ngrams(tokens: Sequence[str]) -> list[str]:
    """Returns `words` and pairs of neighbouring ones; a Han character counts as a word."""
    return [*tokens, *(f"{a} {b}" for a, b in zip(tokens, tokens[1:], strict=False))]


def character_ngrams(tokens: Sequence[str], shortest: int = 2, longest: int = 5, longest_han: int = 4) -> list[str]:
    """Returns the character n-grams inside padded `words` and inside runs of Han characters."""
    grams: list[str] = []
    run = ""
    for token in [*tokens, ""]:
        if token and is_han(token[0]):
            run += token
            continue
        for size in range(1, longest_han + 1):
            grams += [run[i : i + size] for i in range(len(run) - size + 1)]
        run = ""
        if token:
            padded = f" {token} "
            for size in range(shortest, min(longest, len(padded)) + 1):
                grams += [padded[i : i + size] for i in range(len(padded) - size + 1)]
    return grams
