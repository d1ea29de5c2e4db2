"""What an operator's programs are told by a monitor, as tests read it."""

from __future__ import annotations

import aiohttp
from prometheus_client.parser import text_string_to_metric_families


async def told(port: int, path: str) -> tuple[int, str]:
    """Returns status and text of the answer that a monitor on this machine gives."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


async def counted(port: int) -> dict[tuple[str, ...], float]:
    """Returns what a monitor on this machine has counted; see `samples`."""
    status, text = await told(port, "/metrics")
    assert status == 200
    return samples(text)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Returns the values in Prometheus's text by name and values of labels."""
    families = text_string_to_metric_families(text)
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}
