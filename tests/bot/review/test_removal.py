"""Deleting one enquiry in the console."""

from __future__ import annotations

import re

import pytest

from bot.store.queue import QueueStore
from tests.bot.review.conftest import actions


def test_asks_before_it_deletes_and_goes_on(editor, record, console):
    ids = [record(number, language="zh", text=f"谁来做{number}") for number in range(2)]
    leads = re.search(r'href="([^"]+/delete[^"]*)"', editor.get(f"/inbox/enquiries/{ids[0]}?language=zh").text)[1]
    page = editor.get(leads).text
    assert "谁来做0" in page
    assert "cannot be undone" in page
    assert f'href="/inbox/enquiries/{ids[0]}?language=zh"' in page  # the way back
    assert console.store(QueueStore).get(ids[0]) is not None
    form = {
        name.replace(".", "__"): value
        for name, value in re.findall(r'name="(queue.[a-z]+|is_meant)" value="([^"]+)"', page)
    }
    answer = editor.submit(f"/inbox/enquiries/{ids[0]}/remove", **form)
    assert answer.headers["location"] == f"/inbox/enquiries/{ids[1]}?language=zh&deleted=1"
    assert "The enquiry is deleted." in editor.get(answer.headers["location"]).text
    assert console.store(QueueStore).get(ids[0]) is None
    assert actions(console)[-2:] == [("editor", "delete_enquiry", ids[0]), ("editor", "read_dialogue", ids[1])]
    last = editor.submit(f"/inbox/enquiries/{ids[1]}/remove", **form)
    assert "The enquiry is deleted." in editor.get(last.headers["location"]).text


def test_deletes_nothing_that_was_not_asked_about(editor, record, console):
    id = record()
    assert editor.submit(f"/inbox/enquiries/{id}/remove").status_code == 400
    assert console.store(QueueStore).get(id) is not None


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
def test_lets_editors_alone_delete(browse, record, role, console):
    id = record()
    browser = browse(role)
    assert "/delete" not in browser.get(f"/inbox/enquiries/{id}").text
    assert browser.get(f"/inbox/enquiries/{id}/delete").status_code == 403
    assert browser.submit(f"/inbox/enquiries/{id}/remove", is_meant="1").status_code == 403
    assert console.store(QueueStore).get(id) is not None


def test_says_that_there_is_nothing_to_delete(editor):
    assert editor.get("/inbox/enquiries/gone/delete").status_code == 404
    assert editor.submit("/inbox/enquiries/gone/remove", is_meant="1").status_code == 404
