"""The short form: every fault once, under little load, with one seed each; `make soak` is the long form."""

from __future__ import annotations

import zlib

import pytest

from tests.bot.channels.telegram.test_many_at_once import ASKED
from tests.faults import runner
from tests.faults.ledger import Asked
from tests.faults.scenarios import SCENARIOS

CATALOGUE = {code: [Asked(text, title) for text, title in pairs] for code, pairs in ASKED.items()}
LOAD = runner.Load(people=6, questions=18, per_s=15, fault_length=6)
#: Held by the tests of the program alone and of several workers, each of which starts it again.
STARTS_EVERYTHING = {"kill_everything"}


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in STARTS_EVERYTHING])
async def test_loses_nothing_and_doubles_nothing(running, name, record_property):
    scenario = SCENARIOS[name]
    if lacking := scenario.lacks(running):
        pytest.skip(lacking)
    outcome = await runner.run(running, scenario, CATALOGUE, LOAD, seed=zlib.crc32(name.encode()))
    record_property("seconds to serve", round(outcome.served_s, 1))
    record_property("seconds to recover", round(outcome.healthy_s, 1))
    assert outcome.problems == []
    assert outcome.asked == LOAD.questions + runner.PROBES
