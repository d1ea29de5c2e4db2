"""The console as a person starts it, with its worker beside it."""

from __future__ import annotations

import os
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import started
from tests.ports import free_ports

BEGUN = "partnerguide: the worker waits for jobs; Ctrl+C ends it"


@pytest.fixture
def console(tmp_path):
    """Starts the console on an empty folder; returns the process, its address and that of its monitor."""
    port, watched = free_ports(2)
    address, monitor = f"127.0.0.1:{port}", f"127.0.0.1:{watched}"
    with started(tmp_path, "review", "--port", str(port), "--monitor", monitor) as process:
        try:
            yield process, f"http://{address}", f"http://{monitor}"
        finally:  # killed, it could not end its worker
            process.terminate()
            process.wait(30)


def read_until(stream, wanted):
    """Returns what a process writes up to a line, this included."""
    lines = []
    for line in stream:
        lines.append(line)
        if wanted in line:
            return "".join(lines)
    raise AssertionError(f"{wanted!r} never came: {lines}")


def children(pid):
    return [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]


@pytest.mark.slow
def test_says_how_to_begin_and_keeps_a_worker_running(console, tmp_path):
    process, address, monitor = console
    said = read_until(process.stdout, "Ctrl+C ends it")
    assert "There is no account yet. Make the first administrator:" in said
    assert ".venv/bin/partnerguide review user add NAME --role admin" in said
    assert address in said
    read_until(process.stderr, BEGUN)
    for url in (f"{address}/health", f"{monitor}/healthz", f"{monitor}/readyz"):
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.status == 200
    with urllib.request.urlopen(f"{monitor}/metrics", timeout=30) as answer:
        assert b'partnerguide_review_requests_total{page="door.health",status="200"} 1.0' in answer.read()
    (worker,) = children(process.pid)
    os.kill(worker, signal.SIGKILL)
    assert "has ended (-9); it begins again" in read_until(process.stderr, BEGUN)
    (other,) = children(process.pid)
    assert other != worker
    process.terminate()
    assert process.wait(30) == 0
    assert not Path(f"/proc/{other}").exists()
