"""What is aimed at, and whether what was measured meets it."""

from __future__ import annotations

#: How many times as long what is compared with takes for one person, by name and row.
TIMES = {
    "same model": {"bare": 6.0, "product": 3.0},
    "as it comes": {"bare": 9.0, "product": 3.0},
}
#: Of the time that `rasa shell` takes to its first answer.
START_SHARE = 0.5
MEMORY_BYTES = 700e6
#: A reply with the longest log, or late in the longest conversation, against the first.
GROWTH = 1.5
#: A reply with the largest knowledge base against the present one.
KNOWLEDGE_GROWTH = 2.0
#: Questions a second through Telegram, of one process.
TELEGRAM_PER_S = 30


def at_least(value: float, aim: float) -> str:
    """Returns "met", or by how much a value falls short of an aim."""
    return _verdict(value >= aim, (aim - value) / aim)


def more_than(value: float, aim: float) -> str:
    """Returns "met", or by how much a value falls short of what should be exceeded."""
    return _verdict(value > aim, (aim - value) / aim)


def at_most(value: float, aim: float) -> str:
    """Returns "met", or by how much a value exceeds an aim."""
    return _verdict(value <= aim, (value - aim) / aim)


def less_than(value: float, aim: float) -> str:
    """Returns "met", or by how much a value exceeds what it should stay below."""
    return _verdict(value < aim, (value - aim) / aim)


def _verdict(is_met: bool, missing: float) -> str:
    if is_met:
        return "met"
    return f"missed by {missing:.0%}" if missing >= 0.005 else "just missed"
