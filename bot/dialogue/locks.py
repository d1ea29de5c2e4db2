"""One turn at a time per conversation, across processes: a lock in Redis, or in this process while Redis is away."""

from __future__ import annotations

import contextlib
import logging
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.core.lock_store import InMemoryLockStore
from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

logger = logging.getLogger(__name__)

#: A turn takes hundredths of a second. A lock that nobody has let go of belongs to a process that is gone.
_LIFETIME_S = 30.0
_LOOK_EVERY_S = 0.02
#: After so long it is looked whether whoever holds the lock is still there.
_TURN_S = 0.5
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
            is_held = await self._taken(redis, lock)
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

    async def _taken(self, redis: Redis[bytes], lock: Any) -> bool:
        token = f"{_process_space()}/{os.getpid()}/{uuid.uuid4().hex}"
        try:
            is_held = bool(await lock.acquire(token=token, blocking_timeout=_TURN_S))
            if not is_held:
                await _take_from_the_dead(redis, lock)
                is_held = bool(await lock.acquire(token=token))
        except (RedisError, OSError) as error:
            if not self._is_away:
                logger.warning("Redis is away (%s); each process keeps its own order meanwhile", type(error).__name__)
            self._is_away = True
            return False
        if self._is_away:
            logger.warning("Redis is back")
        self._is_away = False
        return is_held


async def _take_from_the_dead(redis: Redis[bytes], lock: Any) -> None:
    """Lets go of a lock that a killed process of this machine has left."""
    holder = await redis.get(lock.name) or b""
    space, process, _ = [*holder.decode(errors="replace").split("/"), "", ""][:3]
    if space and space == _process_space() and process.isdecimal() and not Path("/proc", process).exists():
        with contextlib.suppress(LockError):  # somebody else has it by now
            await lock.do_release(holder)


@lru_cache(maxsize=1)
def _process_space() -> str:
    """Returns what names the processes among which this one's number is its own; empty where nothing tells."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{os.readlink('/proc/self/ns/pid')}"
    except OSError:  # another system than Linux
        return ""
