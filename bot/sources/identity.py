"""Finds out which document a text is, and in which language, where nobody has said so."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Source
from bot.knowledge.numbers import numbers_in
from bot.languages import common_share, script_of
from bot.sources.cutting import Place, cut
from bot.sources.reading import Document

# Of the English answers 31 to 46 words in 100 are among spaCy's most common, of French or Spanish text 2 (2026-11-20).
_LEAST_COMMON = 0.2
_LEAD = 0.1
# Of the indexed numbers 84 to 94 in 100 stand at their places in the right document, 13 at most in another (the five
# indexed texts against each other, 2026-11-20).
_LEAST_FIT = 0.5
_FIT_LEAD = 0.2
# Up to a dozen stand everywhere, and often in words.
_SMALL = Decimal(12)
_HEAD_CHARACTERS = 2_500


def language_of(path: Path, document: Document, knowledge: KnowledgeBase) -> str:
    """Returns the code of the language a document is in: by script, and among languages of one script by its words.

    Raises:
        KnowledgeError: it is in no language of the guide, or in none that is certain.
    """
    text = "\n".join(document.lines)
    script = script_of(text)
    writing = [code for code, language in knowledge.languages.items() if script in language.scripts]
    names = ", ".join(knowledge.languages)
    if not writing:
        raise KnowledgeError(path, f"is in no language of the guide (its script is {script or 'none'}); known: {names}")
    if script == "Han":
        if len(writing) == 1:
            return writing[0]
        raise KnowledgeError(path, f"may be in several languages; pass --language with one of {', '.join(writing)}")
    shares = sorted(((common_share(text, code), code) for code in writing), reverse=True)
    is_ahead = len(shares) == 1 or shares[0][0] >= shares[1][0] + _LEAD
    if shares[0][0] >= _LEAST_COMMON and is_ahead:
        return shares[0][1]
    raise KnowledgeError(path, f"its language is not certain; pass --language with one of {', '.join(writing)}")


def symbol_of(path: Path, document: Document, knowledge: KnowledgeBase, language: str) -> str:
    """Returns the symbol of the known source that a document is.

    The head of the text decides, before its first paragraph; where it names none or several, the numbers do that the
    index of places holds.

    Raises:
        KnowledgeError: it is none of the known sources for certain.
    """
    head = _head(document)
    named = [source for source in knowledge.sources.values() if any(_stands(name, head) for name in names_of(source))]
    if len(named) == 1:
        return named[0].symbol
    # Once for all reports and once for all resolutions: the names that `cut` takes matter little to the numbers.
    cuts = {kind: cut(document, kind, knowledge.languages[language]) for kind in ("report", "resolution")}
    candidates = named or list(knowledge.sources.values())
    fits = [(_fit(cuts.get(source.kind, cuts["report"]), source), source.symbol) for source in candidates]
    fits.sort(reverse=True)
    if fits and fits[0][0] >= _LEAST_FIT and (len(fits) == 1 or fits[0][0] >= fits[1][0] + _FIT_LEAD):
        return fits[0][1]
    known = ", ".join(repr(symbol) for symbol in knowledge.sources)
    raise KnowledgeError(path, f"which document it is is not certain; pass --symbol with one of {known}")


def known_symbol(name: str, knowledge: KnowledgeBase) -> str:
    """Returns the symbol of the source that goes by a name, upper or lower case.

    Raises:
        KnowledgeError: there is no such source.
    """
    for source in knowledge.sources.values():
        if name.casefold() in (known.casefold() for known in names_of(source)):
            return source.symbol
    known = ", ".join(repr(symbol) for symbol in knowledge.sources)
    raise KnowledgeError(name, f"is no source that the guide cites; known: {known}")


def names_of(source: Source) -> tuple[str, ...]:
    """Returns the names by which a document calls itself: its symbol, its parts and its aliases."""
    # A document of two organs carries two symbols ("A/75/79-E/2020/55").
    parts = re.split(r"-(?=[A-Z]/)", source.symbol)
    return tuple(dict.fromkeys((source.symbol, *(parts if len(parts) > 1 else ()), *source.aliases)))


def _head(document: Document) -> str:
    text = "\n".join(document.lines)[:_HEAD_CHARACTERS]
    first = re.search(r"^\s*1[.．、](?!\d)", text, re.MULTILINE)
    return text[: first.start()] if first else text


def _stands(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w/]){re.escape(name)}(?![\w/]|\.\d)", text))


def _fit(places: list[Place], source: Source) -> float:
    """Returns the share (0-1) of a source's indexed numbers that stand at their places in a text."""
    indexed = {locator: telling for locator, numbers in source.places.items() if (telling := _telling(numbers))}
    texts = {place.locator: re.sub(r"\s+", " ", place.text) for place in places if place.locator in indexed}
    found = sum(len(indexed[locator] & numbers_in(text)) for locator, text in texts.items())
    return found / sum(map(len, indexed.values())) if indexed else 0.0


def _telling(numbers: frozenset[Decimal]) -> frozenset[Decimal]:
    return frozenset(number for number in numbers if number > _SMALL)
