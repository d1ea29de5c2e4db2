"""The index of places: which locators a source has and which numbers stand at each, in `knowledge/sources/`.

Made once from the official texts and kept in the repository, so that citations and figures can be checked anywhere.
It holds numbers only, never sentences.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import read_yaml
from bot.knowledge.numbers import numbers_in


def write_index(paragraphs: Path, sources: Path) -> dict[str, int]:
    """Rewrites the `places` of every source file from a file of official paragraphs.

    Args:
        paragraphs: JSON lines with `source`, `locator` and the text under a language code (here `zh`).
        sources: the folder of source files; sources that the paragraphs do not hold stay as they are.

    Returns:
        The number of places written per source symbol.

    Raises:
        KnowledgeError: the paragraphs cannot be read.
    """
    places = _read(paragraphs)
    written = {}
    for path in sorted(sources.glob("*.yml")):
        symbol = read_yaml(path)["symbol"]
        if symbol not in places:
            continue
        head = path.read_text(encoding="utf-8").split("\nplaces:")[0].rstrip()
        lines = [
            f'  "{locator}": [{", ".join(f"{n:f}" for n in sorted(numbers))}]' for locator, numbers in places[symbol]
        ]
        path.write_text("\n".join([head, "places:", *lines]) + "\n", encoding="utf-8")
        written[symbol] = len(lines)
    return written


def _read(paragraphs: Path) -> dict[str, list[tuple[str, set[Decimal]]]]:
    places: dict[str, list[tuple[str, set[Decimal]]]] = {}
    try:
        for line in paragraphs.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            # The texts break lines inside numbers at times ("1 100" over two lines): join first.
            text = re.sub(r"\s+", " ", row["zh"])
            places.setdefault(row["source"], []).append((row["locator"], {n.normalize() for n in numbers_in(text)}))
    except OSError as error:
        raise KnowledgeError(paragraphs, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(paragraphs, "must hold one JSON object a line with source, locator, zh") from error
    return places
