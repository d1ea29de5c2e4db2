"""One turn at a time per conversation, across processes: a lock in Redis, or in this process while Redis is away."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import InMemoryLockStore
from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

logger = logging.getLogger(__name__)

#: A turn takes hundredths of a second. A lock that nobody has let go of belongs to a process that is gone.
_LIFETIME_S = 30.0
_LOOK_EVERY_S = 0.02
#: Redis is on the same machine or next to it; whoever waits longer for it waits for nothing.
_TIMEOUT_S = 0.5
_PREFIX = "partnerguide:turn:"


class SharedLocks(InMemoryLockStore):  # type: ignore[misc]  # rasa ships no types
    """Locks of Redis, taken and let go of in one step each.

    Rasa's own `RedisLockStore` reads a queue of tickets, changes it and writes it back, between which another process
    may do the same: two then hold the same lock; and whoever waits looks once a second (rasa 3.6.21).
    """

    def __init__(self, url: str) -> None:
        """Touches no network yet."""
        super().__init__()
        self._url = url
        self._is_away = False

    @asynccontextmanager
    async def lock(self, conversation_id: str, *arguments: Any, **values: Any) -> AsyncIterator[Any]:
        """See parent class. Within this process turns keep their order; other processes are waited for."""
        within = super().lock(conversation_id, *arguments, wait_time_in_seconds=_LOOK_EVERY_S)
        async with within as ticket, self._everywhere(conversation_id):
            yield ticket

    @asynccontextmanager
    async def _everywhere(self, conversation_id: str) -> AsyncIterator[None]:
        # A connection belongs to an event loop; one per turn costs 0.3 ms and knows no other.
        redis: Redis[bytes] = Redis.from_url(
            self._url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry_on_error=[]
        )
        lock = redis.lock(
            f"{_PREFIX}{conversation_id}", timeout=_LIFETIME_S, sleep=_LOOK_EVERY_S, blocking_timeout=_LIFETIME_S
        )
        try:
            is_held = await self._taken(lock)
            try:
                yield
            finally:
                if is_held:
                    # Whatever happens to it, it ends by itself.
                    with contextlib.suppress(LockError, RedisError, OSError):
                        await lock.release()
        finally:
            with contextlib.suppress(RedisError, OSError):
                await redis.close(close_connection_pool=True)

    async def _taken(self, lock: Any) -> bool:
        try:
            is_held = bool(await lock.acquire())
        except (RedisError, OSError) as error:
            if not self._is_away:
                logger.warning("Redis is away (%s); each process keeps its own order meanwhile", type(error).__name__)
            self._is_away = True
            return False
        if self._is_away:
            logger.warning("Redis is back")
        self._is_away = False
        return is_held
