"""Serving the console on one address of this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator

import uvicorn

from bot.errors import BotError, SettingsError
from bot.monitoring.monitor import Monitor
from bot.review.app import create_app
from bot.review.console import Console
from bot.review.monitored import ReviewMetrics, monitor_of

DEFAULT_HOST = "127.0.0.1"
#: The one proxy whose word on where a request comes from is taken: it runs on this machine.
_PROXY = "127.0.0.1"


def need_safe_address(host: str, review_url: str) -> None:
    """Refuses an address that others reach unless a TLS proxy is said to be in front.

    Raises:
        SettingsError: it is such an address.
    """
    if host == "localhost" or review_url:
        return
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise SettingsError(
            f"{host}: others reach this address, and without TLS they could read along; use {DEFAULT_HOST}, "
            "or put a TLS proxy in front and name its address in PARTNERGUIDE_REVIEW_URL"
        )


class _Server(uvicorn.Server):
    """The server, with a monitor beside it in the same event loop: it answers while that turns."""

    def __init__(self, config: uvicorn.Config, monitor: Monitor | None) -> None:
        super().__init__(config)
        self._monitor = monitor

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """See parent class."""
        if self._monitor is None:
            await super().serve(sockets)
            return
        await self._monitor.start()
        try:
            await super().serve(sockets)
        finally:
            await self._monitor.stop()


@contextlib.contextmanager
def listening(host: str, port: int, review_url: str) -> Iterator[socket.socket]:
    """Listens on an address for the time of the block: who comes before it is served waits, and is not refused.

    Raises:
        BotError: the address is not safe or in use.
    """
    need_safe_address(host, review_url)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except (OSError, OverflowError) as error:
            said = error.strerror if isinstance(error, OSError) else "no such port"
            raise BotError(f"{host}:{port}: cannot be used ({said}); choose another with --port") from error
        yield listener


def serve(console: Console, listener: socket.socket, watched: tuple[str, int] | None = None) -> None:
    """Serves the console until it is interrupted.

    Args:
        listener: where it is asked, listening already.
        watched: where its monitor listens, if it has one.

    Raises:
        BotError: the address of the monitor is in use.
    """
    metrics = ReviewMetrics() if watched else None
    monitor = monitor_of(console, metrics, *watched) if metrics and watched else None
    config = uvicorn.Config(
        create_app(console, metrics),
        log_config=None,
        access_log=False,  # addresses of pages hold filters, and filters hold what people have asked
        server_header=False,
        proxy_headers=bool(console.settings.review_url),
        forwarded_allow_ips=_PROXY,
        timeout_graceful_shutdown=5,
        lifespan="off",
        ws="none",  # uvicorn's own choice does not import beside the websockets that Rasa pins
    )
    _Server(config, monitor).run(sockets=[listener])
