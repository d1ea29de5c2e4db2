from __future__ import annotations

from datetime import timedelta

import psycopg2
import pytest

from bot.errors import StoreError
from bot.store.texts import Imported, TextStore
from tests.bot.store.conftest import START


@pytest.fixture
def texts(url):
    with TextStore(url) as store:
        yield store


PLACES = [("summary", "摘要", "零"), ("1", "一", "甲"), ("box 1", "一", "乙")]


def test_keeps_a_document_place_by_place(texts):
    assert texts.replace("A/76/319", "zh", PLACES, START) == 0
    assert texts.documents() == [Imported("A/76/319", "zh", 3, START)]
    (place,) = texts.place("A/76/319", "box 1").values()
    assert (place.section, place.text, place.position, place.imported_at) == ("一", "乙", 2, START)
    assert texts.place("A/76/319", "2") == {}


def test_puts_a_new_import_in_the_place_of_the_old_one(texts):
    texts.replace("A/76/319", "zh", PLACES, START)
    texts.replace("A/76/319", "en", [("1", "", "a")], START)
    later = START + timedelta(days=1)
    assert texts.replace("A/76/319", "zh", [("1", "", "丙")], later) == 3
    assert texts.documents() == [Imported("A/76/319", "en", 1, START), Imported("A/76/319", "zh", 1, later)]
    assert {code: place.text for code, place in texts.place("A/76/319", "1").items()} == {"en": "a", "zh": "丙"}
    assert texts.place("A/76/319", "summary") == {}


def test_keeps_the_old_import_where_the_new_one_fails(texts):
    texts.replace("A/76/319", "zh", PLACES, START)
    with pytest.raises(StoreError):
        texts.replace("A/76/319", "zh", [("1", "", "甲"), ("1", "", "乙")], START)
    assert texts.documents() == [Imported("A/76/319", "zh", 3, START)]


def test_takes_what_a_database_refuses(texts):
    texts.replace("A/76/319", "zh", [("1", "", "a\0b\ud800")], START)
    assert texts.place("A/76/319", "1")["zh"].text == "ab\ufffd"


@pytest.mark.parametrize(("language", "removed", "left"), [("zh", 3, ["en"]), ("", 4, []), ("fr", 0, ["en", "zh"])])
def test_removes_a_document(texts, language, removed, left):
    texts.replace("A/76/319", "zh", PLACES, START)
    texts.replace("A/76/319", "en", [("1", "", "a")], START)
    texts.replace("A/62/341", "zh", PLACES, START)
    assert texts.remove("A/76/319", language) == removed
    assert [d.language for d in texts.documents() if d.source == "A/76/319"] == left
    assert [d.places for d in texts.documents() if d.source == "A/62/341"] == [3]


def test_says_which_places_are_at_hand(texts):
    texts.replace("A/76/319", "zh", PLACES, START)
    texts.replace("A/76/319", "en", [("1", "", "a")], START)
    wanted = [("A/76/319", "box 1"), ("A/62/341", "1"), ("A/76/319", "1"), ("A/76/319", "box 1")]
    assert texts.at_hand(wanted) == [("A/76/319", "box 1"), ("A/76/319", "1")]
    assert texts.at_hand([]) == []


def test_sees_at_once_what_another_process_imports(url, texts):
    assert texts.at_hand([("A/76/319", "1")]) == []
    with TextStore(url) as other:
        other.replace("A/76/319", "zh", PLACES, START)
    assert texts.at_hand([("A/76/319", "1")]) == [("A/76/319", "1")]


AWAY = "postgresql://guide@127.0.0.1:1/guide"


def test_says_that_the_database_is_away():
    with TextStore(AWAY) as store, pytest.raises(StoreError, match="PostgreSQL at 127.0.0.1/guide cannot be used"):
        store.documents()


def test_has_nothing_at_hand_while_the_database_is_away(clock, caplog, monkeypatch):
    tries = []
    connect = psycopg2.connect
    monkeypatch.setattr(psycopg2, "connect", lambda *a, **k: (tries.append(1), connect(*a, **k))[1])
    with TextStore(AWAY, clock=clock) as store:
        assert [store.at_hand([("A/76/319", "1")]) for _ in range(3)] == [[], [], []]
        assert len(tries) == 1
        clock.now += 2
        store.at_hand([("A/76/319", "1")])
        assert len(tries) == 2
    assert [m.partition(":")[0] for m in caplog.messages] == ["the official texts cannot be read"]
