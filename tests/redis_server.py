"""A real Redis in a temporary folder, reached by its Unix socket alone; a fixture for whoever imports it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis


class RedisServer:
    """One server. It forgets everything when it is stopped."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self._folder = Path(tempfile.mkdtemp(prefix="redis"))
        self.url = f"unix://{self._folder}/socket"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", f"{self._folder}/socket", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._binary, *options, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while True:
            # Not by redis-py, which leaves a socket open that could not be connected (4.6).
            with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
                probe.connect(f"{self._folder}/socket")
                return
            assert time.monotonic() < deadline, "redis-server does not start"
            time.sleep(0.02)  # nothing says when it listens

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def empty(self) -> None:
        with Redis.from_url(self.url) as redis:
            redis.flushall()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)


def program() -> str | None:
    """Returns the server's program, or None where there is none."""
    return shutil.which("redis-server")


@pytest.fixture(scope="session")
def one_redis() -> Iterator[RedisServer]:
    binary = program()
    if binary is None:
        pytest.skip("no Redis here: `apt-get install redis-server`")
    server = RedisServer(binary)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def redis_server(one_redis: RedisServer) -> RedisServer:
    """An empty server."""
    one_redis.empty()
    return one_redis
