from __future__ import annotations

import pytest

from bot.cli import telegram
from bot.errors import SettingsError


def test_shows_commands_and_settings_in_both_languages_and_sends_nothing(main, monkeypatch):
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:1")  # where nobody listens
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    ended = main("telegram", "--dry-run")
    assert ended.code == 0
    assert "/duediligence" in ended.out
    assert "浏览全部主题" in ended.out
    assert "TELEGRAM_BOT_TOKEN is not set" in ended.out


def test_shows_no_token(main, monkeypatch):
    token = "7000000001:" + "x" * 35
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    ended = main("telegram", "--dry-run", "--webhook", "https://example.org/hook")
    assert token not in f"{ended.out}{ended.err}"
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "PARTNERGUIDE_SECRET" in ended.err


def test_needs_a_token(main, monkeypatch):
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    ended = main("telegram")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("partnerguide: TELEGRAM_BOT_TOKEN: must be set")


@pytest.mark.parametrize("value", ["nonsense", "12:short", "7000000001:" + "x" * 35 + " y"])
def test_does_not_repeat_what_is_no_token(main, monkeypatch, value):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", value)
    ended = main("telegram")
    assert ended.code == 1
    assert value not in ended.err


@pytest.mark.parametrize("address", ["8443", "host:", "host:port", "host:99999"])
def test_says_what_an_address_to_listen_on_looks_like(main, address):
    ended = main("telegram", "--listen", address)
    assert ended.code == 2
    assert "HOST:PORT" in ended.err


def test_takes_plain_http_for_a_local_server_only(call):
    settings = {"telegram_token": "7000000001:" + "x" * 35, "secret": "a secret of more than sixteen characters"}
    with pytest.raises(SettingsError, match="https://"):
        call(telegram, "--webhook", "http://example.org/hook", **settings)
