"""The running program with its servers and its folder, each of which a fault may stop, kill, fill or damage."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psycopg2

from tests.faults.wall_clock import WallClock, library
from tests.ports import free_ports
from tests.postgres_server import Postgres, binaries
from tests.programs import started_from
from tests.redis_server import RedisServer, program
from tests.telegram_server import TelegramServer

SECRET = "a secret of the fault runner, long enough"
WORKERS = 2
#: Room on the small disk beside the models.
SPARE_BYTES = 24 * 1024 * 1024
START_S = 240.0
#: A row is looked for so soon after it was written that its time tells by which clock that was.
CLOCK_TOLERANCE_S = 60.0
#: What another process may be writing, and renames, while a folder is copied.
PASSING = shutil.ignore_patterns("*.pyc.*", ".parsed.json.*")


@dataclass
class Installation:
    """`partnerguide telegram --workers 2` of the project in `root`, PostgreSQL and Redis, all of this machine's own."""

    root: Path
    var: Path
    server: TelegramServer
    postgres: Postgres
    redis: RedisServer
    database_url: str
    port: int
    #: Whether `var` is a small disk of its own.
    has_small_disk: bool
    #: The program's own, where this machine can give it one; it has that only if it is started so.
    clock: WallClock | None = None
    has_own_clock: bool = False
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(default=Path())

    def start(self) -> None:
        """Starts the program, with a clock of its own where `has_own_clock` says so."""
        words = ["telegram", "--workers", str(WORKERS), "--monitor", f"127.0.0.1:{self.port}"]
        environ = {
            **self.server.environment,
            "PARTNERGUIDE_SECRET": SECRET,
            "PARTNERGUIDE_DATABASE_URL": self.database_url,
            "PARTNERGUIDE_REDIS_URL": self.redis.url,
        }
        if self.has_own_clock:
            assert self.clock is not None
            environ |= self.clock.environment
        self.process = started_from(self.root, self.var, words, self.log, environ)

    def stop(self) -> int:
        """Ends the program as an operator does; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=90)
        finally:
            self.process.kill()

    async def give_own_clock(self, *, is_own: bool) -> None:
        """Starts the program anew with a clock of its own or without, unless it runs like that already."""
        if is_own == self.has_own_clock:
            return
        await asyncio.to_thread(self.stop)
        self.has_own_clock = is_own
        self.start()
        await self.until_healthy()

    def logged_ids(self) -> set[str]:
        """Returns what names the rows of the enquiry log."""
        return {row[0] for row in self._rows("SELECT id FROM enquiry")}

    async def until_logged(self, ahead_s: int, but: set[str], timeout_s: float = START_S) -> None:
        """Waits until a row, none of those named in `but`, is logged by a clock that is so many seconds ahead."""
        rows = "SELECT id, extract(epoch FROM created_at - now()) FROM enquiry"
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            found = {id: ahead for id, ahead in await asyncio.to_thread(self._rows, rows) if id not in but}
            if any(abs(float(ahead) - ahead_s) < CLOCK_TOLERANCE_S for ahead in found.values()):
                return
            assert asyncio.get_running_loop().time() < deadline, f"the clock is not {ahead_s} s ahead: {found}"
            await asyncio.sleep(0.1)

    def workers(self) -> list[int]:
        """Returns the process ids of the workers that run, the first that was started first."""
        return [worker for mould in self.moulds() for worker in _children(mould)]

    def moulds(self) -> list[int]:
        """Returns the process id of what the workers are forked from, where that runs."""
        assert self.process is not None
        return [child for child in _children(self.process.pid) if "--mould" in _words(child)]

    async def is_healthy(self, count: int = WORKERS) -> bool:
        """Returns whether every worker says that it is ready and that nothing it needs is away."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            for index in range(count):
                try:
                    async with session.get(f"http://127.0.0.1:{self.port + index}/readyz") as response:
                        state = await response.json()
                except (aiohttp.ClientError, asyncio.TimeoutError):
                    return False
                if response.status != 200 or state["database"] != "ok" or state["spool"] != "ok":
                    return False
        return True

    async def until_healthy(self, timeout_s: float = START_S) -> None:
        """Waits until `is_healthy`; nothing tells when, so it is asked again and again."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not await self.is_healthy():
            assert self.process is not None
            assert self.process.poll() is None, f"the program has ended\n{self.said()}"
            assert asyncio.get_running_loop().time() < deadline, f"not healthy in {timeout_s} s\n{self.said()}"
            await asyncio.sleep(0.1)

    async def until_said(self, words: str, times: int, timeout_s: float = START_S) -> None:
        """Waits until the program's log has said something so many times in all."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self.said_times(words) < times:
            assert asyncio.get_running_loop().time() < deadline, f"never said: {words}\n{self.said()}"
            await asyncio.sleep(0.1)

    def said_times(self, words: str) -> int:
        """Returns how often the program's log has said something up to now."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(words)

    def said(self) -> str:
        """Returns the end of the program's log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def logged(self) -> Counter[tuple[str, str]]:
        """Returns how often each question of each person (by pseudonym) stands in the enquiry log."""
        rows = self._rows("SELECT pseudonym, text FROM enquiry WHERE text <> ''")
        return Counter((row[0], row[1]) for row in rows)

    def unfinished(self) -> list[tuple[str, int]]:
        """Returns state and number of attempts of every accepted update that is not done with, or still has a body."""
        return [
            (row[0], row[1])
            for row in self._rows("SELECT state, attempts FROM inbox WHERE state <> 'sent' OR body <> ''")
        ]

    def spooled(self) -> int:
        """Returns how many files wait for the database."""
        return sum(
            1
            for name in ("spool", "inbox")
            for path in (self.var / name).glob("*")
            if path.suffix in (".jsonl", ".claimed")
        )

    def _rows(self, statement: str) -> list[tuple]:  # type: ignore[type-arg]  # of any columns
        with contextlib.closing(psycopg2.connect(self.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


def _children(process_id: int) -> list[int]:
    with contextlib.suppress(OSError):  # it has ended
        return sorted(map(int, Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()))
    return []


def _words(process_id: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_bytes().decode().split("\0")
    return []


def copied(project: Path, program_root: Path, place: Path) -> Path:
    """Copies a project's data and the program's code into `place`, where both may be damaged; returns it."""
    for root, names in ((project, ("knowledge", "nlu_data")), (program_root, ("bot", "actions"))):
        for name in names:
            shutil.copytree(root / name, place / name, ignore=PASSING)
    shutil.copy(project / "config.yml", place / "config.yml")
    shutil.copy(program_root / "pyproject.toml", place / "pyproject.toml")
    return place


def missing() -> str:
    """Returns what an installation lacks on this machine; empty where nothing."""
    return (
        "" if binaries() and program() else "no PostgreSQL or no Redis here: `apt-get install postgresql redis-server`"
    )


@contextlib.asynccontextmanager
async def installed(root: Path, models: Sequence[Path], server: TelegramServer) -> AsyncIterator[Installation]:
    """Runs the program of the project in `root`, with copies of the files of its model, for the time of the block."""
    found, redis_program = binaries(), program()
    assert found
    assert redis_program
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults")))
        var = place / "var"
        needed = sum(path.stat().st_size for path in models)
        has_small_disk = stack.enter_context(_small_disk(var, 2 * needed + SPARE_BYTES))
        (var / "models").mkdir()
        for path in models:
            shutil.copy(path, var / "models" / path.name)
        postgres, redis = Postgres(found), RedisServer(redis_program)
        stack.callback(shutil.rmtree, postgres.folder)
        stack.callback(redis.remove)
        await asyncio.to_thread(postgres.start)
        stack.callback(_unless_stopped, postgres)
        redis.start()
        running = Installation(
            root, var, server, postgres, redis, postgres.new_database(), free_ports(WORKERS)[0], has_small_disk
        )
        running.log = place / "log"
        if found_library := library():
            running.clock = WallClock(found_library, place / "clock")
            running.clock.set_ahead(0)
        running.start()
        try:
            await running.until_healthy()
            yield running
        finally:
            if running.process is not None and running.process.poll() is None:
                await asyncio.to_thread(running.stop)


def current_archive(var: Path) -> Path:
    """Returns the archive of the model in use."""
    return var / "models" / json.loads((var / "models" / "current.json").read_text())["file"]


@contextlib.contextmanager
def _small_disk(folder: Path, size_bytes: int) -> Iterator[bool]:
    """Makes a folder, on a small file system of its own where this account may mount one; yields whether it is one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _unless_stopped(postgres: Postgres) -> None:
    with contextlib.suppress(AssertionError):
        postgres.stop()
