"""Groups questions that were not answered, or badly, by what they are about: by the letters they share.

The same questions always give the same groups. Nothing of it is stored: themes vanish with the questions.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.knowledge.loader import normal_question
from bot.store.unanswered import Unanswered
from bot.text.terms import search_terms, words

Array = Any  # arrays of numpy 1.23; shapes are said in the comments

#: The newest so many questions are looked at. What a cluster costs grows with the square of the different ones: 2,000
#: take 0.4 s on one core (2026-11-30).
MOST = 2000
#: Two groups become one while their questions are, on average, at least this similar (cosine of letter groups, 0-1).
#: Of 1,200 held-out questions, which are labelled and rarely about the same, it groups 537, three in five of them with
#: their group's topic; 0.3 groups 221, seven in ten of them so (2026-11-30).
ALIKE_FROM = 0.2
#: A theme's trend is told in so many steps of equal length.
STEPS = 8


@dataclass(frozen=True)
class Theme:
    """One group: `key` names it by its questions, `heading` is the question in its middle.

    `trend` counts its questions in `STEPS` steps over the span, oldest first; `entries` are the entries that stood for
    an answer, the most frequent first.
    """

    key: str
    heading: str
    questions: tuple[Unanswered, ...]
    trend: tuple[int, ...]
    entries: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """How many questions it holds."""
        return len(self.questions)

    @property
    def texts(self) -> list[Unanswered]:
        """Its different questions, the most frequent first."""
        return [those[0] for those in _alike(self.questions)]

    @property
    def languages(self) -> list[str]:
        """The languages it is asked in, the most frequent first."""
        return [code for code, _ in Counter(question.language for question in self.questions).most_common()]


def themes(questions: Sequence[Unanswered], since: datetime, until: datetime) -> list[Theme]:
    """Returns the themes of some questions, largest first; a question that is like no other is a theme of its own."""
    distinct = _alike(questions)
    # Texts in an order of their own, so that the order of the rows makes no difference.
    distinct.sort(key=lambda those: _key(those[0].text))
    labels = _clustered([_key(those[0].text) for those in distinct])
    groups: dict[int, list[list[Unanswered]]] = {}
    for label, those in zip(labels, distinct, strict=True):
        groups.setdefault(label, []).append(those)
    found = [_theme(those, since, until) for those in groups.values()]
    return sorted(found, key=lambda theme: (-theme.size, theme.key))


def common_words(theme: Theme, least: int = 3, most: int = 4) -> list[str]:
    """Returns the words that at least so many questions of a theme share, the most frequent first.

    What a single person has said is not among them.
    """
    counted: Counter[str] = Counter()
    for question in theme.questions:
        counted.update({word for word in words(question.text) if search_terms(word)})
    frequent = [(word, count) for word, count in counted.items() if count >= least]
    return [word for word, _ in sorted(frequent, key=lambda pair: (-pair[1], pair[0]))[:most]]


def _theme(distinct: list[list[Unanswered]], since: datetime, until: datetime) -> Theme:
    ordered = sorted(distinct, key=lambda those: (-len(those), len(those[0].text), those[0].text))
    questions = tuple(question for those in ordered for question in those)
    keys = sorted({_key(question.text) for question in questions})
    step = max((until - since) / STEPS, timedelta(microseconds=1))
    trend = [0] * STEPS
    for question in questions:
        trend[min(max(int((question.created_at - since) / step), 0), STEPS - 1)] += 1
    entries = Counter(question.entry for question in questions if question.entry)
    return Theme(
        key=hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16],
        heading=_middle(ordered),
        questions=questions,
        trend=tuple(trend),
        entries=tuple(entries.most_common()),
    )


def _middle(ordered: list[list[Unanswered]]) -> str:
    """Returns the question that shares most letters with the others of its theme."""
    if len(ordered) == 1 or len(ordered[0]) > 1:
        return ordered[0][0].text
    similar = _similarity([_key(those[0].text) for those in ordered])
    return ordered[int(similar.sum(axis=1).argmax())][0].text


def _alike(questions: Sequence[Unanswered]) -> list[list[Unanswered]]:
    """Returns the questions, those of the same words together, the most frequent first."""
    groups: dict[str, list[Unanswered]] = {}
    for question in questions:
        groups.setdefault(normal_question(question.text), []).append(question)
    return sorted(groups.values(), key=lambda those: -len(those))


def _key(text: str) -> str:
    """Returns what a question is compared by: stems without the words that only carry it."""
    return " ".join(search_terms(text))


def _clustered(texts: Sequence[str]) -> list[int]:
    """Returns the number of the group of each text."""
    if len(texts) < 2:
        return [0] * len(texts)
    from scipy.cluster.hierarchy import average, fcluster
    from scipy.spatial.distance import squareform

    apart = 1.0 - _similarity(texts)
    groups = fcluster(average(squareform(apart, checks=False)), 1.0 - ALIKE_FROM, criterion="distance")
    return [int(group) for group in groups]


def _similarity(texts: Sequence[str]) -> Array:
    """Returns texts by texts: the cosine of their groups of three or four letters, rare ones counting more."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, dtype=np.float32)
    rows = vectoriser.fit_transform([text or "?" for text in texts])
    similar = np.clip((rows @ rows.T).toarray().astype(np.float64), 0.0, 1.0)
    np.fill_diagonal(similar, 1.0)
    return similar
