from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from argon2 import PasswordHasher

from bot.errors import StoreError
from bot.store.accounts import (
    ATTEMPT_MINUTES,
    IDLE_HOURS,
    MOST_FOR_BOTH,
    MOST_FOR_ONE,
    SESSION_HOURS,
    AccountStore,
    TooManyAttemptsError,
)

PASSWORD = "a password of the tests"
#: As cheap as argon2 gets: how long a hash takes is not what is tested.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def accounts(ready_url):
    with AccountStore(ready_url, hasher=CHEAP) as opened:
        yield opened


@pytest.fixture
def anna(accounts):
    return accounts.add("anna", "admin", PASSWORD)


def test_keeps_no_password(accounts, anna):
    with accounts._connection() as connection:
        [held] = connection.exec_driver_sql("SELECT password FROM account").scalars()
    assert held.startswith("$argon2id$")
    assert PASSWORD not in held


def test_signs_in_with_the_right_password_alone(accounts, anna):
    account, token = accounts.sign_in("anna", PASSWORD, "127.0.0.1")
    assert account.name == "anna"
    assert accounts.of_session(token).role == "admin"
    assert accounts.sign_in("anna", PASSWORD + "!", "127.0.0.1") is None
    assert accounts.sign_in("nobody", PASSWORD, "127.0.0.1") is None


def test_keeps_no_token_that_signs_in(accounts, anna):
    _, token = accounts.sign_in("anna", PASSWORD, "127.0.0.1")
    with accounts._connection() as connection:
        [held] = connection.exec_driver_sql("SELECT token FROM review_session").scalars()
    assert held != token
    assert accounts.of_session(held) is None


@pytest.mark.parametrize(
    ("name", "role", "password", "problem"),
    [
        ("anna", "viewer", PASSWORD, "is there already"),
        ("Anna Smith", "viewer", PASSWORD, "must be 1 to 32"),
        ("li", "king", PASSWORD, "must be one of viewer, reviewer, editor, admin"),
        ("li", "viewer", "short", "must have 12 to 200 characters"),
    ],
)
def test_says_why_an_account_cannot_be_added(accounts, anna, name, role, password, problem):
    with pytest.raises(StoreError, match=problem):
        accounts.add(name, role, password)


def test_ends_a_session_that_is_idle_or_old(accounts, anna):
    _, token = accounts.sign_in("anna", PASSWORD, "127.0.0.1")
    now = datetime.now(timezone.utc)
    step = timedelta(hours=IDLE_HOURS) - timedelta(minutes=1)
    moment = now
    while moment + step < now + timedelta(hours=SESSION_HOURS):
        moment += step
        assert accounts.of_session(token, moment).name == "anna"
    assert accounts.of_session(token, now + timedelta(hours=SESSION_HOURS, seconds=2)) is None
    _, token = accounts.sign_in("anna", PASSWORD, "127.0.0.1")
    now = datetime.now(timezone.utc)
    assert accounts.of_session(token, now + timedelta(hours=IDLE_HOURS, minutes=1)) is None
    assert accounts.of_session(token, now) is None  # gone for good


@pytest.mark.parametrize("change", ["sign out", "role", "password", "disable"])
def test_ends_sessions_when_something_about_the_account_changes(accounts, anna, change):
    accounts.add("li", "admin", PASSWORD)
    _, token = accounts.sign_in("li", PASSWORD, "127.0.0.1")
    {
        "sign out": lambda: accounts.sign_out(token),
        "role": lambda: accounts.set_role("li", "viewer"),
        "password": lambda: accounts.set_password("li", "another " + PASSWORD),
        "disable": lambda: accounts.disable("li"),
    }[change]()
    assert accounts.of_session(token) is None


def test_lets_a_disabled_account_in_only_when_it_is_enabled_again(accounts, anna):
    accounts.add("li", "viewer", PASSWORD)
    accounts.disable("li")
    assert accounts.sign_in("li", PASSWORD, "127.0.0.1") is None
    accounts.enable("li")
    assert accounts.sign_in("li", PASSWORD, "127.0.0.1")


def test_keeps_the_last_administrator(accounts, anna):
    for change in (lambda: accounts.disable("anna"), lambda: accounts.set_role("anna", "viewer")):
        with pytest.raises(StoreError, match="last administrator"):
            change()
    accounts.add("li", "admin", PASSWORD)
    accounts.disable("anna")
    assert [account.name for account in accounts.all() if account.may("admin")] == ["li"]


def test_stops_listening_after_some_failures_even_to_the_right_password(accounts, anna):
    for _ in range(MOST_FOR_BOTH):
        assert accounts.sign_in("anna", "wrong", "10.0.0.1") is None
    with pytest.raises(TooManyAttemptsError):
        accounts.sign_in("anna", PASSWORD, "10.0.0.1")
    # Somebody who types nonsense elsewhere does not lock the person out.
    assert accounts.sign_in("anna", PASSWORD, "10.0.0.2")


def test_stops_listening_to_an_address_that_tries_many_names(accounts, anna):
    for number in range(MOST_FOR_ONE):
        accounts.sign_in(f"guess{number}", "wrong", "10.0.0.1")
    with pytest.raises(TooManyAttemptsError):
        accounts.sign_in("anna", PASSWORD, "10.0.0.1")


def test_forgets_failures_after_a_while_and_on_success(accounts, anna):
    for _ in range(MOST_FOR_BOTH - 1):
        accounts.sign_in("anna", "wrong", "10.0.0.1")
    for _ in range(3):
        assert accounts.sign_in("anna", PASSWORD, "10.0.0.1")
    with accounts._connection() as connection:
        connection.exec_driver_sql("UPDATE failed_sign_in SET at = '2020-01-01 00:00:00'")
    assert accounts.sign_in("anna", "wrong", "10.0.0.1") is None
    with accounts._connection() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM failed_sign_in").scalar() == 1


def test_ranks_roles(accounts, anna):
    reviewer = accounts.add("li", "reviewer", PASSWORD)
    assert [role for role in ("viewer", "reviewer", "editor", "admin") if reviewer.may(role)] == ["viewer", "reviewer"]


def test_deletes_addresses_that_count_no_more_and_sessions_that_have_ended(accounts):
    accounts.add("jo", "viewer", PASSWORD)
    accounts.sign_in("jo", "a wrong password", "203.0.113.7")
    _, token = accounts.sign_in("jo", PASSWORD, "203.0.113.7")
    now = datetime.now(timezone.utc)
    assert accounts.purge(now) == 0
    assert accounts.purge(now + timedelta(minutes=ATTEMPT_MINUTES, seconds=1)) == 1
    assert accounts.of_session(token)
    assert accounts.purge(now + timedelta(hours=IDLE_HOURS, seconds=1)) == 1
