from __future__ import annotations

import logging
import socket

import pytest

from bot.errors import SettingsError
from bot.monitoring.metrics import ProcessMetrics
from bot.monitoring.monitor import Monitor
from tests.watching import counted, told


@pytest.fixture
def state():
    return {"ready": True, "database": "ok"}


@pytest.fixture
def metrics():
    return ProcessMetrics()


@pytest.fixture
async def monitor(metrics, state):
    made = Monitor(metrics, lambda: state, "127.0.0.1", 0)
    await made.start()
    yield made
    await made.stop()


async def test_is_alive_and_tells_whether_it_is_ready(monitor, state):
    assert await told(monitor.port, "/healthz") == (200, "ok\n")
    assert await told(monitor.port, "/readyz") == (200, '{"ready": true, "database": "ok"}')
    state.update(ready=False, database="away")
    assert await told(monitor.port, "/readyz") == (503, '{"ready": false, "database": "away"}')
    assert (await told(monitor.port, "/healthz"))[0] == 200
    assert (await told(monitor.port, "/"))[0] == 404


async def test_reads_a_gauge_when_it_is_asked_for(monitor, metrics):
    waiting = {"train": 1}
    metrics.watch("partnerguide_waiting", "What waits.", "kind", lambda: waiting)
    assert (await counted(monitor.port))["partnerguide_waiting", "train"] == 1
    waiting["train"] = 3
    found = await counted(monitor.port)
    assert found["partnerguide_waiting", "train"] == 3
    assert found["process_resident_memory_bytes",] > 0
    waiting.clear()
    assert ("partnerguide_waiting", "train") not in await counted(monitor.port)


async def test_counts_warnings_and_errors_in_the_log_until_it_stops(metrics, state):
    monitor = Monitor(metrics, lambda: state, "127.0.0.1", 0)
    await monitor.start()
    logging.getLogger("bot.x").error("broken")
    assert (await counted(monitor.port))["partnerguide_log_lines_total", "error"] == 1
    await monitor.stop()
    logging.getLogger("bot.x").error("broken")
    assert b'partnerguide_log_lines_total{level="error"} 1.0' in metrics.text()


async def test_refuses_a_port_that_is_taken(metrics, state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="--monitor 127.0.0.1:.*cannot be listened on"):
            await Monitor(metrics, lambda: state, "127.0.0.1", taken.getsockname()[1]).start()
