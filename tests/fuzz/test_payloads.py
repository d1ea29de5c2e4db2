"""What buttons carry: any data is a known kind with known names, or nothing."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.payloads import _DIALOGUE, _OWN, MAX_BYTES, Payloads
from bot.knowledge.loader import load
from bot.reply import Choice
from tests.conftest import ROOT
from tests.fuzz.cases import cases


@lru_cache(maxsize=1)
def _payloads():
    knowledge = load(ROOT / "knowledge")
    return Payloads(lambda: knowledge)


_SHAPED = st.lists(st.sampled_from([*_DIALOGUE, *_OWN]) | st.text(max_size=12), max_size=5).map(
    lambda parts: "|".join(["1", *parts])
)


@cases
@given(st.text(max_size=64) | _SHAPED)
def test_reads_any_data_or_nothing(data):
    press = _payloads().read(data)
    if press is None:
        return
    assert press.kind in {*_DIALOGUE, *_OWN}
    # A command of the dialogue's is one of ours, whatever stood in the data.
    intents = {f"/{intent}" for intent, _ in _DIALOGUE.values()}
    assert press.command == "" or press.command.partition("{")[0] in intents


@cases
@given(st.text(max_size=80) | st.text(max_size=40).map(lambda text: f'/show_entry{{"entry": "{text}"}}'))
def test_writes_what_fits_or_nothing(payload):
    written = _payloads().of(Choice("x", payload))
    assert len(written.encode("utf-8", "surrogatepass")) <= MAX_BYTES
