"""Tags on entries: put on and taken off by editors, shown to everybody, and looked for by address."""

from __future__ import annotations

import re

import pytest

from bot.store.tags import MOST_PER_ENTRY, TagStore
from tests.bot.review.conftest import actions

ENTRY = "/knowledge/growth.number"


@pytest.fixture
def tags(console):
    return console.store(TagStore)


def listed(browser, query):
    return re.findall(r'<td><a href="/knowledge/([\w.]+)"', browser.get(f"/knowledge?{query}").text)


def test_puts_tags_on_an_entry_and_takes_them_off(editor, browse, tags, console):
    assert editor.submit(f"{ENTRY}/tag", tags="Review 2027, 资金").headers["location"] == ENTRY
    assert tags.of("growth.number") == ["review 2027", "资金"]
    for page in (editor.get(ENTRY).text, browse("viewer").get(ENTRY).text):
        assert 'href="/knowledge?tag=review%202027"' in page
    editor.submit(f"{ENTRY}/tag", tags="review 2027")
    editor.submit(f"{ENTRY}/untag", tag="资金")
    editor.submit(f"{ENTRY}/untag", tag="资金")
    assert tags.of("growth.number") == ["review 2027"]
    # By id and action: what somebody typed is no business of the log.
    noted = [row for row in console.audit.list() if "tag_entry" in row.action]
    assert [(row.action, row.subject, row.detail) for row in noted] == [
        ("untag_entry", "growth.number", ""),
        ("tag_entry", "growth.number", "2"),
    ]


def test_finds_entries_by_tag(editor, tags):
    tags.add("growth.number", ["money", "old"], "ada")
    tags.add("growth.costs", ["money"], "ada")
    assert set(listed(editor, "tag=money")) == {"growth.number", "growth.costs"}
    assert listed(editor, "tag=Old") == ["growth.number"]
    assert listed(editor, "tag=money&topic=duties") == []
    assert listed(editor, "tag=nowhere") == []
    assert listed(editor, "find=old")[0] == "growth.number"
    page = editor.get("/knowledge?tag=money").text
    assert "<option selected>money</option>" in page
    assert page.count('<span class="tag">money</span>') == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ada@example.org", "a tag is made of letters"),
        (",".join(f"tag {number}" for number in range(MOST_PER_ENTRY + 1)), "takes up to 8 tags"),
    ],
    ids=["no tag", "too many"],
)
def test_says_what_it_does_not_take(editor, tags, console, typed, said):
    response = editor.submit(f"{ENTRY}/tag", tags=typed)
    assert said in editor.get(response.headers["location"]).text
    assert tags.by_entry() == {}
    assert actions(console) == []


def test_leaves_tags_to_editors(reviewer, tags):
    tags.add("growth.number", ["money"], "ada")
    page = reviewer.get(ENTRY).text
    assert ">money</a>" in page
    assert f"{ENTRY}/tag" not in page
    assert f"{ENTRY}/untag" not in page
    assert reviewer.submit(f"{ENTRY}/tag", tags="more").status_code == 403
    assert reviewer.submit(f"{ENTRY}/untag", tag="money").status_code == 403
    assert tags.of("growth.number") == ["money"]


def test_shows_no_tags_where_there_are_none(reviewer):
    assert 'name="tag"' not in reviewer.get("/knowledge").text
    assert reviewer.get(f"{ENTRY}?said=bad_tag").status_code == 200
