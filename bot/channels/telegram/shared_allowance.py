"""How much one person may ask of all processes together: the purse is in Redis, and here while Redis is away."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from bot.channels.telegram.allowance import Allowance

logger = logging.getLogger(__name__)

_TIMEOUT_S = 0.2
#: After a failure this process counts alone for so long, so that not every message waits for a server that is away.
_ALONE_S = 5.0
# Tokens come back with time; who has none is refused, and told so once until something is answered again.
# KEYS: the purse. ARGV: burst, tokens per second, 1 to ask for one or 0 to ask whether to tell.
_SCRIPT = """
local burst, per_s = tonumber(ARGV[1]), tonumber(ARGV[2])
local moment = redis.call('TIME')
local now = moment[1] + moment[2] / 1000000
local purse = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'told')
local tokens = math.min(burst, tonumber(purse[1] or burst) + math.max(0, now - tonumber(purse[2] or now)) * per_s)
local answer, told = 0, purse[3] or '0'
if ARGV[3] == '1' then
  if tokens >= 1 then tokens, told, answer = tokens - 1, '0', 1 end
elseif purse[1] and told == '0' then
  told, answer = '1', 1
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now), 'told', told)
redis.call('EXPIRE', KEYS[1], math.ceil(burst / per_s) + 60)
return answer
"""


class SharedAllowance(Allowance):
    """An allowance that every process with the same Redis counts together."""

    def __init__(
        self, url: str, name: str, burst: int, per_minute: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Touches no network yet; `name` tells this allowance from others."""
        super().__init__(burst, per_minute, clock)
        self._name = name
        self._redis = Redis.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
        self._script: Any = self._redis.register_script(_SCRIPT)
        self._alone_until = float("-inf")

    def admits(self, key: str) -> bool:
        """See parent class."""
        answer = self._asked(key, "1")
        return super().admits(key) if answer is None else answer

    def should_tell(self, key: str) -> bool:
        """See parent class."""
        answer = self._asked(key, "0")
        return super().should_tell(key) if answer is None else answer

    def close(self) -> None:
        """Lets go of Redis."""
        self._redis.close()

    def _asked(self, key: str, what: str) -> bool | None:
        if self._clock() < self._alone_until:
            return None
        # The id of a group is in no database in clear; it is in none here either.
        place = f"partnerguide:allowance:{self._name}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        try:
            return bool(self._script(keys=[place], args=[self._burst, self._per_s, what]))
        except (RedisError, OSError) as error:
            logger.warning("Redis is away (%s); this process counts alone meanwhile", type(error).__name__)
            self._alone_until = self._clock() + _ALONE_S
            return None
