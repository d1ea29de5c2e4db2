from __future__ import annotations

import pytest

from bot.store.tags import MAX_CHARACTERS, MOST_PER_ENTRY, TagStore, normal_tag, read_tags


@pytest.fixture
def tags(url):
    with TagStore(url) as opened:
        yield opened


def test_puts_tags_on_entries_and_takes_them_off(tags):
    assert tags.by_entry() == {}
    assert tags.add("growth.costs", ["review 2027", "money"], "ada") == 2
    assert tags.add("growth.costs", ["money"], "bob") == 0
    assert tags.add("duties.form", ["money"], "bob") == 1
    assert tags.by_entry() == {"growth.costs": ["money", "review 2027"], "duties.form": ["money"]}
    assert tags.remove("growth.costs", "Money")
    assert not tags.remove("growth.costs", "money")
    assert tags.of("growth.costs") == ["review 2027"]
    assert tags.of("duties.form") == ["money"]
    assert tags.of("no.entry") == []


def test_puts_no_more_on_an_entry_than_anybody_reads(tags):
    many = [f"tag {number}" for number in range(MOST_PER_ENTRY)]
    assert tags.add("growth.costs", [*many, "one more"], "ada") is None
    assert tags.of("growth.costs") == []
    assert tags.add("growth.costs", many, "ada") == MOST_PER_ENTRY
    assert tags.add("growth.costs", ["one more"], "ada") is None
    assert tags.add("growth.costs", many[:2], "ada") == 0
    assert tags.of("growth.costs") == many


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("Money", "money"),
        ("  review   2027 ", "review 2027"),
        ("co-funding", "co-funding"),
        ("ＳＤＧ １７", "sdg 17"),
        ("尽职调查", "尽职调查"),
        ("x" * MAX_CHARACTERS, "x" * MAX_CHARACTERS),
        ("x" * (MAX_CHARACTERS + 1), ""),
        ("ada@example.org", ""),
        ("<b>", ""),
        ("-", ""),
        ("a/b", ""),
        ("", ""),
        ("a\x00b", ""),
    ],
)
def test_keeps_a_tag_in_one_form(typed, tag):
    assert normal_tag(typed) == tag
    assert normal_tag(tag) == tag


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("money, Review 2027,money", ["money", "review 2027"]),
        ("资金，尽职调查、案例", ["资金", "尽职调查", "案例"]),
        (" , ", []),
        ("money, a@b", None),
    ],
)
def test_reads_what_is_typed_with_commas_between(typed, found):
    assert read_tags(typed) == found
