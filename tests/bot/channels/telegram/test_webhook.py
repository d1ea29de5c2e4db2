from __future__ import annotations

import hmac
import io
import json
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio

from bot.channels.telegram import webhook as module
from bot.channels.telegram.front import sender_id
from bot.channels.telegram.intake import DurableQueue
from bot.channels.telegram.metrics import Metrics
from bot.channels.telegram.webhook import Webhook, WebhookServer
from bot.store.inbox import Inbox

SECRET = "s" * 40
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {
    "update_id": 5,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
        "text": "hello",
    },
}


@pytest_asyncio.fixture
async def server(tmp_path):
    """A server whose calls go into an inbox; nothing answers them."""
    with Inbox(f"sqlite:///{tmp_path / 'guide.db'}", tmp_path / "inbox", "k" * 20, "telegram/1") as inbox:
        queue = DurableQueue(inbox, lambda update: str(sender_id(update)), Metrics())
        server = WebhookServer(Webhook("https://bot.example/hook", "127.0.0.1", 0, SECRET), None, queue)
        await server.start()
        yield SimpleNamespace(server=server, inbox=inbox, url=f"http://127.0.0.1:{server.port}/hook")
        await server.stop()


async def call(server, body, secret=SECRET):
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {} if secret is None else {HEADER: secret}
    async with aiohttp.ClientSession() as session, session.post(server.url, data=data, headers=headers) as response:
        return response.status


def nested(depth, *, inside):
    deep = "[" * depth + "]" * depth
    text = json.dumps(UPDATE)
    return (text.replace('"text"', f'"x": {deep}, "text"') if inside else f'{text[:-1]}, "x": {deep}}}').encode()


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], f"{SECRET}s", SECRET.upper(), "\udcff\udcfe", "密"])
async def test_takes_no_call_without_the_whole_secret(server, caplog, secret):
    assert await call(server, UPDATE, secret) == 403
    assert server.inbox.counts() == {}
    assert caplog.records == []
    assert await call(server, UPDATE) == 200
    assert server.inbox.counts() == {"received": 1}


async def test_compares_the_secret_in_a_time_that_tells_nothing_of_it(server, monkeypatch):
    compared = []

    def noted(given, expected):
        compared.append((given, expected))
        return hmac.compare_digest(given, expected)

    monkeypatch.setattr(module, "hmac", SimpleNamespace(compare_digest=noted))
    for secret in ("", "s", SECRET):
        await call(server, UPDATE, secret)
    # Whole against whole, in one comparison that does not stop at the first difference.
    assert compared == [(secret.encode(), SECRET.encode()) for secret in ("", "s", SECRET)]


async def test_reads_no_body_of_somebody_without_the_secret(server, monkeypatch):
    async def read(self):
        raise AssertionError("the body was read")

    monkeypatch.setattr(aiohttp.web.Request, "read", read)
    assert await call(server, b"x" * 5_000_000, "wrong") == 403


async def test_refuses_a_body_that_is_too_large_and_goes_on(server):
    large = {**UPDATE, "message": {**UPDATE["message"], "text": "x" * module._MOST_BYTES}}
    assert await call(server, large) == 413
    assert server.inbox.counts() == {}
    assert await call(server, UPDATE) == 200
    assert server.inbox.counts() == {"received": 1}


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("depth", [100, 900, 990, 5_000, 200_000])
async def test_is_not_brought_down_by_deeply_nested_json(server, caplog, depth, inside):
    assert await call(server, nested(depth, inside=inside)) == 200
    assert not [record for record in caplog.records if record.exc_info]
    assert await call(server, {**UPDATE, "update_id": 6}) == 200
    assert [waiting.number for waiting in server.inbox.waiting()][-1] == 6


@pytest.mark.parametrize("number", ["-1", "1e999", "NaN", "9" * 25, "9" * 5000, "true", "null", '"5"', "[5]"])
async def test_skips_an_update_whose_number_is_none(server, number):
    body = json.dumps(UPDATE).replace('"update_id": 5', f'"update_id": {number}').encode()
    assert await call(server, body) == 200
    assert server.inbox.counts() == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_knows_one_way_in(server, method):
    async with aiohttp.ClientSession() as session:
        async with session.request(method, server.url, headers={HEADER: SECRET}) as response:
            assert response.status == 405
        async with session.post(f"{server.url}/../etc", headers={HEADER: SECRET}) as response:
            assert response.status == 404
