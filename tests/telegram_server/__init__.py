"""A Bot API server of ours for tests, as strict as Telegram, and the people who write to the bot.

It speaks HTTP to an unmodified python-telegram-bot, by polling and by webhook. This server is ours: what it refuses is
what is known of the platform (core.telegram.org/bots/api, the wording of TDLib). `judge` starts a server of others.

Server (a conftest.py imports the fixture: `from tests.telegram_server.plugin import telegram_server`; or
`async with TelegramServer() as server`, for a fixture of a wider scope):
    server.token, .base_url, .base_file_url      for ApplicationBuilder
    server.environment                           TELEGRAM_BOT_TOKEN and TELEGRAM_API_URL for a bot started as a program
    server.privacy_mode, .inline_mode, .inline_feedback, .can_join_groups, .strict_webhook      what BotFather sets
    server.commands, .profile                    what the bot said of itself, by (scope, language) and (text, language)
    server.pusher.webhook, .pusher.pushes        the webhook, and each push with its HTTP status
    server.pending_dropped                       how often drop_pending_updates was asked for
    await server.go_down(), await server.come_up()      loss of the network; the port stays
    server.expire_callbacks()                    pressed buttons are too old to be answered

    The server lives in the loop of the test: start a bot that is a program with asyncio.create_subprocess_exec.
    By hand, without tests: `python -m tests.telegram_server`.

Faults (a rule: method, status, retry_after, description, drop, slow_s, times, skip, share, where; see `faults.Fault`):
    server.faults.add("sendMessage", retry_after=2)         429; status=502: 5xx; times=None: for good
    server.faults.add("sendMessage", drop="after")          accepted, but the answer is lost; "before": nothing happened
    server.faults.add(share=0.05, times=None, status=502)   a part of all calls but getUpdates, drawn with a fixed seed
    server.delivery.duplicate_share, .reorder_share         updates that come twice, neighbours in the wrong order
    server.updates.add_raw({"message": {"nonsense": 1}})    an update that cannot be parsed
    server.limits.enabled = True                            429 as Telegram's limits ask (per_chat, per_group, overall)

People (`where` is the private chat unless a group is given; all write and return the `Message`):
    ada = server.person(first_name="Ada", language_code="zh-hans")
    await ada.say("…"), .start("deep_link"), .reply_to(message, "…"), .edit(message, "…"), .forward("…")
    await ada.voice(), .photo(), .sticker(), .document(), .video(), .location(), .contact(), .poll(), .dice()
    press = await ada.press("label"); await press.answered(); await press.edited()     data="old:1" for a stale button
    query = await ada.inline("…"); (await query.answer()).results; await query.choose(0, group)
    await ada.block(), .unblock(), .react(message, "👍"); ada.deactivate(); ada.commands() is the menu shown
    await ada.reply(), await ada.replies(count)     waits for messages of the bot that she has not taken note of yet
    group = await server.group("Desk", [ada, bo], is_forum=True); topic = await group.topic("Cases", by=ada)
    await ada.say("…", group, topic=topic, mention=True); await ada.join(group), .leave(group)
    await group.add_bot(by=ada), .remove_bot(by=ada); await group.migrate(by=ada)     kind="group" for the last

What was seen (`Message`: text, html, entities, links, buttons, labels, kind, photo, document, file, versions, …):
    server.outbox.messages(ada), .last(ada), .transcript(ada), .actions, .answers
    server.outbox.calls, .calls_of("sendPhoto", accepted=True), .refused     calls of the bot, polls left out
    await server.outbox.wait_for(ada, count=2, timeout_s=60, where=lambda message: …)
    await server.outbox.wait_until(lambda: …, timeout_s=60, what="…")     looked at after each thing that happens
    server.updates.pending, .confirmed, .history     what the bot has still to fetch, what it confirmed, all there was
    view.write(server.outbox.chat(ada), path, language="en"); view.shoot(page, png)
"""

from __future__ import annotations

from tests.telegram_server.server import TelegramServer

__all__ = ["TelegramServer"]
