from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys

import pytest
import uvloop

from bot.channels.telegram.mould import Mould, forked
from bot.errors import ChannelError
from tests.telegram_server.signals import PATIENCE_S

# It loads a number that no two processes come upon, prints it where nobody hears it, and has its workers say it.
_LOADS = """
import sys, uuid
from bot.channels.telegram.mould import forked
loaded = uuid.uuid4()
print(loaded, end="")
index = forked()
if index is None:
    sys.exit(7)
print(index, loaded, flush=True)
for line in sys.stdin:
    print(index, line, end="", flush=True)
"""


@pytest.fixture
async def mould():
    started = Mould([sys.executable, "-c", _LOADS])
    yield started
    await started.stop()


@pytest.fixture
async def fork(mould):
    """Forks a worker, which is let go of after the test."""
    workers = []

    async def forked(index):
        workers.append(await mould.fork(index))
        return workers[-1]

    yield forked
    for worker in workers:
        worker.close()


async def _said(worker):
    return (await asyncio.wait_for(worker.lines.readline(), PATIENCE_S)).decode().split()


async def test_forks_workers_that_share_what_was_loaded(fork):
    workers = [await fork(index) for index in (0, 1)]
    (first, one), (second, other) = [await _said(worker) for worker in workers]
    assert (first, second, one) == ("0", "1", other)
    assert len({worker.process_id for worker in workers}) == 2


async def test_waits_until_everything_is_loaded_and_forks_nothing_for_that(mould, fork):
    await asyncio.wait_for(mould.load(), PATIENCE_S)
    loaded = mould._process.pid
    assert mould._process.poll() is None
    worker = await fork(0)
    assert worker.process_id != loaded == mould._process.pid


async def test_loads_before_its_first_order(mould, fork, tmp_path):
    told = tmp_path / "told"
    os.mkfifo(told)
    mould._command = [sys.executable, "-c", f"open({str(told)!r}, 'w').write('it loads')\n{_LOADS}"]
    mould.begin()
    assert await asyncio.wait_for(asyncio.to_thread(told.read_text), PATIENCE_S) == "it loads"
    begun = mould._process
    mould.begin()
    await fork(0)
    assert mould._process is begun


async def test_is_ended_at_once_whatever_it_is_at(mould):
    mould.kill()  # there is none yet
    mould._command = [sys.executable, "-c", "import time; time.sleep(3600)"]
    mould.begin()
    mould.kill()
    assert await asyncio.wait_for(asyncio.to_thread(mould._process.wait), PATIENCE_S) == -signal.SIGKILL


def test_says_that_it_cannot_be_begun():
    with pytest.raises(ChannelError, match="it cannot be started"):
        Mould(["/nowhere/at/all"]).begin()


async def test_says_that_it_cannot_load():
    mould = Mould([sys.executable, "-c", "import sys; sys.exit(3)"])
    with pytest.raises(ChannelError, match="it cannot be started"):
        await asyncio.wait_for(mould.load(), PATIENCE_S)
    await mould.stop()


async def test_has_each_worker_hear_and_say_its_own(fork):
    workers = [await fork(index) for index in (3, 4)]
    for worker in workers:
        await _said(worker)
        worker.write(f"to {worker.process_id}\n".encode())
    assert [await _said(worker) for worker in workers] == [
        [str(index), "to", str(worker.process_id)] for index, worker in zip((3, 4), workers, strict=True)
    ]
    for worker in workers:
        worker.end()
        assert await _said(worker) == []


async def test_hears_the_end_of_a_worker_and_writes_into_nothing_then(fork):
    worker = await fork(0)
    await _said(worker)
    os.kill(worker.process_id, signal.SIGKILL)
    assert await _said(worker) == []
    worker.write(b"hello\n")
    worker.kill()
    worker.close()
    assert (await _said(await fork(0)))[0] == "0"


async def test_says_that_nothing_can_be_forked_where_loading_fails():
    mould = Mould([sys.executable, "-c", "raise SystemExit(1)"])
    for _ in range(2):
        with pytest.raises(ChannelError, match="it cannot be started"):
            await mould.fork(0)
    await mould.stop()


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_forks_from_another_one_where_it_has_died_with_an_order(new_loop, tmp_path):
    """By either loop: one of them did not hear the end of a socket (uvloop 0.23)."""
    died = tmp_path / "died"
    program = f"import os, pathlib, signal\nif not pathlib.Path({str(died)!r}).exists():\n" + (
        f"    pathlib.Path({str(died)!r}).touch()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    async def dies_once():
        mould = Mould([sys.executable, "-c", program + _LOADS])
        with pytest.raises(ChannelError, match="it cannot be started"):
            await asyncio.wait_for(mould.fork(0), PATIENCE_S)
        worker = await asyncio.wait_for(mould.fork(1), PATIENCE_S)
        said = await _said(worker)
        worker.close()
        await mould.stop()
        return said

    loop = new_loop()
    try:
        assert loop.run_until_complete(dies_once())[0] == "1"
    finally:
        loop.close()


async def test_forks_no_more_once_it_is_closed(mould, fork):
    worker = await fork(0)
    await _said(worker)
    mould.close()
    with pytest.raises(ChannelError, match="the program ends"):
        await fork(1)
    worker.write(b"still here\n")
    assert await _said(worker) == ["0", "still", "here"]
    worker.end()


async def test_goes_on_at_a_signal_that_everybody_gets(mould, fork):
    await _said(await fork(0))
    for name in (signal.SIGTERM, signal.SIGINT):
        mould._process.send_signal(name)
    assert (await _said(await fork(1)))[0] == "1"


def test_does_not_fork_what_does_not_survive_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", object())
    with pytest.raises(ChannelError, match="run without --workers"):
        forked()


def test_says_that_the_system_forks_no_more():
    fails = "import os, sys\ndef no(): raise OSError(11, 'Resource temporarily unavailable')\nos.fork = no\n"
    program = fails + (
        "from bot.channels.telegram.mould import forked\nfrom bot.errors import ChannelError\n"
        "try: forked()\nexcept ChannelError as error: sys.exit(str(error))\n"
    )
    ours, theirs = socket.socketpair()
    with subprocess.Popen([sys.executable, "-c", program], stdin=theirs, stderr=subprocess.PIPE) as process, ours:
        theirs.close()
        socket.send_fds(ours, [(0).to_bytes(8, "big")], [0, 1])
        assert b"no process can be forked (Resource temporarily unavailable)" in process.stderr.read()


def test_ends_with_its_orders():
    ours, theirs = socket.socketpair()
    with subprocess.Popen([sys.executable, "-c", _LOADS], stdin=theirs, stdout=subprocess.DEVNULL) as process:
        theirs.close()
        ours.close()
        assert process.wait(PATIENCE_S) == 7
