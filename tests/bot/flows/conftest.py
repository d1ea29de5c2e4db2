"""A small flow, read from files as the product's are; shared by the tests of bot.flows."""

from __future__ import annotations

import pytest

from bot.flows.saying import Teller
from bot.flows.state import State, answered, begin
from bot.knowledge.flows import Flow
from bot.knowledge.loader import KnowledgeBase, load
from tests.bot import small_base, small_flows


@pytest.fixture(scope="session")
def guided(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The small knowledge base with the flow `gift`; nobody changes it."""
    return load(small_flows.add(small_base.write(tmp_path_factory.mktemp("guided"))))


@pytest.fixture
def flow(guided: KnowledgeBase) -> Flow:
    return guided.flows["gift"]


@pytest.fixture
def teller(guided: KnowledgeBase, flow: Flow) -> Teller:
    return Teller(flow, guided, "en")


def after(flow: Flow, *values: object) -> State:
    """Returns the state after some answers from the beginning."""
    state = begin(flow, "terminal")
    for value in values:
        state = answered(flow, state, value)
    return state
