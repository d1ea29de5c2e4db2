"""Entities that Telegram finds by itself in any text: commands, mentions, links, addresses, hashtags."""

from __future__ import annotations

import re
from typing import Any

from tests.telegram_server import utf16

#: In the order in which an overlap is decided.
PATTERNS = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "url": re.compile(
        r"(?<![\w@.])(?:https?://[^\s<>\"，。；、（）]+|(?:[a-z0-9-]+\.)+(?:com|org|net|int)\b(?:/[^\s<>\"]*)?)", re.I
    ),
    "bot_command": re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w@/<>])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{2,31}(?![\w@])"),
    "hashtag": re.compile(r"(?<![\w#])#\w*[^\W\d]\w*"),
}


def _overlaps(entity: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    return any(
        entity["offset"] < other["offset"] + other["length"] and other["offset"] < entity["offset"] + entity["length"]
        for other in others
    )


def find_entities(text: str, given: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Returns `given` and the entities found in the text around them, by place."""
    entities = list(given or [])
    closed = [entity for entity in entities if entity["type"] in ("code", "pre", "text_link", "text_mention")]
    found: list[dict[str, Any]] = []
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            # A full stop or a bracket behind an address belongs to the sentence.
            matched = match.group().rstrip(".,:;!?)") if kind == "url" else match.group()
            entity = {"type": kind, "offset": utf16.length(text[: match.start()]), "length": utf16.length(matched)}
            if not _overlaps(entity, closed + found):
                found.append(entity)
    return sorted(entities + found, key=lambda entity: (entity["offset"], -entity["length"]))
