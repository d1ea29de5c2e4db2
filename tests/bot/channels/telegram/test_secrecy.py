from __future__ import annotations

import logging

import pytest

from bot.channels.telegram.secrecy import keep_token_out

# Of no other test: a handler of the whole run keeps out what other tests have told it of.
TOKEN = "123456789:" + "secrecy" * 5


@pytest.fixture
def told():
    """What a handler of the root logger writes, with the token kept out of it."""
    lines = []

    class Told(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Told()
    logging.getLogger().addHandler(handler)
    before = {name: logging.getLogger(name).level for name in ("telegram", "httpx", "aiohttp", "httpcore")}
    keep_token_out(TOKEN)
    yield lines
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_blanks_the_token_wherever_a_line_would_show_it(told):
    logger = logging.getLogger("bot.somewhere")
    logger.warning("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    logger.warning("half of it: %s", TOKEN.partition(":")[2])
    try:
        raise ValueError(f"bad address {TOKEN}")
    except ValueError:
        logger.exception("a request failed")
    assert told[0] == "POST https://api.telegram.org/bot[token]/getMe"
    assert told[1] == "half of it: [token]"
    assert told[2] == "a request failed"


def test_silences_the_library_that_logs_whole_updates(told):
    logging.getLogger("telegram.ext").critical("Something went wrong processing the data: %s", {"text": "hello"})
    logging.getLogger("httpx").info("HTTP Request: POST %s", TOKEN)
    assert told == []
