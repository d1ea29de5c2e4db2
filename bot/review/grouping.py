"""Keeps how questions were grouped into themes, so that the same ones are not grouped anew for every page.

What is kept are ids and figures. The texts are those that the caller has just read: whoever is forgotten is in none.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.unanswered import Unanswered
from bot.teaching.themes import Theme, themes

#: So many spans are kept, those grouped last: a range of days in a language is one.
_MOST = 8


@dataclass(frozen=True)
class _Outline:
    """A theme without its texts: `heading` and `questions` are ids."""

    key: str
    heading: str
    questions: tuple[str, ...]
    trend: tuple[int, ...]
    entries: tuple[tuple[str, int], ...]


class Grouping:
    """The newest grouping of the spans that were grouped last. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[str, list[_Outline]]] = {}

    def themes(self, span: Hashable, questions: Sequence[Unanswered], since: datetime, until: datetime) -> list[Theme]:
        """Returns the themes of some questions, as `bot.teaching.themes.themes` does.

        Args:
            span: names what was asked for; its grouping before, of other questions, is let go of.
        """
        mark = _mark(questions, since, until)
        with self._lock:
            known, outlines = self._kept.get(span, ("", []))
        if known == mark:
            return _filled(outlines, questions)
        found = themes(questions, since, until)
        with self._lock:
            self._kept.pop(span, None)
            self._kept[span] = (mark, [_outline(theme) for theme in found])
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        return found


def _mark(questions: Sequence[Unanswered], since: datetime, until: datetime) -> str:
    """Returns what another span or other questions never have: one that came, went, or was blanked or judged."""
    return hashlib.sha256(repr((since, until, [*questions])).encode("utf-8", "replace")).hexdigest()


def _outline(theme: Theme) -> _Outline:
    heading = next(question.id for question in theme.questions if question.text == theme.heading)
    return _Outline(theme.key, heading, tuple(q.id for q in theme.questions), theme.trend, theme.entries)


def _filled(outlines: Sequence[_Outline], questions: Sequence[Unanswered]) -> list[Theme]:
    by_id = {question.id: question for question in questions}
    return [
        Theme(
            key=outline.key,
            heading=by_id[outline.heading].text,
            questions=tuple(by_id[id] for id in outline.questions),
            trend=outline.trend,
            entries=outline.entries,
        )
        for outline in outlines
    ]
