from __future__ import annotations

import sqlite3
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


class Calendar:
    """A clock that is moved by days."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_days(self, days):
        self.now += timedelta(days=days)


@pytest.fixture
def calendar():
    return Calendar()


@pytest.fixture
def dated_people(url, calendar):
    with PeopleStore(url, calendar=calendar) as opened:
        yield opened


def test_keeps_the_choices_of_who_goes_on_using_the_guide(dated_people, calendar):
    dated_people.change("c0ffee", noticed_at=NOW, declined_log=True)
    dated_people.change("d0d0", language="zh")
    calendar.pass_days(100)
    dated_people.get("c0ffee")
    calendar.pass_days(81)
    assert dated_people.purge(180, calendar.now) == 1
    assert dated_people.get("c0ffee").declined_log
    assert dated_people.get("d0d0") == Person("d0d0")


def test_notes_a_use_once_a_day(dated_people, calendar):
    dated_people.change("c0ffee", language="zh")
    moments = []
    for _ in range(5):
        calendar.pass_days(0.4)
        dated_people.get("c0ffee")
        moments.append((dated_people.get("c0ffee").changed_at - NOW) / timedelta(days=1))
    assert moments == [0, 0, 1.2, 1.2, 1.2]


def test_remembers_nobody_for_a_use_alone(dated_people, calendar):
    dated_people.get("c0ffee")
    calendar.pass_days(2)
    assert dated_people.get("c0ffee") == Person("c0ffee")


def test_knows_a_choice_where_its_use_cannot_be_noted(sqlite_url, calendar, tmp_path):
    with PeopleStore(sqlite_url, calendar=calendar) as people:
        people.change("c0ffee", declined_log=True)
    other = sqlite3.connect(tmp_path / "guide.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    calendar.pass_days(2)
    with PeopleStore(sqlite_url, calendar=calendar) as people:
        assert people.get("c0ffee").declined_log
    other.close()


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
