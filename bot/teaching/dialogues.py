"""Dialogues that a reviewer wants tested: how their turns are kept, and written into the checkout's conversations."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import KnowledgeError
from bot.settings import Settings
from bot.store.lessons import Lesson, LessonStore, sentence
from bot.store.models import Enquiry

FOLDER = "tests/conversations"
FILE = f"{FOLDER}/reviewed.jsonl"


@dataclass(frozen=True)
class Step:
    """One turn of a dialogue: what is said, and which entry should answer; `outcome` is what is expected without."""

    enquiry: str
    language: str
    text: str
    entry: str
    outcome: str


def expected(step: Step) -> dict[str, Any]:
    """Returns what is expected of the reply to a turn, as the tests of conversations spell it."""
    outcome = "answer" if step.entry else step.outcome
    # Which entries are offered changes with every model; that the guide asks back is what was judged.
    entry = {} if outcome == "choices" else {"entry": step.entry}
    return {"outcome": outcome, "language": step.language, **entry}


def propose(store: LessonStore, steps: Iterable[Step], author: str) -> str:
    """Keeps a dialogue to be tested and returns its name, which tells nothing of where it comes from.

    The sentences must have been read as free of personal data.
    """
    name = f"reviewed {uuid.uuid4().hex[:8]}"
    for number, step in enumerate((step for step in steps if sentence(step.text)), 1):
        details = {"number": number, "expect": expected(step)}
        store.add("turn", name, step.language, step.text, author, enquiry=step.enquiry, details=details)
    return name


def before(dialogue: Sequence[Enquiry], last: Enquiry, most: int = 8) -> list[Enquiry]:
    """Returns the turns of a dialogue up to one of them that can be said again: those whose words were kept."""
    upto = dialogue[: [turn.id for turn in dialogue].index(last.id) + 1]
    return [turn for turn in upto if turn.text and turn.outcome != "flow"][-most:]


def by_name(lessons: Iterable[Lesson]) -> dict[str, list[Lesson]]:
    """Returns the turns of each dialogue among some lessons, in their order."""
    found: dict[str, list[Lesson]] = {}
    for lesson in sorted(lessons, key=lambda lesson: (lesson.label, lesson.details.get("number", 0))):
        if lesson.kind == "turn":
            found.setdefault(lesson.label, []).append(lesson)
    return found


def with_dialogues(text: str, lessons: Sequence[Lesson]) -> str:
    """Returns a file of conversations with the dialogues that it does not hold yet."""
    known = _names(text, FILE)
    lines = [
        json.dumps(
            {"id": f"{name}.{number}", "session": name, "text": turn.text, "expect": turn.details.get("expect", {})},
            ensure_ascii=False,
        )
        for name, turns in by_name(lessons).items()
        if name not in known
        for number, turn in enumerate(turns, 1)
    ]
    start = text if not text or text.endswith("\n") else f"{text}\n"
    return start + "".join(f"{line}\n" for line in lines)


def held(settings: Settings) -> frozenset[str]:
    """Returns the names of the dialogues that the checkout tests by now.

    Raises:
        KnowledgeError: a file of conversations cannot be read.
    """
    files = sorted((settings.root / FOLDER).glob("*.jsonl"))
    return frozenset(name for file in files for name in _names(file.read_text(encoding="utf-8"), str(file)))


def _names(text: str, path: str) -> set[str]:
    try:
        return {json.loads(line)["session"] for line in text.splitlines() if line.strip()}
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(path, "must hold one object a line, each with its session") from error
