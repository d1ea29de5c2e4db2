"""The Redis server that processes share: whether it can be reached. What is kept in it lies with those who keep it."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError

from bot.errors import StoreError

_TIMEOUT_S = 3


def version(url: str) -> str:
    """Returns the version of the server at `url`, as a line to read.

    Raises:
        StoreError: it cannot be reached; the message repeats no address, which may hold a password.
    """
    try:
        with Redis.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S) as redis:
            return f"Redis {redis.info('server')['redis_version']} answers"
    except (RedisError, OSError, ValueError) as error:
        raise StoreError(
            f"PARTNERGUIDE_REDIS_URL: no answer ({type(error).__name__}); start Redis, or correct the address"
        ) from error
