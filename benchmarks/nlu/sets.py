"""Reads the public sets from a folder that holds them; nothing of them is in this repository.

Expected are `banking77/{train,test}.csv`, `few_shot_splits/BANKING77/train_10/{seq.in,label}`,
`clinc150/data_full.json` and `bilingual_faq20/bi_{en,zh}{,_test}.tsv` with `bi_mix_test.tsv`, each as its authors
published it (docs/benchmarks-nlu.md names them and their licences).
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import BotError

_EVERY = 2


class SetError(BotError):
    """A public set is missing or of another shape."""


@dataclass(frozen=True)
class Example:
    """A message and its intent."""

    text: str
    label: str


@dataclass(frozen=True)
class BenchmarkSet:
    """Training examples, one or more named sets to ask, and messages that fit no intent."""

    train: list[Example]
    tests: dict[str, list[Example]]
    outside: list[str] = field(default_factory=list)


def banking77(data: Path) -> BenchmarkSet:
    """Returns BANKING77 with all of its training examples."""
    return BenchmarkSet(_csv(data / "banking77" / "train.csv"), {"test": _csv(data / "banking77" / "test.csv")})


def banking77_ten(data: Path) -> BenchmarkSet:
    """Returns BANKING77 with the fixed ten training examples per intent."""
    folder = data / "few_shot_splits" / "BANKING77" / "train_10"
    texts, labels = (_read(folder / name).splitlines() for name in ("seq.in", "label"))
    if len(texts) != len(labels):
        raise SetError(f"{folder}: seq.in has {len(texts)} lines, label {len(labels)}; they must be as many")
    train = [Example(text, label) for text, label in zip(texts, labels, strict=True)]
    return BenchmarkSet(train, {"test": _csv(data / "banking77" / "test.csv")})


def clinc150(data: Path) -> BenchmarkSet:
    """Returns CLINC150 with 50 training examples per intent, and none that is out of scope.

    The authors' own small set draws 50 of the 100 from all over; every other one stands in for it.
    """
    path = data / "clinc150" / "data_full.json"
    try:
        content = json.loads(_read(path))
        parts = {name: [Example(text, label) for text, label in content[name]] for name in ("train", "test")}
        outside = [text for text, _ in content["oos_test"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SetError(f"{path}: not the file of CLINC150 ({type(error).__name__})") from error
    taken: Counter[str] = Counter()
    train = []
    for example in parts["train"]:
        if taken[example.label] % _EVERY == 0:
            train.append(example)
        taken[example.label] += 1
    return BenchmarkSet(train, {"in scope": parts["test"]}, outside)


def bilingual(data: Path) -> BenchmarkSet:
    """Returns 20 intents of BANKING77 in English and Chinese, ten examples each per language."""
    folder = data / "bilingual_faq20"
    tests = {"en": "bi_en_test.tsv", "zh": "bi_zh_test.tsv", "code-mixed": "bi_mix_test.tsv"}
    train = [*_tsv(folder / "bi_en.tsv"), *_tsv(folder / "bi_zh.tsv")]
    return BenchmarkSet(train, {name: _tsv(folder / file) for name, file in tests.items()})


#: The sets by the names of the commands.
SETS: dict[str, Callable[[Path], BenchmarkSet]] = {
    "banking77": banking77,
    "banking77-10": banking77_ten,
    "clinc150": clinc150,
    "bilingual": bilingual,
}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetError(
            f"{path} cannot be read ({error.strerror}); --data names the folder of the public sets"
        ) from error


def _csv(path: Path) -> list[Example]:
    try:
        return [Example(row["text"], row["category"]) for row in csv.DictReader(_read(path).splitlines(keepends=True))]
    except KeyError as error:
        raise SetError(f"{path}: has no column {error}; wanted are text and category") from error


def _tsv(path: Path) -> list[Example]:
    examples = []
    for number, line in enumerate(_read(path).splitlines(), start=1):
        text, tab, label = line.partition("\t")
        if line.strip():
            if not tab or not label.strip():
                raise SetError(f"{path}: line {number}: wanted are a message, a tab and its intent")
            examples.append(Example(text, label.strip()))
    return examples
