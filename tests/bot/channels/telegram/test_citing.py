from __future__ import annotations

import pytest

from bot.channels.telegram.citing import named_place
from bot.knowledge.loader import load
from tests.bot import small_base


@pytest.fixture(scope="module")
def knowledge():
    return load(small_base.ROOT / "knowledge")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("A/RES/64/223 9", ("A/RES/64/223", "9")),
        ("64/223 para. 9", ("A/RES/64/223", "9")),
        ("resolution 64/223, op 9", ("A/RES/64/223", "9")),
        ("A/RES/64/223第9段", ("A/RES/64/223", "9")),
        ("第64/223号决议 第９段", ("A/RES/64/223", "9")),
        ("2007年报告第50段", ("A/62/341", "50")),
        ("A/62/341, paras 50", ("A/62/341", "50")),
        ("A/76/319 box 8", ("A/76/319", "box 8")),
        ("A/76/319 方框8", ("A/76/319", "box 8")),
        ("UNGC Principle 7", ("UNGC", "principle 7")),
        ("UNGC 原则7", ("UNGC", "principle 7")),
        ("A/76/319 annex", ("A/76/319", "annex")),
        ("a/76/319", ("A/76/319", "")),
    ],
)
def test_finds_document_and_place_in_either_language(knowledge, typed, found):
    assert named_place(knowledge, typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("A/76/319 99", ("A/76/319", "99")),
        ("A/76/319 box 20", ("A/76/319", "box 20")),  # it has a paragraph 20
        ("A/76/319 方框20", ("A/76/319", "方框20")),
    ],
)
def test_makes_no_other_place_of_one_that_is_not_there(knowledge, typed, found):
    assert named_place(knowledge, typed) == found


@pytest.mark.parametrize("typed", ["", "nonsense 4", "A/RES/64/2231 9", "A/RES/64/22 9", "9"])
def test_finds_nothing_where_no_known_document_is_named(knowledge, typed):
    assert named_place(knowledge, typed) == ("", "")


def test_can_link_to_every_entry_and_topic(knowledge):
    """Source: core.telegram.org/bots/features#deep-linking: up to 64 letters, digits, _ and -."""
    links = [*(entry.replace(".", "-", 1) for entry in knowledge.entries), *knowledge.topics]
    assert [link for link in links if len(link) > 64 or not link.replace("-", "").replace("_", "").isalnum()] == []
