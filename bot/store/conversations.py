"""Conversations as rows: what one person asked in one sitting, counted. For exports."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.store.models import Enquiry

#: The columns of the export, in their order.
COLUMNS = (
    *("conversation", "pseudonym", "channel", "audience", "languages", "began_at", "ended_at", "turns", "enquiries"),
    *("answer", "choices", "fallback", "handover", "positive", "negative", "topics", "median_latency_ms"),
)


@dataclass
class _Conversation:
    first: Enquiry
    last_at: datetime
    turns: int = 0
    enquiries: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)
    positive: int = 0
    negative: int = 0


def conversations(rows: Iterable[Enquiry]) -> Iterator[dict[str, Any]]:
    """Yields one mapping per conversation, in the order in which they began; turns without one are left out.

    Args:
        rows: the turns, oldest first.
    """
    found: dict[str, _Conversation] = {}
    for row in rows:
        if not row.conversation:
            continue
        one = found.setdefault(row.conversation, _Conversation(row, row.created_at))
        one.last_at = row.created_at
        one.turns += 1
        if row.language not in one.languages:
            one.languages.append(row.language)
        if row.latency_ms is not None:
            one.latencies.append(row.latency_ms)
        if not row.is_enquiry:
            continue
        one.enquiries += 1
        one.outcomes[row.outcome] = one.outcomes.get(row.outcome, 0) + 1
        if row.topic and row.topic not in one.topics:
            one.topics.append(row.topic)
        one.positive += (row.feedback or "").startswith("positive")
        one.negative += (row.feedback or "").startswith("negative")
    for name, one in found.items():
        yield {
            "conversation": name,
            "pseudonym": one.first.pseudonym,
            "channel": one.first.channel,
            "audience": one.first.audience,
            "languages": " ".join(one.languages),
            "began_at": one.first.created_at.isoformat(),
            "ended_at": one.last_at.isoformat(),
            "turns": one.turns,
            "enquiries": one.enquiries,
            **{outcome: one.outcomes.get(outcome, 0) for outcome in ("answer", "choices", "fallback", "handover")},
            "positive": one.positive,
            "negative": one.negative,
            "topics": " ".join(one.topics),
            "median_latency_ms": round(statistics.median(one.latencies)) if one.latencies else None,
        }
