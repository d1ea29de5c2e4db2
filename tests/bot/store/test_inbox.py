from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.errors import StoreError
from bot.store.inbox import MOST_ATTEMPTS, Inbox

KEY = "a secret of the tests, long enough"


def make(url, folder, **values):
    return Inbox(url, folder / "inbox", KEY, "telegram/7", **values)


@pytest.fixture
def inbox(url, tmp_path):
    with make(url, tmp_path) as opened:
        yield opened


def numbers(inbox):
    return [waiting.number for waiting in inbox.waiting()]


def test_takes_a_message_once_however_often_it_comes(inbox, url, tmp_path):
    assert inbox.receive(2, "ada", "two")
    assert inbox.receive(1, "ada", "one")
    assert not inbox.receive(2, "ada", "two")
    with make(url, tmp_path) as another:
        assert not another.receive(1, "ada", "one")
        assert [(w.number, w.body) for w in another.waiting()] == [(1, "one"), (2, "two")]


def test_gives_a_message_to_one_worker_only(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    with make(url, tmp_path) as another:
        assert inbox.take(1)
        assert not another.take(1)
        assert not inbox.take(1)
        assert numbers(another) == []


def test_lets_another_take_it_when_the_lease_has_expired(url, tmp_path):
    with make(url, tmp_path, lease_s=-1) as dead, make(url, tmp_path) as another:
        dead.receive(1, "ada", "one")
        assert dead.take(1)
        assert numbers(another) == [1]
        assert another.take(1)


def test_prolongs_a_lease(url, tmp_path):
    with make(url, tmp_path, lease_s=-1) as slow, make(url, tmp_path) as another:
        slow.receive(1, "ada", "one")
        slow.take(1)
        slow._lease = timedelta(seconds=60)
        slow.renew(1)
        assert numbers(another) == []


def test_erases_the_body_of_what_is_answered(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    inbox.take(1)
    inbox.finish(1)
    assert inbox.counts() == {"sent": 1}
    with make(url, tmp_path) as another:
        another.release()
        assert numbers(another) == []
        assert not another.take(1)


def test_keeps_bodies_encrypted(inbox, tmp_path):
    inbox.receive(1, "ada", "what is principle 7")
    with inbox._connection() as connection:
        (body,) = connection.exec_driver_sql("SELECT body FROM inbox").one()
    assert "principle" not in body


def test_releases_what_a_dead_process_was_working_on(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    inbox.take(1)
    with make(url, tmp_path) as next_process:
        next_process.release()
        assert numbers(next_process) == [1]
        assert next_process.take(1)


def test_leaves_a_message_alone_that_kills_every_process(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    for _ in range(MOST_ATTEMPTS):
        with make(url, tmp_path) as process:
            process.release()
            assert process.take(1)
    inbox.release()
    assert numbers(inbox) == []
    assert inbox.stuck() == 1


def test_puts_back_what_could_not_be_sent(inbox):
    inbox.receive(1, "ada", "one")
    inbox.take(1)
    inbox.put_back(1)
    assert numbers(inbox) == [1]
    assert inbox.take(1)


def test_holds_two_accounts_apart(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    with Inbox(url, tmp_path / "inbox", KEY, "telegram/8") as other:
        assert numbers(other) == []
        assert other.receive(1, "ada", "one")


def test_forgets_what_a_person_wrote(inbox):
    inbox.receive(1, "ada", "one")
    inbox.receive(2, "bo", "two")
    inbox.forget("ada")
    assert numbers(inbox) == [2]


def test_deletes_old_numbers_of_answered_messages_only(inbox):
    inbox.receive(1, "ada", "one")
    inbox.receive(2, "ada", "two")
    inbox.finish(1)
    now = datetime.now(timezone.utc)
    assert inbox.purge(now) == 0
    assert inbox.purge(now + timedelta(days=3)) == 1
    assert numbers(inbox) == [2]


@pytest.fixture
def away(tmp_path):
    """An inbox whose database cannot be opened, and the way to bring it back."""
    blocker = tmp_path / "there"
    blocker.write_text("a file where the folder should be")
    now = [0.0]
    inbox = make(f"sqlite:///{blocker}/guide.db", tmp_path, clock=lambda: now[0])

    def come_back():
        blocker.unlink()
        blocker.mkdir()
        now[0] += 100

    yield inbox, come_back
    inbox.close()


def test_keeps_messages_in_the_spool_while_the_database_is_away(away):
    inbox, come_back = away
    assert inbox.receive(1, "ada", "one")
    assert inbox.receive(2, "ada", "two")
    assert not inbox.receive(1, "ada", "one")
    assert inbox.take(1)
    inbox.finish(1)
    assert [(w.number, w.body) for w in inbox.waiting()] == [(2, "two")]
    come_back()
    assert numbers(inbox) == [2]
    assert inbox.counts() == {"sent": 1, "received": 1}
    assert inbox.spool.waiting() == 0


def test_refuses_a_message_that_nothing_can_keep(away, tmp_path):
    inbox, _ = away
    (tmp_path / "inbox").write_text("no folder")
    with pytest.raises(StoreError, match="cannot be kept"):
        inbox.receive(1, "ada", "one")
