from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.store.people import PeopleStore, Person

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


@pytest.fixture
def people(url):
    with PeopleStore(url) as opened:
        yield opened


def test_knows_nothing_of_a_stranger(people):
    assert people.get("c0ffee") == Person("c0ffee")
    assert not people.get("c0ffee").is_logged


def test_remembers_choices_across_processes(people, url):
    people.change("c0ffee", language="zh", noticed_at=NOW)
    people.change("c0ffee", audience="company")
    with PeopleStore(url) as another:
        person = another.get("c0ffee")
    assert (person.language, person.audience, person.noticed_at, person.is_logged) == ("zh", "company", NOW, True)


def test_logs_nobody_who_declined(people):
    assert not people.change("c0ffee", noticed_at=NOW, declined_log=True).is_logged


def test_forgets_a_person(people):
    people.change("c0ffee", language="zh")
    people.forget("c0ffee")
    assert people.get("c0ffee") == Person("c0ffee")


def test_deletes_who_has_not_been_here_for_long(people):
    people.change("c0ffee", language="zh")
    later = datetime.now(timezone.utc) + timedelta(days=181)
    assert people.purge(180, later - timedelta(days=2)) == 0
    assert people.purge(180, later) == 1


def test_counts_without_logging(people):
    people.count("inline", "en")
    people.count("inline", "en")
    people.count("inline", "zh")
    assert people.counts("inline") == {"en": 2, "zh": 1}


def test_keeps_a_choice_in_memory_while_the_database_is_away(tmp_path):
    (tmp_path / "there").write_text("a file where the folder should be")
    with PeopleStore(f"sqlite:///{tmp_path}/there/guide.db") as people:
        people.change("c0ffee", language="zh")
        assert people.get("c0ffee").language == "zh"
