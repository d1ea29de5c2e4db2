"""Official texts already cut into places, in files of JSON lines.

Each line has `source`, `locator`, `section` and the text under the language's code. The index of places is made from
such a file too (`bot.knowledge.places`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase
from bot.sources.cutting import Place
from bot.sources.reading import MAX_CHARACTERS, read_text

FILE = "paragraphs.jsonl"


@dataclass(frozen=True)
class OfficialText:
    """One document in one language, cut into its places."""

    symbol: str
    language: str
    places: tuple[Place, ...]

    def text(self, locator: str) -> str:
        """Returns the text of a place, or an empty string where it is not held."""
        return next((place.text for place in self.places if place.locator == locator), "")


def read_paragraphs(path: Path, knowledge: KnowledgeBase) -> list[OfficialText]:
    """Returns the texts of a file of JSON lines, a document in a language each, in the order of the file.

    Raises:
        KnowledgeError: it cannot be read, holds other lines, a place twice, or no text in a language of the guide.
    """
    text = read_text(path)
    if len(text) > MAX_CHARACTERS:
        raise KnowledgeError(path, f"holds {len(text)} characters, more than {MAX_CHARACTERS}; split it by document")
    found: dict[tuple[str, str], dict[str, Place]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            source, locator, section = (str(row[key]) for key in ("source", "locator", "section"))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise KnowledgeError(
                path, f"line {number}: must be a JSON object with source, locator, section and a text per language"
            ) from error
        for code in knowledge.languages:
            words = row.get(code)
            if isinstance(words, str) and words.strip():
                places = found.setdefault((source, code), {})
                if locator in places:
                    raise KnowledgeError(path, f"line {number}: {source} {locator} stands twice")
                places[locator] = Place(locator, section, words.strip())
    if not found:
        raise KnowledgeError(path, f"holds no text in a language of the guide ({', '.join(knowledge.languages)})")
    return [OfficialText(symbol, code, tuple(places.values())) for (symbol, code), places in found.items()]


def read_folder(folder: Path, knowledge: KnowledgeBase) -> list[OfficialText]:
    """Returns the texts of a folder that holds `paragraphs.jsonl`.

    Raises:
        KnowledgeError: it holds none, or one that cannot be read.
    """
    return read_paragraphs(folder / FILE, knowledge)
