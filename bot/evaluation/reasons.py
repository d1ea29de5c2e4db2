"""The numbers of `config.yml` with the reasons that stand beside them: YAML itself forgets comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_NUMBER = re.compile(r"^\s+([a-z_]+):\s*([0-9.]+)\s*$")
_COMMENT = re.compile(r"^\s*#\s?(.*)$")


@dataclass(frozen=True)
class Reason:
    """A number of the configuration and the comment above it; the same comment may stand above several."""

    name: str
    value: float
    why: str


def reasons(config: Path) -> list[Reason]:
    """Returns the commented numbers of a configuration in their order; empty where there is none to read."""
    try:
        lines = config.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found: list[Reason] = []
    comment: list[str] = []
    is_open = False
    for line in lines:
        if said := _COMMENT.match(line):
            comment = [*comment, said.group(1)] if is_open else [said.group(1)]
            is_open = True
            continue
        is_open = False
        number = _NUMBER.match(line)
        if number and comment:
            found.append(Reason(number.group(1), float(number.group(2)), " ".join(comment)))
        elif not number:
            comment = []
    return found
