from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=-2)], ids=["ahead", "behind"])
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_counts_a_lease_by_the_clock_of_the_database(url, tmp_path, ahead):
    def wrong():
        return datetime.now(timezone.utc) + ahead

    with make(url, tmp_path) as right, make(url, tmp_path, calendar=wrong) as another:
        for number, (holder, other) in enumerate([(right, another), (another, right)]):
            holder.receive(number, "ada", "one")
            assert holder.take(number)
            holder.renew(number)
            assert numbers(other) == []
            assert not other.take(number)
            holder._lease = timedelta(seconds=-1)
            holder.renew(number)
            assert numbers(other) == [number]
            assert other.take(number)
            other.finish(number)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_tells_the_time_of_the_database(url, tmp_path):
    with make(url, tmp_path, calendar=lambda: datetime(1970, 1, 1, tzinfo=timezone.utc)) as inbox:
        assert abs(inbox.moment() - datetime.now(timezone.utc)) < timedelta(minutes=5)


def test_tells_its_own_time_where_the_database_has_none(tmp_path):
    now = datetime(1970, 1, 1, tzinfo=timezone.utc)
    with make(f"sqlite:///{tmp_path / 'guide.db'}", tmp_path, calendar=lambda: now) as inbox:
        assert inbox.moment() == now


def test_erases_the_body_of_what_is_answered(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    inbox.take(1)
    inbox.finish(1)
    assert inbox.counts() == {"sent": 1}
    with make(url, tmp_path) as another:
        assert another.release(is_alone=True) == 0
        assert numbers(another) == []
        assert not another.take(1)


def test_keeps_bodies_encrypted(inbox, tmp_path):
    inbox.receive(1, "ada", "what is principle 7")
    with inbox._connection() as connection:
        (body,) = connection.exec_driver_sql("SELECT body FROM inbox").one()
    assert "principle" not in body


@pytest.mark.parametrize("is_alone", [True, False])
def test_releases_what_a_killed_process_was_working_on_and_not_before(inbox, url, tmp_path, start_child, is_alone):
    inbox.receive(1, "ada", "one")
    child = start_child("work_on", url, tmp_path / "inbox", 1)
    child.stdin.write("go\n")
    child.stdin.flush()
    assert [child.stdout.readline(), child.stdout.readline()] == ["ready\n", "True\n"], child.stderr.read()
    assert inbox.release(is_alone=is_alone) == 0
    assert not inbox.take(1)
    child.kill()
    child.wait()
    assert inbox.release(is_alone=is_alone) == 1
    assert numbers(inbox) == [1]
    assert inbox.take(1)


def test_releases_nothing_of_its_own(inbox):
    inbox.receive(1, "ada", "one")
    inbox.take(1)
    assert inbox.release(is_alone=True) == 0
    assert numbers(inbox) == []


def test_releases_what_was_held_on_another_machine_only_when_it_is_alone(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    with make(url, tmp_path / "elsewhere") as other:
        assert other.take(1)
        assert inbox.release(is_alone=False) == 0
        assert numbers(inbox) == []
        assert inbox.release(is_alone=True) == 1
    assert numbers(inbox) == [1]


def test_leaves_no_trace_of_processes_that_hold_nothing(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    inbox.receive(2, "ada", "two")
    for number in (1, 2):
        with make(url, tmp_path) as process:
            process.take(number)
            if number == 1:
                process.finish(number)
    traces = lambda: len(list((tmp_path / "inbox").glob("*.alive")))  # noqa: E731
    assert traces() == 1
    inbox.release(is_alone=False)
    assert traces() == 0


def test_gives_back_what_ended_without_an_answer(inbox):
    inbox.receive(1, "ada", "one")
    inbox.take(1)
    inbox.give_back([1])
    assert numbers(inbox) == [1]
    assert inbox.take(1)


def test_leaves_a_message_alone_that_kills_every_process(inbox, url, tmp_path):
    inbox.receive(1, "ada", "one")
    for _ in range(MOST_ATTEMPTS):
        with make(url, tmp_path) as process:
            process.release(is_alone=False)
            assert process.take(1)
    inbox.release(is_alone=False)
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


def whose(inbox):
    with inbox._connection() as connection:
        return connection.exec_driver_sql("SELECT number, state, person, body != '' FROM inbox ORDER BY number").all()


def test_forgets_what_a_person_wrote(inbox):
    inbox.receive(1, "ada", "one")
    inbox.receive(2, "bo", "two")
    inbox.forget("ada")
    assert whose(inbox) == [(1, "sent", "", False), (2, "received", "bo", True)]
    assert not inbox.take(1)


def test_forgets_what_could_not_be_replayed(inbox, tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir(exist_ok=True)
    (folder / "1-torn.aside").write_bytes(b'{"person": "ada", "bo\n{"person": "bo", "bo\n')
    inbox.forget("ada")
    assert (folder / "1-torn.aside").read_bytes() == b'{"person": "bo", "bo\n'
    inbox.purge(datetime.now(timezone.utc))
    assert (folder / "1-torn.aside").exists()
    inbox.purge(datetime.now(timezone.utc) + timedelta(days=3))
    assert not (folder / "1-torn.aside").exists()


def test_forgets_again_where_the_process_dies_while_it_forgets(url, tmp_path):
    with make(url, tmp_path) as dying:
        for number in (1, 2, 3, 4):
            dying.receive(number, "ada", str(number))
        dying.take(1)
        dying.finish(1)
        dying.take(3)  # asks to be forgotten; 2 was put back, 4 came while 3 was worked on
        dying.forget("ada")
    with make(url, tmp_path) as next_process:
        next_process.release(is_alone=False)
        assert [(waiting.number, waiting.body) for waiting in next_process.waiting()] == [(3, "3"), (4, "4")]
        assert next_process.take(3)
        next_process.finish(3)
        assert whose(next_process) == [(n, "sent", "", False) for n in (1, 2, 3)] + [(4, "received", "ada", True)]


def test_deletes_old_numbers_of_answered_messages_only(inbox):
    inbox.receive(1, "ada", "one")
    inbox.receive(2, "ada", "two")
    inbox.finish(1)
    now = datetime.now(timezone.utc)
    assert inbox.purge(now) == 0
    assert inbox.purge(now + timedelta(days=3)) == 1
    assert numbers(inbox) == [2]


def test_deletes_old_messages_that_nobody_can_read_any_more(inbox):
    inbox.receive(1, "ada", "one")
    with inbox._connection() as connection:
        connection.exec_driver_sql("UPDATE inbox SET body = ''")
    assert inbox.purge(datetime.now(timezone.utc) + timedelta(days=3)) == 1
    assert inbox.counts() == {}


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


def test_marks_what_is_answered_as_soon_as_anything_can_be_written_again(away, tmp_path):
    inbox, come_back = away
    for number in range(1, 31):
        inbox.receive(number, "ada", "words")
        inbox.take(number)
    inbox.spool.folder.rename(tmp_path / "kept")
    inbox.spool.folder.write_text("no folder: nothing can be written")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(inbox.finish, range(1, 30)))
    inbox.spool.folder.unlink()
    (tmp_path / "kept").rename(inbox.spool.folder)
    come_back()
    assert numbers(inbox) == [*range(1, 31)]
    assert not inbox.take(1)
    inbox.finish(30)
    assert inbox.counts() == {"sent": 30}
