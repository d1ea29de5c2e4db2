"""Where the model was torn: accepting or rejecting the entry that came close."""

from __future__ import annotations

import os
import re

import pytest

from bot.store.queue import QueueStore
from tests.bot.review.browsing import CHROMIUM
from tests.bot.review.conftest import actions
from tests.bot.review.test_browser import address, chromium, open_page  # noqa: F401  # fixtures

QUEUE = "/inbox?close=yes"


@pytest.fixture
def torn(record):
    """Records an enquiry that was asked back."""

    def one(number=0, **values):
        close = {"runner_up": "growth.costs", "runner_up_confidence": 0.45}
        return record(number, **{"outcome": "choices", "entry": "", "intent": "faq", **close, **values})

    return one


def state(console, id):
    return console.store(QueueStore).get(id).review_state


def buttons(page):
    return re.findall(r'name="suggest" value="([a-z]+):([^"]+)"', page)


def test_accepts_in_one_click(reviewer, torn, console):
    id, other = torn(0), torn(1)
    page = reviewer.get(QUEUE).text
    assert buttons(page) == [("accept", id), ("reject", id), ("accept", other), ("reject", other)]
    assert "Close calls <span>2</span>" in page
    seen = {f"seen:{id}": "new"}
    answer = reviewer.submit("/inbox/suggest", suggest=f"accept:{id}", queue__close="yes", **seen)
    assert answer.headers["location"].startswith(f"{QUEUE}&done=")
    page = reviewer.get(answer.headers["location"]).text
    assert "1 corrected." in page
    assert buttons(page) == [("accept", other), ("reject", other)]
    assert (state(console, id), console.reviews.labels([id])) == ("corrected", {id: "faq/growth.costs"})
    assert actions(console)[-1] == ("reviewer", "correct", id)


def test_rejects_in_one_click_and_takes_it_back(reviewer, torn, console):
    id = torn()
    answer = reviewer.submit("/inbox/suggest", suggest=f"reject:{id}", queue__close="yes", **{f"seen:{id}": "new"})
    page = reviewer.get(answer.headers["location"]).text
    assert "1 suggestion rejected" in page
    assert buttons(page) == []
    assert state(console, id) == "new"  # it waits in the inbox as before
    assert actions(console)[-1] == ("reviewer", "reject", id)
    assert "reviewer: not" in reviewer.get(f"/inbox/enquiries/{id}").text
    reviewer.submit("/inbox/undo", batch=console.reviews.of(id)[0].batch, back=QUEUE)
    assert len(buttons(reviewer.get(QUEUE).text)) == 2


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_tells_whoever_comes_second(reviewer, torn, console, answer):
    id = torn()
    console.reviews.decide({id: "new"}, "out_of_scope", "editor")
    late = reviewer.submit("/inbox/suggest", suggest=f"{answer}:{id}", queue__close="yes", **{f"seen:{id}": "new"})
    assert "Somebody else had decided one of them" in reviewer.get(late.headers["location"]).text
    assert state(console, id) == "out_of_scope"


def test_suggests_no_entry_that_is_gone(reviewer, browse, torn):
    id = torn(runner_up="gone.entry")
    assert buttons(reviewer.get(QUEUE).text) == []
    refused = reviewer.submit("/inbox/suggest", suggest=f"accept:{id}", **{f"seen:{id}": "new"})
    assert refused.status_code == 400
    assert reviewer.submit("/inbox/suggest", suggest="accept:gone").status_code == 404
    assert buttons(browse("viewer").get(QUEUE).text) == []


@pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no browser here: `apt-get install chromium`")
def test_goes_through_them_by_keyboard(open_page, address, torn, console):  # noqa: F811
    ids = [torn(number) for number in range(3)]
    page = open_page()
    page.goto(address + QUEUE)
    for key in "ydu":
        with page.expect_navigation():
            page.keyboard.press(key)
    assert state(console, ids[0]) == "corrected"
    assert console.reviews.of(ids[1])[0].undone_by == "reviewer"
    assert len(buttons(page.content())) == 4
    # On the page of one enquiry, where no entry is meant.
    page.goto(f"{address}/inbox/enquiries/{ids[2]}")
    page.keyboard.press("i")
    page.keyboard.type("Greet")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert console.reviews.labels([ids[2]]) == {ids[2]: "greet"}
