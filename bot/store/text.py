"""Making strings safe for both databases. What is personal in them belongs to `redaction`."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Any

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def safe_text(text: str, limit: int | None = None) -> str:
    """Returns `text` without NUL, with lone surrogates replaced, cut to `limit` characters.

    PostgreSQL refuses NUL, and neither driver can encode a lone surrogate.
    """
    clean = _LONE_SURROGATE.sub("\ufffd", text.replace("\0", ""))
    return clean if limit is None else clean[:limit]


def safe_name(name: str, limit: int = 200) -> str:
    """Returns `name` safe and no longer than `limit`, two different names still being different.

    PostgreSQL refuses index rows above 2,704 bytes, and a session's name comes from outside.
    """
    clean = safe_text(name)
    if len(clean) <= limit:
        return clean
    digest = hashlib.sha256(clean.encode()).hexdigest()[:16]
    return f"{clean[: limit - 17]}~{digest}"


def safe_json(value: Any) -> Any:
    """Returns JSON-ready data with every string safe and NaN and infinity as None, which PostgreSQL's JSON refuses."""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {safe_text(str(key)): safe_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [safe_json(inner) for inner in value]
    return value
