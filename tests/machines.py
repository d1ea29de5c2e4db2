"""Two machines of the guide behind a load balancer, which tests steer: programs with folders of their own."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.ports import free_ports
from tests.programs import started_from

SECRET = "a secret of two machines, long enough"
START_S = 240.0
HOOK = "/telegram"
CONFIGURATION = Path(__file__).resolve().parents[1] / "docs" / "deploying" / "haproxy.cfg"
#: What only root may ask for, in a configuration.
_OF_ROOT = (["user"], ["group"], ["chroot"])


@dataclass
class Machine:
    """`partnerguide telegram --webhook …` of the project in `root`, with a folder of its own."""

    root: Path
    var: Path
    hook: str
    environment: dict[str, str]
    port: int = 0
    monitor: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the program has said."""
        return self.var.with_suffix(".log")

    def start(self) -> None:
        """Starts the program."""
        self.port, self.monitor = free_ports(2)
        words = ["telegram", "--webhook", self.hook, "--listen", f"127.0.0.1:{self.port}"]
        words += ["--monitor", f"127.0.0.1:{self.monitor}"]
        self.process = started_from(self.root, self.var, words, self.log, self.environment)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends the program, if it runs; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=90)

    async def until_ready(self, session: aiohttp.ClientSession) -> None:
        """Waits until the monitor says so; nothing tells when, so it is asked again and again."""
        deadline = asyncio.get_running_loop().time() + START_S
        while not await is_ready(session, self.monitor):
            assert self.process is not None
            assert self.process.poll() is None, f"the program has ended\n{self.said()}"
            assert asyncio.get_running_loop().time() < deadline, f"not ready in {START_S} s\n{self.said()}"
            await asyncio.sleep(0.1)

    def said(self) -> str:
        """Returns what the program has written."""
        return self.log.read_text(encoding="utf-8", errors="replace")


async def is_ready(session: aiohttp.ClientSession, port: int) -> bool:
    """Returns what the monitor on a port says."""
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
            return response.status == 200
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False


def as_documented(machines: Sequence[Machine], port: int) -> str:
    """Returns the configuration of HAProxy that the page on operating names, for machines of this one, without TLS."""
    kept = (line for line in CONFIGURATION.read_text().splitlines() if line.split()[:1] not in _OF_ROOT)
    text = "\n".join(kept)
    for said, here in (
        ("bind :443 ssl crt /etc/haproxy/bot.example.org.pem", f"bind 127.0.0.1:{port}"),
        ("acl is_telegram src ", "acl is_telegram src 127.0.0.0/8 "),
        ("server one 10.0.0.11:8443", f"server one 127.0.0.1:{machines[0].port} port {machines[0].monitor}"),
        ("server two 10.0.0.12:8443", f"server two 127.0.0.1:{machines[1].port} port {machines[1].monitor}"),
    ):
        assert text.count(said) == 1, said
        text = text.replace(said, here)
    return f"{text}\n"


@dataclass
class Balancer:
    """Hands calls to the machines in turn, past those that are gone, or all to the one that a test has chosen."""

    machines: list[Machine] = field(default_factory=list)
    #: The index of the machine that gets every call; None: in turn.
    chosen: int | None = None
    #: Index of the machine of each call that was taken.
    taken: list[int] = field(default_factory=list)
    _port: int = 0
    _next: int = 0
    _runner: web.AppRunner | None = None
    _session: aiohttp.ClientSession | None = None

    @property
    def hook(self) -> str:
        """The address that the platform calls."""
        return f"http://127.0.0.1:{self._port}{HOOK}"

    async def start(self) -> None:
        """Begins to listen."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        application = web.Application()
        application.router.add_post(HOOK, self._hand_on)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Takes no more calls."""
        assert self._runner is not None
        assert self._session is not None
        await self._runner.cleanup()
        await self._session.close()

    async def until_ready(self) -> None:
        """Waits until every machine is ready."""
        assert self._session is not None
        await asyncio.gather(*(machine.until_ready(self._session) for machine in self.machines))

    def _order(self) -> Sequence[int]:
        count = len(self.machines)
        if self.chosen is not None:
            return [self.chosen]
        self._next += 1
        return [(self._next + place) % count for place in range(count)]

    async def _hand_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert self._session is not None
        for index in self._order():
            url = f"http://127.0.0.1:{self.machines[index].port}{HOOK}"
            try:
                async with self._session.post(url, data=body, headers=request.headers) as response:
                    if response.status == 200:
                        self.taken.append(index)
                    return web.Response(status=response.status)
            except aiohttp.ClientConnectionError:
                continue
        return web.Response(status=503)
