"""One of several processes that answer: it gets its updates from the receiving process and tells it what is done.

It is forked with the model loaded (see `mould`).

Standard input brings one update a line, as JSON, that is in the inbox already; standard output says `ready` once and
`done NUMBER SECONDS` for each, answered or put back. The seconds are how long it is not to be given again, which is 0
but where the platform has said so. The end of standard input is the end of the work.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys

from telegram import Update

from bot.channels.telegram.application import Assembly
from bot.channels.telegram.monitor import Monitor
from bot.channels.telegram.mould import forked
from bot.channels.telegram.running import PURGE_EVERY, SWEEP_S, begin, end, keep_telling, publish, purge
from bot.channels.telegram.secrecy import keep_token_out
from bot.dialogue.door import Dialogue, open_dialogue
from bot.dialogue.opening import load_everything
from bot.settings import Settings

logger = logging.getLogger(__name__)

#: No update is longer: what the platform sends is cut at a megabyte.
_MOST_BYTES = 4 * 1024 * 1024


def forked_dialogue(settings: Settings) -> tuple[int, Dialogue] | None:
    """Returns index and dialogue of the worker that this process is forked to be; None in the mould, at its end.

    Nothing but the dialogue holds what was loaded: once it has taken up another model, the one of before is gone.

    Raises:
        BotError: the model or the files cannot be used, or do not survive a fork; in a worker: a setting or the log.
    """
    loaded = load_everything(settings)
    index = forked()
    return None if index is None else (index, open_dialogue(settings, lasting=True, loaded=loaded))


async def work(assembly: Assembly, index: int, monitor: Monitor | None = None) -> None:
    """Works until standard input ends; what is in work then is finished first.

    Args:
        index: the first worker, 0, also publishes the menu, deletes what is old, and tells whose request is overdue.

    Raises:
        ChannelError: Telegram refuses the token, or cannot be reached at the start.
    """
    keep_token_out(assembly.front.settings.telegram_token)
    loop = asyncio.get_running_loop()
    # Meant for the receiving process, which then ends our input; a terminal and systemd send it to all of us.
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, lambda: None)
    lines = asyncio.StreamReader(limit=_MOST_BYTES)
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    if monitor is not None:
        await monitor.start()
    await begin(assembly)
    tasks: list[asyncio.Task[None]] = []
    try:
        put_back = assembly.queue.put_back
        assembly.queue.on_left = lambda number: _say(f"done {number} {put_back.wait_s(number):.1f}")
        await assembly.app.start()
        if index == 0:
            tasks += [asyncio.create_task(each(assembly)) for each in (publish, _tidy, keep_telling)]
        if monitor is not None:
            monitor.is_listening = True
        _say("ready")
        while line := await lines.readline():
            await assembly.queue.take_over(Update.de_json(json.loads(line), assembly.app.bot))
    finally:
        await end(assembly, None, tasks)
        if monitor is not None:
            await monitor.stop()
        pipe.close()
        await asyncio.sleep(0)  # it is closed by the loop's next turn


async def _tidy(assembly: Assembly) -> None:
    while True:
        await asyncio.to_thread(purge, assembly)
        await asyncio.sleep(SWEEP_S * PURGE_EVERY)


def _say(line: str) -> None:
    try:
        print(line, flush=True)
    except (BrokenPipeError, ValueError):
        logger.debug("the receiving process is gone")
