"""What the entity recogniser knows: names from the knowledge base, patterns and words from each language's lookups.

A lexicon is plain data, so that a trained model carries the one it was trained with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import babel

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase, read_yaml

#: In a pattern: digits, or a number in words.
NUMBER = "{number}"


@dataclass(frozen=True)
class Lexicon:
    """Phrases, patterns and number words of all languages together.

    `phrases` holds (entity, value, phrase); a phrase is compared without case, unless it is an abbreviation that is
    also a common word ("WHO"), which then must stand in capitals. `patterns` holds (entity, prefix of the value,
    pattern). `documents` holds (symbol, kind, year) of every source.
    """

    phrases: tuple[tuple[str, str, str], ...]
    patterns: tuple[tuple[str, str, str], ...]
    numbers: dict[str, int]
    documents: tuple[tuple[str, str, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the lexicon as JSON-ready data."""
        return {
            "phrases": [list(row) for row in self.phrases],
            "patterns": [list(row) for row in self.patterns],
            "numbers": self.numbers,
            "documents": [list(row) for row in self.documents],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Lexicon:
        """Returns the lexicon that `to_dict` described."""
        return cls(
            phrases=tuple((str(e), str(v), str(p)) for e, v, p in data["phrases"]),
            patterns=tuple((str(e), str(v), str(p)) for e, v, p in data["patterns"]),
            numbers=dict(data["numbers"]),
            documents=tuple((str(s), str(k), int(y)) for s, k, y in data["documents"]),
        )


#: What asks for the one after or before is no entity, but its "one" is no number either ("the next one", "下一段").
STEP = "step"
# Patterns of these names give places in a document; the others are entities of their own.
_PLACES = ("paragraph", "box", "table row")

# Codes of CLDR that are no countries: unions, outlying areas, pseudo-accents, unknown.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def _is_country(region: str) -> bool:
    return bool(re.fullmatch("[A-Z]{2}", region)) and region not in _NO_COUNTRIES


def build(knowledge: KnowledgeBase, nlu_data: Path) -> Lexicon:
    """Returns the lexicon of a knowledge base and the lookups of its languages.

    Raises:
        KnowledgeError: a lookups file is missing, no YAML, or not of the expected shape.
    """
    phrases: list[tuple[str, str, str]] = []
    patterns: list[tuple[str, str, str]] = []
    numbers: dict[str, int] = {}
    for code in knowledge.languages:
        path = nlu_data / code / "lookups.yml"
        lookups = read_yaml(path).get("lookups")
        if not isinstance(lookups, dict):
            raise KnowledgeError(path, "`lookups` is missing or no mapping")
        numbers.update({str(word): int(value) for word, value in (lookups.get("numbers") or {}).items()})
        for name, rows in (lookups.get("patterns") or {}).items():
            entity, prefix = ("paragraph", name) if name in _PLACES else (name, "")
            patterns += [(entity, "" if prefix == "paragraph" else prefix, row) for row in rows]
        for entity, values in (lookups.get("values") or {}).items():
            kind = "paragraph" if entity == "locator" else entity
            phrases += [(kind, str(value), phrase) for value, words in values.items() for phrase in words]
        language = knowledge.languages[code]
        phrases += [(STEP, "", word) for word in (*language.next_words, *language.previous_words)]
        territories = babel.Locale(code).territories
        phrases += [("country", region, name) for region, name in territories.items() if _is_country(region)]
        for organisation, names in knowledge.organisations.items():
            phrases += [("organisation", organisation, name) for name in names.get(code, ())]
        for entry in knowledge.entries.values():
            if code in entry.texts:
                phrases += [("term", entry.id, alias) for alias in entry.texts[code].aliases]
        for source in knowledge.sources.values():
            phrases += [("document", source.symbol, name) for name in source.nicknames.get(code, ())]
    for source in knowledge.sources.values():
        phrases += [("document", source.symbol, name) for name in (source.symbol, *source.aliases)]
    documents = tuple((s.symbol, s.kind, s.year) for s in knowledge.sources.values())
    return Lexicon(tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(patterns)), numbers, documents)
