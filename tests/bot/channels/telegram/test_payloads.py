from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.payloads import MAX_BYTES, Payloads, Press
from bot.knowledge.loader import load
from bot.reply import Choice
from tests.bot import small_base


@pytest.fixture(scope="module")
def payloads():
    """Of the product: its names are the longest there are."""
    knowledge = load(small_base.ROOT / "knowledge")
    return Payloads(lambda: knowledge)


@pytest.fixture(scope="module")
def knowledge():
    return load(small_base.ROOT / "knowledge")


def test_fits_every_entry_topic_and_place_and_reads_it_back(payloads, knowledge):
    offered = [f'/show_entry{{"entry": "{entry}"}}' for entry in knowledge.entries]
    offered += [f'/show_topic{{"topic": "{topic}", "page": "2"}}' for topic in knowledge.topics]
    offered += [
        f'/show_text{{"source": "{source.symbol}", "locator": "{place}"}}'
        for source in knowledge.sources.values()
        for place in source.places
    ]
    data = {payload: payloads.of(Choice("x", payload)) for payload in offered}
    assert {payload: (payloads.read(written) or Press("")).command for payload, written in data.items()} == {
        payload: payload for payload in offered
    }
    assert max(len(written.encode()) for written in data.values()) <= MAX_BYTES


def test_names_the_entry_that_more_is_about(payloads, knowledge):
    entry = next(iter(knowledge.entries))
    data = payloads.of(Choice("x", "/ask_more"), entry)
    assert payloads.read(data).command == f'/ask_more{{"entry": "{entry}"}}'


@pytest.mark.parametrize(
    ("payload", "kind"), [("/request_person", "p"), ("/confirm_person", "p"), ("/confirm_deletion", "D")]
)
def test_keeps_what_needs_consent_with_the_front(payloads, payload, kind):
    assert payloads.read(payloads.of(Choice("x", payload))) == Press(kind)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1",
        "/restart",
        "2|e|growth.scale",
        "1|e",
        "1|e|no.entry",
        "1|q|x",
        "1|l|xx",
        "1|t|growth|no",
        "1|f|+",
        '1|k|"|1',
    ],
)
def test_reads_nothing_that_no_button_of_ours_carries(payloads, data):
    assert payloads.read(data) is None


@given(st.text(max_size=64))
def test_reads_anything_without_a_fault(payloads, data):
    press = payloads.read(data)
    assert press is None or press.kind


@given(st.text(max_size=40), st.text(max_size=20))
def test_reads_anything_in_the_right_shape_without_a_fault(payloads, kind, value):
    payloads.read(f"1|{kind}|{value}")
    payloads.read(f"1|X|UNGC|{value}")
