"""From a file to the official texts in it, and what they hold of the places that the knowledge base knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase
from bot.sources.cutting import cut
from bot.sources.identity import known_symbol, language_of, names_of, symbol_of
from bot.sources.paragraphs import OfficialText, read_paragraphs
from bot.sources.reading import read


@dataclass(frozen=True)
class Comparison:
    """What a text holds: places per kind; indexed places it lacks; places the index lacks."""

    kinds: dict[str, int]
    missing: tuple[str, ...]
    new: tuple[str, ...]


def official_texts(path: Path, knowledge: KnowledgeBase, symbol: str = "", language: str = "") -> list[OfficialText]:
    """Returns the texts in a file: of a document one, of `.jsonl` as many as it holds.

    Args:
        symbol: which document it is; empty where it says so itself. Of `.jsonl`, which document to take.
        language: likewise.

    Raises:
        KnowledgeError: the file cannot be read, it is not certain what it is, or it holds nothing that can be cited.
    """
    symbol = known_symbol(symbol, knowledge) if symbol else ""
    if language and language not in knowledge.languages:
        raise KnowledgeError(language, f"is no language of the guide; known: {', '.join(knowledge.languages)}")
    if path.suffix.lower() == ".jsonl":
        return _of_paragraphs(path, knowledge, symbol, language)
    document = read(path)
    language = language or language_of(path, document, knowledge)
    symbol = symbol or symbol_of(path, document, knowledge, language)
    source = knowledge.sources[symbol]
    places = cut(document, source.kind, knowledge.languages[language], names_of(source))
    if not any(place.locator.isdigit() for place in places):
        raise KnowledgeError(
            path, "has no numbered paragraph (1., 2., …) that could be cited; give the document's text, DOCX or PDF"
        )
    return [OfficialText(symbol, language, tuple(places))]


def compare(text: OfficialText, knowledge: KnowledgeBase) -> Comparison:
    """Returns what a text holds, beside the index of its source's places."""
    held = {place.locator: kind_of(place.locator) for place in text.places}
    indexed = knowledge.sources[text.symbol].places
    return Comparison(
        kinds=dict(Counter(held.values())),
        missing=tuple(locator for locator in indexed if locator not in held),
        new=tuple(locator for locator in held if locator not in indexed),
    )


def kind_of(locator: str) -> str:
    """Returns what kind of place a locator names: `paragraph`, `box`, `table row`, `annex` and so on."""
    kind, _, number = locator.rpartition(" ")
    if locator.isdigit():
        return "paragraph"
    return kind if kind and number.isdigit() else locator


def _of_paragraphs(path: Path, knowledge: KnowledgeBase, symbol: str, language: str) -> list[OfficialText]:
    texts = read_paragraphs(path, knowledge)
    unknown = sorted({text.symbol for text in texts} - set(knowledge.sources))
    if unknown:
        known = ", ".join(repr(known) for known in knowledge.sources)
        raise KnowledgeError(path, f"source {unknown[0]!r} is none that the guide cites; known: {known}")
    wanted = [t for t in texts if symbol in ("", t.symbol) and language in ("", t.language)]
    if not wanted:
        raise KnowledgeError(path, f"holds no text of {symbol or 'any source'} in {language or 'any language'}")
    return wanted
