from __future__ import annotations

import pytest

from bot.errors import StoreError
from bot.store.shared import version
from tests.redis_server import one_redis, redis_server  # noqa: F401  # fixtures


def test_says_which_redis_answers(redis_server):  # noqa: F811
    assert version(redis_server.url).startswith("Redis ")


@pytest.mark.parametrize("url", ["redis://:secret@127.0.0.1:1/0"])
def test_says_what_to_do_when_none_does_and_repeats_no_password(url):
    with pytest.raises(StoreError, match="PARTNERGUIDE_REDIS_URL: no answer") as raised:
        version(url)
    assert "secret" not in str(raised.value)
