"""A process that has loaded the model once and forks every worker from it, each within a moment.

What it has loaded it shares with them for as long as nobody changes it. It has one thread and no connection of its own:
nothing is halfway done when it is forked. Orders come through a socket that is its standard input, from the receiving
process: the number of a worker, with the two ends that become the worker's standard input and output. The first line
that a worker says is the number of its process. Asked for no worker, the mould says that itself, once it has loaded
everything. The end of the orders is the end of the mould.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from bot.errors import ChannelError

#: The longest line that a worker says.
_LINE_BYTES = 64 * 1024
_NUMBER = struct.Struct("!q")
_ENDS = 2
# The order for no worker.
_NONE = -1


def forked() -> int | None:
    """Forks a worker for each order; returns its index in each of them, and None in the mould once the orders end.

    Call it when everything that the workers share is loaded. Standard input and output of a worker are its own.

    Raises:
        ChannelError: what is loaded does not survive a fork, or the system forks no more processes.
    """
    if "tensorflow" in sys.modules:  # its threads would be missing in the workers, which wait for them for ever
        raise ChannelError("the model's pipeline loads TensorFlow, which cannot be forked; run without --workers")
    # Meant for the receiving process, which then ends the orders; a terminal and systemd send it to all of us.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    # Nobody waits for the workers: the receiving process hears their end by the end of their output.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.flush()  # what was printed is not for every worker to print again
    with socket.socket(fileno=os.dup(0)) as orders:
        while True:
            order, ends, _, _ = socket.recv_fds(orders, _NUMBER.size, _ENDS)
            if len(order) < _NUMBER.size or len(ends) < _ENDS:
                return None
            index: int = _NUMBER.unpack(order)[0]
            if index == _NONE:
                os.write(ends[1], _own_number())
            elif not _fork():
                break
            for end in ends:
                os.close(end)
    for end, standard in zip(ends, (0, 1), strict=True):
        os.dup2(end, standard)
        os.close(end)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.write(1, _own_number())
    return index


def _fork() -> int:
    """Forks, and returns 0 in the worker.

    Raises:
        ChannelError: the system forks no more processes.
    """
    try:
        return os.fork()
    except OSError as error:
        reason = error.strerror
        raise ChannelError(f"no process can be forked ({reason}); see what the machine allows") from error


def _own_number() -> bytes:
    return f"{os.getpid()}\n".encode()


@dataclass(frozen=True)
class Forked:
    """A worker's process: what it says, line by line until it has ended, and where it hears."""

    process_id: int
    lines: asyncio.StreamReader
    _heard: asyncio.WriteTransport
    _said: asyncio.ReadTransport

    def write(self, line: bytes) -> None:
        """Hands it a line without waiting; nothing happens where it has ended."""
        if not self._heard.is_closing():
            self._heard.write(line)

    def end(self) -> None:
        """Ends its input, after what it was handed: it finishes what is in work, and ends."""
        self._heard.close()

    def kill(self) -> None:
        """Ends it at once."""
        if not self.lines.at_eof():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process_id, signal.SIGKILL)

    def close(self) -> None:
        """Lets go of both ends."""
        if not self._heard.is_closing():
            self._heard.abort()
        self._said.close()


class Mould:
    """The mould as the receiving process has it: begun or started with the first order, and anew where it has died."""

    def __init__(self, command: Sequence[str]) -> None:
        """Takes the words of a program that calls `forked`."""
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._one_at_a_time = asyncio.Lock()
        self._is_closed = False

    def begin(self) -> None:
        """Starts the mould, unless it is there: it loads while its first order is still to come.

        Raises:
            ChannelError: it cannot be started.
        """
        try:
            if self._orders is None:
                self._orders = self._started()
        except OSError as error:
            raise ChannelError(_not_started(error)) from None

    async def fork(self, index: int) -> Forked:
        """Returns a new worker, as soon as the mould has loaded what it loads.

        Raises:
            ChannelError: the mould cannot be started, has died, or was stopped.
        """
        async with self._one_at_a_time:
            try:
                return await self._forked(index)
            except OSError as error:
                await self._discard()
                raise ChannelError(_not_started(error)) from None

    async def load(self) -> None:
        """Waits until the mould has loaded what it loads.

        Raises:
            ChannelError: it cannot, or was stopped.
        """
        (await self.fork(_NONE)).close()

    def another(self) -> Mould:
        """Returns a mould of the same program, not started yet, which loads what is there by then."""
        return Mould(self._command)

    def close(self) -> None:
        """Has no more workers forked; whoever waits for one is told at once."""
        self._is_closed = True
        if self._one_at_a_time.locked():
            self.kill()

    async def stop(self) -> None:
        """Ends the mould; the workers go on, but have nobody any more who sees them end."""
        self.close()
        async with self._one_at_a_time:
            await self._discard()

    async def _forked(self, index: int) -> Forked:
        orders = self._orders = self._orders or self._started()
        if self._is_closed:
            raise BrokenPipeError(errno.EPIPE, "the program ends")
        hears, ours = os.pipe()
        mine, says = os.pipe()
        heard, said = os.fdopen(ours, "wb", buffering=0), os.fdopen(mine, "rb", buffering=0)
        try:
            socket.send_fds(orders, [_NUMBER.pack(index)], [hears, says])
        except OSError:
            heard.close()
            said.close()
            raise
        finally:
            os.close(hears)
            os.close(says)
        return await _joined(heard, said)

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with contextlib.ExitStack() as unless_started, theirs:
            unless_started.callback(ours.close)
            self._process = subprocess.Popen(self._command, stdin=theirs.fileno())  # noqa: S603  # our own words
            unless_started.pop_all()
        ours.setblocking(False)
        return ours

    def kill(self) -> None:
        """Ends it at once, whatever it is at; nothing happens where there is none."""
        if self._process is not None:
            self._process.kill()

    async def _discard(self) -> None:
        """Lets go of a mould that is not used any more."""
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self.kill()
            await asyncio.to_thread(self._process.wait)
        self._process = self._orders = None


def _not_started(error: OSError) -> str:
    return f"it cannot be started ({error.strerror or error})"


async def _joined(ours: IO[bytes], mine: IO[bytes]) -> Forked:
    """Returns a worker with the two ends that are ours, once it says that it is there.

    Raises:
        BrokenPipeError: it never comes to be: what was to fork it has ended.
    """
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=_LINE_BYTES)
    heard, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, ours)
    reading = asyncio.StreamReaderProtocol(lines)
    said, _ = await loop.connect_read_pipe(lambda: reading, mine)
    process_id = 0
    try:
        process_id = int(await lines.readline() or 0)
    finally:
        worker = Forked(process_id, lines, heard, said)
        if not process_id:
            worker.close()
    if not process_id:
        raise BrokenPipeError(errno.EPIPE, "the process that has loaded the model has ended")
    return worker
