"""Text counted as Telegram counts it: in UTF-16 code units."""

from __future__ import annotations


def length(text: str) -> int:
    """Returns the number of UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, offset: int, size: int) -> str:
    """Returns the part that an entity covers."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + size)].decode("utf-16-le", errors="replace")
