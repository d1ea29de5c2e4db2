"""Many people at once, through faults and duplicates: what the server gives, takes and counts has to add up."""

from __future__ import annotations

import asyncio

from telegram import Update
from telegram.error import NetworkError, RetryAfter
from telegram.ext import Application, MessageHandler, filters

PEOPLE = 50
MESSAGES = 10


async def test_serves_fifty_people_at_once(telegram_server):
    seen = set()

    async def echo(update, _):
        if update.update_id in seen:
            return
        seen.add(update.update_id)
        for _ in range(20):
            try:
                await update.message.reply_text(f"re {update.message.text}")
            except (NetworkError, RetryAfter):
                continue
            return

    application = Application.builder().token(telegram_server.token).base_url(telegram_server.base_url)
    application = application.concurrent_updates(64).connection_pool_size(64).pool_timeout(30)
    # A call that this busy process answers late must not be sent again: the calls are counted.
    application = application.connect_timeout(60).read_timeout(60).write_timeout(60).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    telegram_server.delivery.duplicate_share = 0.05
    faults = [
        telegram_server.faults.add("sendMessage", share=0.03, times=None, status=502),
        telegram_server.faults.add("sendMessage", share=0.03, times=None, drop="before"),
        telegram_server.faults.add("sendMessage", share=0.03, times=None, retry_after=1),
        telegram_server.faults.add("getUpdates", share=0.1, times=None, drop="after"),
    ]
    people = [telegram_server.person(first_name=f"P{number}") for number in range(PEOPLE)]
    async with application:
        await application.start()
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)

        async def talk(person):
            for number in range(MESSAGES):
                await person.say(f"{person.user.first_name} {number}")
            return await person.replies(MESSAGES, timeout_s=60)

        answered = await asyncio.gather(*map(talk, people))
        await application.updater.stop()
        await application.stop()

    wanted = [sorted(f"re {person.user.first_name} {number}" for number in range(MESSAGES)) for person in people]
    assert [sorted(message.text for message in messages) for messages in answered] == wanted
    assert len(telegram_server.outbox.calls_of("sendMessage", accepted=True)) == PEOPLE * MESSAGES
    assert len(telegram_server.outbox.calls_of("sendMessage", accepted=False)) == sum(each.hits for each in faults[:3])
    assert (telegram_server.delivery.duplicated > 0, telegram_server.updates.pending) == (True, [])
