"""Several processes that answer, killed in the middle of their work."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import select
import signal
import sys

import pytest
from telegram import Update

from bot.channels.telegram import workers as receiving
from bot.channels.telegram.intake import DurableQueue
from bot.channels.telegram.metrics import Metrics
from bot.channels.telegram.mould import Mould
from bot.errors import ChannelError
from bot.store.inbox import Inbox
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_many_at_once import ASKED, Program, answers, once, query
from tests.telegram_server.signals import PATIENCE_S

PEOPLE, QUESTIONS, WORKERS = 16, 6, 2


@pytest.fixture
def program(telegram_server, project_root, tmp_path):
    started = Program(telegram_server, project_root, tmp_path / "var", tmp_path)
    started._command += ["workers", str(WORKERS)]
    yield started
    if started.process and started.process.poll() is None:
        started.end(signal.SIGKILL)


def _kill(var, index):
    os.kill(int((var / f"worker{index}").read_text()), signal.SIGKILL)


def _has_ended(process_id):
    """Returns whether a process has ended, or does so soon; it is nobody's child here."""
    with contextlib.suppress(ProcessLookupError), open(os.pidfd_open(process_id)) as process:
        return bool(select.select([process], [], [], PATIENCE_S)[0])
    return True


@pytest.mark.slow
async def test_answers_everybody_in_order_while_workers_are_killed(telegram_server, project_root, program, tmp_path):
    server, var = telegram_server, tmp_path / "var"
    small_front.settings_for(project_root, var)
    server.delivery.duplicate_share = 0.05
    people = [server.person(first_name=f"P{n}", language_code="zh-hans" if n % 2 else "en") for n in range(PEOPLE)]
    expected = {}
    for turn in range(QUESTIONS):
        for number, person in enumerate(people):
            text, title = ASKED["zh" if number % 2 else "en"][(turn + number) % 4]
            await person.say(text)
            expected.setdefault(person, []).append(title)
    program.start()
    told = lambda: program.log.read_text()[-3000:]  # noqa: E731
    for index, enough in enumerate((PEOPLE, 3 * PEOPLE)):
        count = lambda enough=enough: sum(len(answers(server, p)) for p in people) >= enough  # noqa: E731
        await server.outbox.wait_until(count, timeout_s=180, what=told)
        _kill(var, index)
    done = lambda: all(len(once(answers(server, p))) == QUESTIONS for p in people)  # noqa: E731
    await server.outbox.wait_until(done, timeout_s=180, what=told)
    workers = [int((var / f"worker{index}").read_text()) for index in range(WORKERS)]
    assert await asyncio.to_thread(program.end, signal.SIGTERM) == 0

    assert {p: once(answers(server, p)) for p in people} == expected
    assert query(var, "SELECT count(*) FROM enquiry WHERE outcome = 'answer'") == [(PEOPLE * QUESTIONS,)]
    assert query(var, "SELECT DISTINCT state, body FROM inbox") == [("sent", "")]
    assert all(map(_has_ended, workers))
    log = program.log.read_text()
    assert log.count("is started again") >= WORKERS  # one that could not start is started once more
    assert "Traceback" not in log
    assert not any(text in log for pairs in ASKED.values() for text, _ in pairs)


async def test_says_that_telegram_cannot_be_reached(settings, unused_tcp_port):
    away = dataclasses.replace(settings, telegram_api_url=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(ChannelError, match="cannot be reached"):
        await receiving.run(away, Mould(["false"]), 2)


# A worker that says what it is given, and finishes what is to be finished; told to die, it is killed. With "slow" after
# the path, the second one is never ready.
_SAYS = """
import json, os, signal, sys
from bot.channels.telegram.mould import forked
index = forked()
if index is None:
    sys.exit()
said = open(sys.argv[1], "a", buffering=1)
if index == 1 and sys.argv[2:] == ["slow"]:
    sys.stdin.read()
    sys.exit()
said.write(f"{index} ready\\n")
print("ready", flush=True)
for line in sys.stdin:
    update = json.loads(line)
    text = update["message"]["text"]
    said.write(f"{index} {update['update_id']} {text}\\n")
    if text == "die" and index == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if text != "keep":
        print("done", update["update_id"], flush=True)
"""


def _mould(program, *words):
    return Mould([sys.executable, "-c", program, *map(str, words)])


def _forked(does):
    """Returns a program that forks workers which do something."""
    return f"import sys\nfrom bot.channels.telegram.mould import forked\nif forked() is not None:\n    {does}"


@pytest.fixture
def inbox(tmp_path):
    with Inbox(f"sqlite:///{tmp_path / 'guide.db'}", tmp_path / "inbox", "k" * 20, "telegram/1") as opened:
        yield opened


@pytest.fixture
def queue(inbox, clock):
    return DurableQueue(inbox, lambda update: "ada", Metrics(), clock)


def _update(number, text):
    chat = {"id": 7, "type": "private"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "text": text}
    return Update.de_json({"update_id": number, "message": message}, None)


@pytest.fixture
async def heard(tmp_path):
    """A pipe that every worker writes to, line by line, and what reads it."""
    path = tmp_path / "heard"
    os.mkfifo(path)
    lines = asyncio.StreamReader()
    both = os.fdopen(os.open(path, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), both)
    yield path, lines
    transport.close()


async def test_passes_on_what_a_dead_worker_had_and_keeps_each_person_with_one(inbox, queue, heard):
    path, lines = heard

    async def said():
        return (await asyncio.wait_for(lines.readline(), PATIENCE_S)).decode().strip()

    workers = receiving.Workers(_mould(_SAYS, path), 2, queue, inbox)
    person = next(name for name in map(str, range(99)) if workers._free_for(name).index == 0)
    workers.start()
    assert {await said(), await said()} == {"0 ready", "1 ready"}
    await asyncio.wait_for(workers.ready.wait(), PATIENCE_S)
    for number, text in enumerate(("keep", "die", "and then?"), 1):
        workers.give(person, _update(number, text))
    assert [await said(), await said()] == ["0 1 keep", "0 2 die"]
    assert [await said() for _ in range(3)] == ["1 1 keep", "1 2 die", "1 3 and then?"]
    # Started again, it gets nothing of a person of whom the other still has something.
    assert await said() == "0 ready"
    workers.give(person, _update(4, "one more"))
    assert await said() == "1 4 one more"
    await workers.stop()


async def test_hands_what_waits_for_a_worker_that_is_being_started_to_the_first_that_is_ready(inbox, queue, heard):
    path, lines = heard
    workers = receiving.Workers(_mould(_SAYS, path, "slow"), 2, queue, inbox)
    person = next(name for name in map(str, range(99)) if workers._free_for(name).index == 1)
    workers.start()
    workers.give(person, _update(1, "hello"))
    said = [await asyncio.wait_for(lines.readline(), PATIENCE_S) for _ in range(2)]
    assert said == [b"0 ready\n", b"0 1 hello\n"]
    await workers.stop()


async def test_ends_at_once_while_the_mould_is_loading(inbox, queue, heard):
    path, lines = heard
    loads = f"import time\nopen({str(path)!r}, 'w').write('loading\\n')\ntime.sleep(3600)"
    workers = receiving.Workers(_mould(loads), 2, queue, inbox)
    workers.start()
    assert await asyncio.wait_for(lines.readline(), PATIENCE_S) == b"loading\n"
    await asyncio.wait_for(workers.stop(), PATIENCE_S)
    assert workers.processes == []


async def test_kills_a_worker_that_does_not_end(inbox, queue, monkeypatch):
    monkeypatch.setattr(receiving, "LAST_S", -9.9)
    does = "print('ready', flush=True); import threading; threading.Event().wait()"
    workers = receiving.Workers(_mould(_forked(does)), 1, queue, inbox)
    workers.start()
    await asyncio.wait_for(workers.ready.wait(), PATIENCE_S)
    (process,) = workers.processes
    await workers.stop()
    assert workers.processes == []
    assert _has_ended(process)


async def test_is_told_by_a_worker_how_long_an_update_is_to_wait(inbox, queue):
    left = asyncio.Queue()
    queue.on_left = left.put_nowait
    done = "".join(f"print('done {said}', flush=True); " for said in ("5 600.0", "6 0.0", "-7001 0.0"))
    does = f"print('ready'); {done}sys.stdin.read()"
    workers = receiving.Workers(_mould(_forked(does)), 1, queue, inbox)
    workers.start()
    assert [await asyncio.wait_for(left.get(), PATIENCE_S) for _ in range(3)] == [5, 6, -7001]
    await workers.stop()
    assert [queue.put_back.wait_s(number) for number in (5, 6)] == [600.0, 0.0]


async def test_starts_another_mould_where_one_has_died(inbox, queue, heard):
    path, lines = heard
    workers = receiving.Workers(_mould(_SAYS, path), 1, queue, inbox)
    workers.start()
    assert await asyncio.wait_for(lines.readline(), PATIENCE_S) == b"0 ready\n"
    await asyncio.wait_for(workers.ready.wait(), PATIENCE_S)
    workers._mould._process.kill()
    # The worker goes on; once it has died as well, it is forked from another mould.
    workers.give("ada", _update(1, "hello"))
    assert await asyncio.wait_for(lines.readline(), PATIENCE_S) == b"0 1 hello\n"
    os.kill(workers.processes[0], signal.SIGKILL)
    assert await asyncio.wait_for(lines.readline(), PATIENCE_S) == b"0 ready\n"
    await workers.stop()


# The mould loads what stands in a file, and the workers say it with all they are given. One finishes what it has before
# it ends, but for what it was to keep.
_LOADS = """
import json, sys
from bot.channels.telegram.mould import forked
loaded = open(sys.argv[2]).read()
if loaded == "damaged":
    sys.exit(1)
index = forked()
if index is None:
    sys.exit()
said = open(sys.argv[1], "a", buffering=1)
said.write(f"{index} {loaded} ready\\n")
print("ready", flush=True)
for line in sys.stdin:
    update = json.loads(line)
    said.write(f"{index} {loaded} {update['message']['text']}\\n")
    if update["message"]["text"] != "keep":
        print("done", update["update_id"], flush=True)
"""


@pytest.fixture
async def renewed(inbox, queue, heard, tmp_path):
    """Starts so many workers of a mould that loads what stands in a file: they, the file, and how to hear a line."""
    path, lines = heard
    loaded = tmp_path / "loaded"
    loaded.write_text("one")
    started = []

    async def said():
        return (await asyncio.wait_for(lines.readline(), PATIENCE_S)).decode().strip()

    async def start(count):
        started.append(receiving.Workers(_mould(_LOADS, path, loaded), count, queue, inbox))
        started[0].start()
        await asyncio.wait_for(started[0].ready.wait(), PATIENCE_S)
        assert {await said() for _ in range(count)} == {f"{index} one ready" for index in range(count)}
        return started[0], loaded, said

    yield start
    await started[0].stop()


async def test_exchanges_the_workers_one_after_the_other_for_those_of_another_mould(renewed):
    workers, loaded, said = await renewed(2)
    before, mould = workers.processes, workers._mould._process.pid
    loaded.write_text("two")
    await asyncio.wait_for(workers.renew(), PATIENCE_S)
    assert [await said(), await said()] == ["0 two ready", "1 two ready"]
    assert all(map(_has_ended, [*before, mould]))
    workers.give("ada", _update(1, "hello"))
    assert (await said()).endswith("two hello")


async def test_exchanges_the_only_worker_and_loses_nothing(renewed, inbox, queue):
    workers, loaded, said = await renewed(1)
    for number, text in enumerate(("keep", "hello"), 1):
        workers.give("ada", _update(number, text))
    assert [await said(), await said()] == ["0 one keep", "0 one hello"]
    loaded.write_text("two")
    renewing = asyncio.create_task(workers.renew())
    while workers._all[0].is_ready:
        await asyncio.sleep(0)
    workers.give("ada", _update(3, "meanwhile"))
    await asyncio.wait_for(renewing, PATIENCE_S)
    # What the worker of before had not finished comes first again.
    assert [await said() for _ in range(3)] == ["0 two ready", "0 two keep", "0 two meanwhile"]


async def test_hands_nothing_that_is_in_work_to_others_while_a_worker_is_leaving(renewed):
    workers, _, said = await renewed(2)
    leaving, other = workers._all
    person = next(name for name in map(str, range(99)) if workers._free_for(name) is leaving)
    workers.give(person, _update(1, "keep"))
    assert await said() == "0 one keep"
    leaving.is_leaving, leaving.is_ready = True, False
    workers._pass_on(leaving)
    workers.give(person, _update(2, "and then?"))
    workers.give("nobody yet", _update(3, "hello"))
    assert await said() == "1 one hello"
    assert sorted(leaving.given) == [1, 2]
    leaving.is_leaving = False


async def test_goes_on_with_the_workers_of_before_where_nothing_else_can_be_loaded(renewed):
    workers, loaded, said = await renewed(2)
    before = workers.processes
    loaded.write_text("damaged")
    with pytest.raises(ChannelError, match="it cannot be started"):
        await asyncio.wait_for(workers.renew(), PATIENCE_S)
    assert workers.processes == before
    workers.give("ada", _update(1, "hello"))
    assert (await said()).endswith("one hello")


async def test_ends_while_another_mould_is_loading(renewed, tmp_path):
    workers, loaded, _ = await renewed(1)
    loaded.unlink()
    os.mkfifo(loaded)  # whoever opens it waits
    renewing = asyncio.create_task(workers.renew())
    while not workers._spare or workers._spare[0]._process is None:
        await asyncio.sleep(0)
    await asyncio.wait_for(workers.stop(), PATIENCE_S)
    with pytest.raises(ChannelError):
        await renewing
