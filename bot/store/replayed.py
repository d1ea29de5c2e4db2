"""What people have asked, in the order of their conversations: what another model can be asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from bot.store.statements import TABLE
from bot.store.table import Table


@dataclass(frozen=True)
class PastTurn:
    """One turn as it went; `is_replayed` tells that it is one of the questions to ask again.

    The others of its conversation say what that question may have leaned on.
    """

    id: str
    conversation: str
    created_at: datetime
    text: str
    intent: str
    outcome: str
    entry: str
    is_replayed: bool = False


class PastTurnStore(Table):
    """Reads them. Every method raises StoreError while the database is away."""

    def newest(self, limit: int, memory: timedelta) -> Sequence[PastTurn]:
        """Returns the newest questions that people have typed, answered or not, and the turns before them.

        Args:
            limit: so many questions.
            memory: how long a conversation is remembered: turns that long before the first question are given, too.

        Returns:
            The turns, one conversation after the other, each oldest first.
        """
        content = or_(TABLE.c.intent.in_(("faq", "out_of_scope")), TABLE.c.intent.startswith("faq/"))
        is_read = and_(TABLE.c.text != "", TABLE.c.channel != "jsonl")
        typed = select(TABLE.c.id, TABLE.c.conversation, TABLE.c.created_at)
        typed = typed.where(TABLE.c.is_enquiry.is_(True), content, is_read)
        typed = typed.order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc()).limit(limit)
        names = ("id", "conversation", "created_at", "text", "intent", "outcome", "entry")
        with self._connection() as connection:
            picked = connection.execute(typed).all()
            if not picked:
                return []
            around = select(*(TABLE.c[name] for name in names)).where(
                is_read,
                TABLE.c.conversation.in_({row.conversation for row in picked}),
                TABLE.c.created_at >= picked[-1].created_at - memory,
            )
            around = around.order_by(TABLE.c.conversation, TABLE.c.created_at, TABLE.c.id)
            ids = {row.id for row in picked}
            return [PastTurn(**row, is_replayed=row["id"] in ids) for row in connection.execute(around).mappings()]
