"""Ports on this machine that nobody listens on, for programs that are told where to listen."""

from __future__ import annotations

import contextlib
import secrets
import socket

#: Below those that Linux gives to connections (32768 and on), which may take a port between its choice and its use.
_PORTS = range(20_000, 32_000)


def free_ports(count: int = 1) -> range:
    """Returns so many ports in a row, chosen by chance, since several processes choose at the same time."""
    while True:
        first = secrets.choice(_PORTS[: 1 - count or None])
        ports = range(first, first + count)
        with contextlib.ExitStack() as stack:
            try:
                for port in ports:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
        return ports
