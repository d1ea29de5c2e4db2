from __future__ import annotations

import json
import re

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, InvalidToken
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from tests.telegram_server import judge as module
from tests.telegram_server.judge import FOLDER, judge

__all__ = ["judge"]


@pytest.fixture
async def application(judge):
    async def start(update, _):
        button = InlineKeyboardMarkup([[InlineKeyboardButton("更多", callback_data="v1:more")]])
        code = update.effective_user.language_code
        await update.message.reply_html(f"<b>hello</b> {code}", reply_markup=button)

    async def echo(update, _):
        await update.message.reply_chat_action("typing")
        await update.message.reply_text(f"you said {update.message.text}", do_quote=True)

    async def more(update, _):
        await update.callback_query.answer("here")
        edited = await update.callback_query.edit_message_text(f"pressed {update.callback_query.data}")
        await edited.reply_text(f"was {edited.text}")

    application = Application.builder().token(judge.token).base_url(judge.base_url).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(more))
    async with application:
        await application.updater.start_polling()
        await application.start()
        yield application
        await application.updater.stop()
        await application.stop()


async def test_serves_an_application_that_polls(judge, application):
    await judge.say("/start", person=7, language_code="zh-hans")
    (greeting,) = await judge.replies(7)
    assert (greeting.text, greeting.buttons) == ("<b>hello</b> zh-hans", {"更多": "v1:more"})
    await judge.press("更多", greeting, person=7)
    edited, answer = await judge.replies(7, 2)
    assert (edited.text, edited.buttons, answer.text) == ("pressed v1:more", {}, "was pressed v1:more")
    await judge.say("why?", person=7)
    assert (await judge.replies(7, 3))[-1].text == "you said why?"
    assert await judge.seen(8) == []
    assert {"is_bot", "date", "chat_instance", "null", "sendChatAction"} <= set(judge.proxy.repairs)


async def test_gives_updates_again_until_they_are_confirmed(judge):
    application = Application.builder().token(judge.token).base_url(judge.base_url).build()
    async with application.bot as bot:
        await judge.say("one")
        (first,) = await bot.get_updates(timeout=60)
        await judge.say("two")
        assert [update.message.text for update in await bot.get_updates()] == ["one", "two"]
        assert [update.message.text for update in await bot.get_updates(offset=first.update_id + 1)] == ["two"]


async def test_says_what_it_does_not_serve(judge):
    application = Application.builder().token(judge.token).base_url(judge.base_url).build()
    async with application.bot as bot:
        with pytest.raises(InvalidToken, match="method not found"):
            await bot.send_dice(7)
        with pytest.raises(BadRequest, match="message to edit not found|Message to edit not found"):
            await bot.edit_message_text("two", 7, 99)
        assert (await bot.get_webhook_info()).url == ""


def test_says_why_it_does_not_run(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    assert ("node_modules is missing" in module.missing()) or ("Node is not installed" in module.missing())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert module.missing().startswith("Node is not installed")


def test_is_locked_without_naming_a_host():
    lock = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock)["packages"]
    assert re.findall(r"\w+://\S+", lock) == []
    assert packages["node_modules/telegram-test-api"]["version"] == "4.2.1"
    assert [name for name, entry in packages.items() if name and not entry["integrity"].startswith("sha512-")] == []
