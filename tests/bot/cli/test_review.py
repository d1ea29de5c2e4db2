from __future__ import annotations

import io

import pytest

from bot.cli import review
from bot.errors import SettingsError, StoreError
from bot.store.accounts import AccountStore
from bot.store.audit import AuditStore


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_makes_the_first_administrator(call, settings, typed):
    typed("a password of the tests\n")
    assert call(review, "user", "add", "anna", "--role", "admin").out == "anna: added as admin\n"
    assert call(review, "user", "list").out.split() == ["anna", "admin"]
    with AccountStore.from_settings(settings) as accounts:
        assert accounts.sign_in("anna", "a password of the tests", "127.0.0.1")
    with AuditStore.from_settings(settings) as audit:
        assert [(row.actor, row.action, row.subject) for row in audit.list()] == [
            ("command line", "add_account", "anna")
        ]


def test_changes_accounts(call, typed):
    for name in ("anna", "li"):
        typed("a password of the tests\n")
        call(review, "user", "add", name, "--role", "admin")
    assert "is viewer now" in call(review, "user", "role", "li", "viewer").out
    assert "no more" in call(review, "user", "disable", "li").out
    assert "disabled" in call(review, "user", "list").out
    assert "again" in call(review, "user", "enable", "li").out
    typed("short\n")
    with pytest.raises(StoreError, match="12 to 200 characters"):
        call(review, "user", "password", "li")
    with pytest.raises(StoreError, match="last administrator"):
        call(review, "user", "disable", "anna")


def test_says_how_to_begin(call):
    assert "user add NAME --role admin" in call(review, "user", "list").out


def test_refuses_to_serve_others_without_tls(call, own_logging):
    with pytest.raises(SettingsError, match="PARTNERGUIDE_REVIEW_URL"):
        call(review, "--host", "0.0.0.0")


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_refuses_what_is_no_port(call, port):
    with pytest.raises(SystemExit):
        call(review, "--port", port)
