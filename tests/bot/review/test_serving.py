from __future__ import annotations

import socket

import pytest

from bot.errors import BotError, SettingsError
from bot.review.serving import listening, need_safe_address, serve


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_takes_an_address_of_this_machine(host):
    need_safe_address(host, "")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "review.example.org", ""])
def test_refuses_an_address_that_others_reach_without_tls(host):
    with pytest.raises(SettingsError, match="without TLS they could read along") as caught:
        need_safe_address(host, "")
    assert "\n" not in str(caught.value)
    need_safe_address(host, "https://review.example.org")


def test_says_that_the_port_is_taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = listening("127.0.0.1", other.getsockname()[1], "")
        with pytest.raises(BotError, match="in use.*choose another with --port"), taken:
            pass


def test_takes_calls_before_it_serves_and_none_after_it():
    with listening("127.0.0.1", 0, "") as listener:
        address = listener.getsockname()
        socket.create_connection(address, timeout=30).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=30)


def test_says_that_the_port_of_the_monitor_is_taken(console):
    with listening("127.0.0.1", 0, "") as other, listening("127.0.0.1", 0, "") as listener:
        refused = pytest.raises(SettingsError, match="--monitor 127.0.0.1:.*cannot be listened on")
        with refused:
            serve(console, listener, watched=other.getsockname())
