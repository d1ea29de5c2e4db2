from __future__ import annotations

import asyncio
import contextlib

import httpx
import pytest
import telegram
from aiohttp import web
from telegram import Update
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError
from telegram.ext import Application, MessageHandler, filters

from tests.telegram_server.webhooks import HEADER


@contextlib.asynccontextmanager
async def echoing(server, *, polling=True):
    """Runs an application of the library that says back what it hears."""

    async def echo(update, _):
        await update.effective_message.reply_text(f"you said {update.effective_message.text}")

    application = Application.builder().token(server.token).base_url(server.base_url).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        await application.start()
        if polling:
            await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        try:
            yield application
        finally:
            if polling:
                await application.updater.stop()
            await application.stop()


@contextlib.asynccontextmanager
async def webhook(application, statuses=()):
    """Serves the application's webhook; yields its address and what arrived: (update id, secret)."""
    arrived, answers = [], list(statuses)

    async def take(request):
        content = await request.json()
        arrived.append((content["update_id"], request.headers.get(HEADER)))
        status = answers.pop(0) if answers else 200
        if status == 200:
            await application.update_queue.put(Update.de_json(content, application.bot))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", arrived
    finally:
        await runner.cleanup()


async def test_says_who_the_bot_is(bot, telegram_server):
    telegram_server.inline_mode, telegram_server.privacy_mode = False, False
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.supports_inline_queries, me.can_read_all_group_messages) == (
        *(int(telegram_server.token.split(":")[0]), True, False, True),
    )


@pytest.mark.parametrize(
    ("token", "status"), [("7000000001:AAnotherTokenThatIsNotTheRightOne12345", 401), ("nonsense", 404)]
)
async def test_refuses_a_wrong_token(telegram_server, token, status):
    library = telegram.Bot(token, base_url=telegram_server.base_url)
    with pytest.raises(InvalidToken):
        await library.initialize()
    await library.shutdown()
    assert [call.status for call in telegram_server.outbox.refused] == [status]


async def test_knows_no_other_methods_and_pages(telegram_server):
    async with httpx.AsyncClient() as client:
        answers = [
            await client.get(f"{telegram_server.base_url}{telegram_server.token}/flyToTheMoon"),
            await client.get(f"{telegram_server.url}/elsewhere"),
        ]
    assert [(answer.status_code, answer.json()["description"]) for answer in answers] == [
        (404, "Not Found: method not found"),
        (404, "Not Found"),
    ]


async def test_gives_updates_until_they_are_confirmed(bot, telegram_server):
    ada = telegram_server.person()
    for text in ("one", "two", "three"):
        await ada.say(text)
    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first] == ["one", "two"]
    assert [update.message.text for update in await bot.get_updates()] == ["one", "two", "three"]
    assert [update.message.text for update in await bot.get_updates(offset=first[-1].update_id + 1)] == ["three"]
    assert telegram_server.updates.confirmed == [update.update_id for update in first]
    assert [update.message.text for update in await bot.get_updates(offset=-1)] == ["three"]
    assert await bot.get_updates(offset=first[-1].update_id + 2) == ()


async def test_holds_a_poll_until_somebody_writes(bot, telegram_server):
    ada = telegram_server.person()
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram_server.outbox.wait_until(lambda: telegram_server.updates.polls == 1)
    assert not poll.done()
    await ada.say("hello")
    assert [update.message.text for update in await poll] == ["hello"]


async def test_ends_the_older_of_two_polls(bot, telegram_server):
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram_server.outbox.wait_until(lambda: telegram_server.updates.polls == 1)
    async with telegram.Bot(telegram_server.token, base_url=telegram_server.base_url) as other:
        newer = asyncio.create_task(other.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await older
        await telegram_server.person().say("hello")
        assert len(await newer) == 1


async def test_gives_only_the_kinds_asked_for(bot, telegram_server):
    ada = telegram_server.person()
    await bot.get_updates(allowed_updates=["message"])
    said = await ada.say("one")
    await ada.edit(said, "two")
    await ada.react(said, "👍")
    assert [update.message.text for update in await bot.get_updates()] == ["one"]
    await bot.get_updates(allowed_updates=["edited_message", "message_reaction"])
    await ada.edit(said, "three")
    await ada.react(said, "👍")
    kinds = [update for update in await bot.get_updates() if update.message is None]
    assert (kinds[0].edited_message.text, kinds[1].message_reaction.new_reaction[0].emoji) == ("three", "👍")


async def test_serves_an_application_that_polls(telegram_server):
    ada, bo = telegram_server.person(), telegram_server.person(first_name="Bo")
    async with echoing(telegram_server):
        await ada.say("你好")
        await bo.say("hello")
        assert ((await ada.reply()).text, (await bo.reply()).text) == ("you said 你好", "you said hello")
    assert (telegram_server.updates.pending, telegram_server.pending_dropped) == ([], 0)


async def test_keeps_what_is_said_while_the_bot_is_away(telegram_server):
    ada = telegram_server.person()
    async with echoing(telegram_server):
        await ada.say("one")
        await ada.reply()
    await ada.say("two")
    async with echoing(telegram_server):
        assert (await ada.reply()).text == "you said two"


async def test_survives_a_loss_of_the_network(telegram_server):
    ada = telegram_server.person()
    async with echoing(telegram_server):
        await ada.say("one")
        await ada.reply()
        await telegram_server.go_down()
        await ada.say("two")
        await telegram_server.come_up()
        assert (await ada.reply()).text == "you said two"


async def test_pushes_to_a_webhook_with_its_secret(telegram_server):
    ada = telegram_server.person()
    async with echoing(telegram_server, polling=False) as application, webhook(application) as (address, arrived):
        await application.bot.set_webhook(address, secret_token="s3cret-_", allowed_updates=["message"])
        said = [await ada.say(text) for text in ("one", "two")]
        replies = await ada.replies(2)
        await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
        info = await application.bot.get_webhook_info()
    assert [reply.text for reply in replies] == [f"you said {message.text}" for message in said]
    assert [secret for _, secret in arrived] == ["s3cret-_"] * 2
    assert (info.url, info.pending_update_count, info.allowed_updates) == (address, 0, ("message",))
    assert telegram_server.updates.confirmed == [number for number, _ in arrived]


async def test_pushes_again_until_it_is_taken_and_in_order(telegram_server):
    ada = telegram_server.person()
    async with (
        echoing(telegram_server, polling=False) as application,
        webhook(application, statuses=[500, 502]) as (address, arrived),
    ):
        await application.bot.set_webhook(address)
        await ada.say("one")
        await ada.say("two")
        assert [reply.text for reply in await ada.replies(2)] == ["you said one", "you said two"]
        info = await application.bot.get_webhook_info()
    numbers = [number for number, _ in arrived]
    assert numbers == [numbers[0]] * 3 + [numbers[0] + 1]
    assert info.last_error_message == "Wrong response from the webhook: 502 Bad Gateway"


async def test_pushes_past_a_conversation_that_is_stuck(telegram_server):
    ada, bo = telegram_server.person(), telegram_server.person()
    async with (
        echoing(telegram_server, polling=False) as application,
        webhook(application, statuses=[500]) as (address, _),
    ):
        telegram_server.pusher.retry_s = 30
        await application.bot.set_webhook(address)
        await ada.say("one")
        await telegram_server.outbox.wait_until(lambda: telegram_server.pusher.pushes)
        await bo.say("two")
        assert (await bo.reply()).text == "you said two"
        await telegram_server.outbox.wait_until(lambda: len(telegram_server.updates.pending) == 1)
        assert (await application.bot.get_webhook_info()).pending_update_count == 1


async def test_keeps_polling_and_webhook_apart(bot, telegram_server):
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await telegram_server.person().say("hello")
    await telegram_server.outbox.wait_until(lambda: telegram_server.pusher.pushes)
    assert (await bot.get_webhook_info()).last_error_message == "Connection refused"
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1


async def test_notes_that_pending_updates_were_dropped(bot, telegram_server):
    await telegram_server.person().say("hello")
    await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_updates(), telegram_server.pending_dropped) == ((), 1)


@pytest.mark.parametrize(
    ("address", "more", "problem"),
    [
        ("http://example.org/hook", {}, "An https url must be provided for webhook"),
        ("https://example.org:8444/hook", {}, "Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://example.org/hook", {"secret_token": "no blanks"}, "Secret token contains unallowed characters"),
        ("https://example.org/hook", {"secret_token": "x" * 257}, "Secret token is too long"),
        ("nonsense", {}, "An https url must be provided for webhook"),
    ],
    ids=["http", "port", "blank", "long", "nonsense"],
)
async def test_refuses_webhooks_as_telegram_does(bot, telegram_server, address, more, problem):
    telegram_server.strict_webhook = True
    with pytest.raises(BadRequest) as raised:
        await bot.set_webhook(address, **more)
    assert str(raised.value).lower().removeprefix("bad webhook: ") == problem.lower()


async def test_a_connection_that_breaks_is_a_network_error(bot, telegram_server):
    await telegram_server.go_down()
    with pytest.raises(NetworkError):
        await bot.get_me()


async def test_lets_the_bot_say_goodbye(bot):
    assert (await bot.close(), await bot.log_out()) == (True, True)


async def test_gives_no_file_that_it_does_not_have(bot, telegram_server):
    with pytest.raises(BadRequest, match="^Invalid file_id$"):
        await bot.get_file("file-999")
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{telegram_server.base_file_url}{telegram_server.token}/files/file-999")
    assert answer.status_code == 404
