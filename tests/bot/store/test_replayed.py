from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.replayed import PastTurnStore
from tests.bot.store.conftest import START

DAY = timedelta(days=1)


@pytest.fixture
def past(url):
    with PastTurnStore(url) as opened:
        yield opened


@pytest.fixture
def log(url, open_store, make_row):
    """Logs a turn of a conversation, so many minutes after the first."""
    store = open_store(url)

    def one(number, text, conversation="c1", **values):
        row = make_row(number, text=text, conversation=conversation, created_at=START + timedelta(minutes=number))
        for name, value in values.items():
            setattr(row, name, value)
        store.record(row)

    return one


def test_gives_the_newest_questions_with_what_was_said_before_them(past, log):
    log(0, "long ago", intent="faq/a.b")
    log(2000, "what does it cost", intent="faq/a.b")
    log(2001, "another person's", conversation="c2", intent="faq")
    log(2002, "Due diligence", intent="show_entry", is_enquiry=True)
    log(2003, "and in 2007?", intent="out_of_scope")
    log(2004, "a measurement", channel="jsonl", intent="faq")
    log(2005, "", intent="faq")
    assert [(turn.text, turn.is_replayed) for turn in past.newest(2, DAY)] == [
        ("what does it cost", False),
        ("Due diligence", False),
        ("and in 2007?", True),
        ("another person's", True),
    ]
    assert [turn.text for turn in past.newest(3, 2 * DAY)][0] == "long ago"


def test_gives_nothing_where_nobody_has_asked(past, log):
    assert past.newest(5, DAY) == []
    log(0, "hello", intent="greet", is_enquiry=False)
    assert past.newest(5, DAY) == []
