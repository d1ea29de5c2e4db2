"""What is asked in measurements: different words each time, the same on every run."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("asked.yml")


def questions(count: int, seed: int = 11) -> list[str]:
    """Returns so many questions, English and Chinese in turn; none comes again before every one has come once."""
    lists = []
    for code, words in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items():
        made = [f"{opening}{question}" for opening in words["openings"] for question in words["questions"]]
        random.Random(f"{seed} {code}").shuffle(made)
        lists.append(made)
    in_turn = [question for pair in zip(*lists, strict=True) for question in pair]
    return list(itertools.islice(itertools.cycle(in_turn), count))
