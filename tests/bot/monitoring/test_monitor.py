from __future__ import annotations

import logging
import socket

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import SettingsError
from bot.monitoring.metrics import ProcessMetrics
from bot.monitoring.monitor import Monitor


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


async def _get(monitor, path):
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{monitor.port}{path}") as response:
        return response.status, await response.text()


async def _samples(monitor):
    status, text = await _get(monitor, "/metrics")
    assert status == 200
    families = text_string_to_metric_families(text)
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


async def test_is_alive_and_tells_whether_it_is_ready(monitor, state):
    assert await _get(monitor, "/healthz") == (200, "ok\n")
    assert await _get(monitor, "/readyz") == (200, '{"ready": true, "database": "ok"}')
    state.update(ready=False, database="away")
    assert await _get(monitor, "/readyz") == (503, '{"ready": false, "database": "away"}')
    assert (await _get(monitor, "/healthz"))[0] == 200
    assert (await _get(monitor, "/"))[0] == 404


async def test_reads_a_gauge_when_it_is_asked_for(monitor, metrics):
    waiting = {"train": 1}
    metrics.watch("partnerguide_waiting", "What waits.", "kind", lambda: waiting)
    assert (await _samples(monitor))["partnerguide_waiting", "train"] == 1
    waiting["train"] = 3
    found = await _samples(monitor)
    assert found["partnerguide_waiting", "train"] == 3
    assert found["process_resident_memory_bytes",] > 0
    waiting.clear()
    assert ("partnerguide_waiting", "train") not in await _samples(monitor)


async def test_counts_warnings_and_errors_in_the_log_until_it_stops(metrics, state):
    monitor = Monitor(metrics, lambda: state, "127.0.0.1", 0)
    await monitor.start()
    logging.getLogger("bot.x").error("broken")
    assert (await _samples(monitor))["partnerguide_log_lines_total", "error"] == 1
    await monitor.stop()
    logging.getLogger("bot.x").error("broken")
    assert b'partnerguide_log_lines_total{level="error"} 1.0' in metrics.text()


async def test_refuses_a_port_that_is_taken(metrics, state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="--monitor 127.0.0.1:.*cannot be listened on"):
            await Monitor(metrics, lambda: state, "127.0.0.1", taken.getsockname()[1]).start()
