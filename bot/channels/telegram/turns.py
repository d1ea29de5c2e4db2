"""A person's turn over all machines: what they wrote before is answered first, by whichever machine has it.

Within one process, and between the workers of a machine, the queue keeps that order. Machines behind a load balancer
see of each other what stands in the inbox.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bot.store.inbox import Inbox

logger = logging.getLogger(__name__)

#: So long nothing may move among what is waited for: its machine may be gone, and whoever writes on is to be answered.
#: An answer takes hundredths of a second, and a second more where the platform's pace for a chat holds it up.
PATIENCE_S = 5.0
#: Nothing tells when another machine is done; it is looked for so often, more and more seldom.
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.03, 0.4


class Turns:
    """Waits for what other machines have of the same person."""

    def __init__(
        self, inbox: Inbox, is_here: Callable[[str, int], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`is_here` says of a person's message whether this process has it in its own order, or has put it back."""
        self._inbox = inbox
        self._is_here = is_here
        self._clock = clock

    async def come(self, person: str, number: int, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Waits until the earlier messages that other machines have are answered, or nothing moves among them."""
        if not self._inbox.is_shared or number < 0:  # our own updates are nobody's next message
            return
        before, patient_until, look_s = frozenset[int](), 0.0, _FIRST_LOOK_S
        while not is_stopping():
            earlier = await asyncio.to_thread(self._inbox.earlier, number, person)
            elsewhere = frozenset(each for each in earlier if not self._is_here(person, each))
            if not elsewhere:
                return
            if elsewhere != before:
                before, patient_until = elsewhere, self._clock() + PATIENCE_S
            elif self._clock() >= patient_until:
                logger.warning("a message is not kept waiting any longer for what another machine has taken")
                return
            await asyncio.sleep(look_s)
            look_s = min(2 * look_s, _LONGEST_LOOK_S)
