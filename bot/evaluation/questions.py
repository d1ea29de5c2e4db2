"""Reads labelled questions: messages with the entry or intent they deserve, or with none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase, read_yaml

Kind = Literal["entry", "intent", "outside"]


@dataclass(frozen=True)
class LabelledQuestion:
    """A message and what it deserves: `wanted` is an entry's id, an intent, or empty for what is out of scope.

    `also` are other entries that answer it as well, as people found who were shown the answers and not whose they were.
    """

    language: str
    text: str
    kind: Kind
    wanted: str = ""
    also: tuple[str, ...] = ()


def read_questions(
    folder: Path, knowledge: KnowledgeBase, *, language: str = "", limit: int | None = None
) -> list[LabelledQuestion]:
    """Returns the questions in the files `<language>/<topic>.yml` of a folder.

    Args:
        language: only those in this language.
        limit: at most so many of each language, spread evenly over its files.

    Raises:
        KnowledgeError: a file is of another shape or names an entry that is not there, or nothing is left.
    """
    paths = sorted(path for path in folder.glob("*/*.yml") if not path.name.startswith("_"))
    by_language: dict[str, list[LabelledQuestion]] = {}
    for path in paths:
        for question in _in_file(path, knowledge):
            by_language.setdefault(question.language, []).append(question)
    if not by_language:
        raise KnowledgeError(
            folder, "holds no labelled questions; wanted are files <language>/<topic>.yml with `entries` or such"
        )
    if language and language not in by_language:
        raise KnowledgeError(folder, f"holds no questions in {language!r}; there are {', '.join(sorted(by_language))}")
    chosen = [language] if language else sorted(by_language)
    return [question for code in chosen for question in _spread(by_language[code], limit)]


def _in_file(path: Path, knowledge: KnowledgeBase) -> Iterator[LabelledQuestion]:
    data = read_yaml(path)
    language = data.get("language", path.parent.name)
    also = _also(path, data, knowledge)
    for name, texts in _lists(path, data, "entries"):
        entry_id = f"{path.stem}.{name}"
        if entry_id not in knowledge.entries:
            raise KnowledgeError(path, f"{entry_id} is no entry of the knowledge base")
        yield from (LabelledQuestion(language, text, "entry", entry_id, also.pop(text, ())) for text in texts)
    if also:
        raise KnowledgeError(path, f"also: {next(iter(also))!r} stands under no entry")
    for name, texts in _lists(path, data, "intents"):
        yield from (LabelledQuestion(language, text, "intent", name) for text in texts)
    for _, texts in _lists(path, {"out_of_scope": {"": data.get("out_of_scope") or []}}, "out_of_scope"):
        yield from (LabelledQuestion(language, text, "outside") for text in texts)


def _also(path: Path, data: dict[str, Any], knowledge: KnowledgeBase) -> dict[str, tuple[str, ...]]:
    """Returns the other entries that answer a question, by its text."""
    found = {text: tuple(entries) for text, entries in _lists(path, data, "also")}
    for entry_id in (entry_id for entries in found.values() for entry_id in entries):
        if entry_id not in knowledge.entries:
            raise KnowledgeError(path, f"{entry_id} is no entry of the knowledge base")
    return found


def _lists(path: Path, data: dict[str, Any], key: str) -> Iterator[tuple[str, list[str]]]:
    named = data.get(key) or {}
    if not isinstance(named, dict):
        raise KnowledgeError(path, f"`{key}` must be a mapping of names to lists of messages")
    for name, texts in named.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise KnowledgeError(path, f"{name or key}: must be a list of messages, each a text")
        yield str(name), texts


def _spread(questions: list[LabelledQuestion], limit: int | None) -> list[LabelledQuestion]:
    if limit is None or limit >= len(questions):
        return questions
    return [questions[number * len(questions) // limit] for number in range(limit)]
