"""How well the examples tell entries and intents apart: each is read by the others, k-fold.

By the likeness of words alone, as the first component of the pipeline reads: vectors and weights would take an hour. It
finds examples that stand nearer to another label's, not how often people are answered rightly.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.dialogue.training import write_beside
from bot.evaluation import metrics
from bot.knowledge.loader import KnowledgeBase, normal_question
from bot.nlu.evidence import FAQ, OUT_OF_SCOPE
from bot.settings import Settings
from bot.teaching.sentences import Place, Sentences, taught_places

FOLDS = 5
#: Two examples of different labels this alike (0-1) are worth reading beside each other.
OVERLAPS_FROM = 0.85
_MOST = 100
# So many examples are compared between two words on the progress.
_PORTION = 1000
_FILE = "cross_validation.json"


def cross_validate(
    settings: Settings, knowledge: KnowledgeBase, report: Callable[[float, str], None]
) -> dict[str, Any]:
    """Writes down how well the examples of the checkout tell their labels apart, for `last`; returns what it wrote.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    report(0.0, "reading")
    terms = {f"{FAQ}{entry.id}" for entry in knowledge.entries.values() if entry.is_term}  # looked up, not learned
    places = [place for place in taught_places(settings, knowledge) if place.label not in terms]
    found = {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="minutes"),
        "knowledge_version": knowledge.version,
        **crossed(places, list(knowledge.languages), report),
    }
    settings.models.mkdir(parents=True, exist_ok=True)
    write_beside(settings.models / _FILE, found)
    return found


def last(settings: Settings) -> dict[str, Any]:
    """Returns what `cross_validate` has written down last; empty where it never has."""
    try:
        found: dict[str, Any] = json.loads((settings.models / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def crossed(
    places: Sequence[Place], languages: Sequence[str], report: Callable[[float, str], None] = lambda share, step: None
) -> dict[str, Any]:
    """Returns how well labelled sentences are told apart by the others.

    Returns:
        `languages`: per language how many examples were `asked`, and the share nearest to one of its own label
        (`right`). `labels`: per label how many were `asked`, `precision` and `recall`, the worst recall first.
        `confusions`: a label, the other that its examples are nearer to, and how many of them; most first, without
        what is out of scope, which is like anything. `overlaps`:
        pairs of examples of different labels that are much alike, as label, text, other label, other text. All
        JSON-ready.
    """
    # NumPy and scikit-learn take a second to import: never for the page that shows what was found.
    import numpy as np

    from bot.nlu.examples import Examples

    # Sorted, so that each fold holds its share of every label, and the same examples make the same folds.
    kept = {(place.label, normal_question(place.text)): place for place in places}
    mine = [kept[key] for key in sorted(kept)]
    found, alike = [""] * len(mine), []
    for fold in range(FOLDS):
        others = [place for number, place in enumerate(mine) if number % FOLDS != fold]
        if not others:
            continue
        examples = Examples.fit([place.text for place in others], [place.label for place in others])
        place_of = {label: at for at, label in enumerate(examples.labels)}
        asked = range(fold, len(mine), FOLDS)
        for start in range(0, len(asked), _PORTION):
            numbers = asked[start : start + _PORTION]
            likeness = examples.likeness(examples.rows([mine[number].text for number in numbers]))
            for number, row in zip(numbers, likeness, strict=True):
                own = mine[number].label
                # Of two labels that are equally near its own is meant.
                is_own = row[place_of[own]] >= row.max() if own in place_of else False
                found[number] = own if is_own else examples.labels[int(np.argmax(row))]
                alike += _alike(number, own, examples.labels, row)
            report((fold + (start + len(numbers)) / len(asked)) / FOLDS, "comparing")
    wanted = [place.label for place in mine]
    pairs = zip(wanted, found, strict=True)
    confused = Counter((label, other) for label, other in pairs if label not in (other, OUT_OF_SCOPE))
    return {
        "languages": _by_language(mine, found, languages),
        "labels": _by_label(wanted, found),
        "confusions": [[*pair, count] for pair, count in sorted(confused.items(), key=_most_first)[:_MOST]],
        "overlaps": _overlaps(mine, sorted(alike, reverse=True)),
    }


def _alike(number: int, own: str, labels: list[str], row: Any) -> list[tuple[float, int, str]]:
    """Returns which other labels have an example much like one, with how much, and the one's number."""
    near = (row >= OVERLAPS_FROM).nonzero()[0]
    return [(round(float(row[at]), 4), number, labels[at]) for at in near if labels[at] != own]


def _by_language(places: Sequence[Place], found: Sequence[str], languages: Sequence[str]) -> dict[str, Any]:
    hits: dict[str, list[bool]] = {}
    for place, label in zip(places, found, strict=True):
        code = next((part for part in Path(place.where).parts if part in languages), "")
        hits.setdefault(code, []).append(place.label == label)
    return {code: {"asked": len(those), "right": metrics.share(those)} for code, those in sorted(hits.items())}


def _by_label(wanted: Sequence[str], found: Sequence[str]) -> list[dict[str, Any]]:
    asked, taken = Counter(wanted), Counter(found)
    right = Counter(label for label, other in zip(wanted, found, strict=True) if label == other)
    rows = [
        {
            "label": label,
            "asked": count,
            "precision": right[label] / taken[label] if taken[label] else None,
            "recall": right[label] / count,
        }
        for label, count in asked.items()
    ]
    return sorted(rows, key=lambda row: (row["recall"], row["label"]))


def _overlaps(places: Sequence[Place], alike: Sequence[tuple[float, int, str]]) -> list[list[str]]:
    """Returns the pairs that are most alike, each once, with the words of both."""
    sentences = Sentences(places)
    pairs: dict[tuple[tuple[str, str], tuple[str, str]], list[str]] = {}
    for _, number, label in alike:
        if len(pairs) == _MOST:
            break
        one = places[number]
        near = (*sentences.same(one.text), *sentences.near(one.text))
        for other in [place for place in near if place.label == label][:1]:
            first, second = sorted([(one.label, one.text), (other.label, other.text)])
            pairs.setdefault((first, second), [*first, *second])
    return list(pairs.values())


def _most_first(pair: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -pair[1], pair[0]
