from __future__ import annotations

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest

from tests.telegram_server import attachments

UNMODIFIED = "^Message is not modified: specified new message content and reply markup are exactly the same"


def keyboard(*labels):
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label) for label in labels]])


@pytest.fixture
async def ada(telegram_server):
    person = telegram_server.person()
    await person.start()
    return person


async def test_edits_text_and_keyboard(bot, ada):
    sent = await bot.send_message(ada.id, "one", reply_markup=keyboard("a"))
    edited = await bot.edit_message_text("<b>two</b>", ada.id, sent.message_id, parse_mode="HTML")
    seen = await ada.reply()
    assert (seen.html, seen.labels, seen.versions) == ("<b>two</b>", [], ["one"])
    assert (edited.text, edited.edit_date is not None, edited.reply_markup) == ("two", True, None)


@pytest.mark.parametrize("text", ["<b>one</b>", " <b>one</b>\n", "<strong>one</strong>"])
async def test_refuses_an_edit_that_changes_nothing(bot, ada, text):
    sent = await bot.send_message(ada.id, "<b>one</b>", parse_mode="HTML", reply_markup=keyboard("a"))
    with pytest.raises(BadRequest, match=UNMODIFIED):
        await bot.edit_message_text(text, ada.id, sent.message_id, parse_mode="HTML", reply_markup=keyboard("a"))
    with pytest.raises(BadRequest, match=UNMODIFIED):
        await bot.edit_message_reply_markup(ada.id, sent.message_id, reply_markup=keyboard("a"))
    assert (await ada.reply()).versions == []


async def test_edits_a_keyboard_alone(bot, ada):
    sent = await bot.send_message(ada.id, "one", reply_markup=keyboard("a", "b"))
    await bot.edit_message_reply_markup(ada.id, sent.message_id, reply_markup=keyboard("b"))
    assert (await ada.reply()).labels == ["b"]
    await bot.edit_message_reply_markup(ada.id, sent.message_id)
    assert ada.chat.messages[sent.message_id].labels == []


async def test_edits_a_caption(bot, ada):
    sent = await bot.send_photo(ada.id, attachments.picture(), caption="one")
    await bot.edit_message_caption(ada.id, sent.message_id, caption="two")
    assert ((await ada.reply()).text, ada.chat.messages[sent.message_id].kind) == ("two", "photo")
    with pytest.raises(BadRequest, match=UNMODIFIED):
        await bot.edit_message_caption(ada.id, sent.message_id, caption="two")
    with pytest.raises(BadRequest, match="^There is no text in the message to edit$"):
        await bot.edit_message_text("three", ada.id, sent.message_id)


async def test_edits_only_what_is_its_own_and_there(bot, ada):
    question = await ada.say("why?")
    sent = await bot.send_message(ada.id, "one")
    with pytest.raises(BadRequest, match="^Message can't be edited$"):
        await bot.edit_message_text("two", ada.id, question.message_id)
    with pytest.raises(BadRequest, match="^There is no caption in the message to edit$"):
        await bot.edit_message_caption(ada.id, sent.message_id, caption="two")
    await bot.delete_message(ada.id, sent.message_id)
    with pytest.raises(BadRequest, match="^Message to edit not found$"):
        await bot.edit_message_text("two", ada.id, sent.message_id)


async def test_deletes_a_message_once(bot, telegram_server, ada):
    sent = await bot.send_message(ada.id, "one")
    await bot.delete_message(ada.id, sent.message_id)
    with pytest.raises(BadRequest, match="^Message to delete not found$"):
        await bot.delete_message(ada.id, sent.message_id)
    assert telegram_server.outbox.messages(ada) == []


async def test_deletes_no_message_of_others_in_a_group(bot, telegram_server, ada):
    group = await telegram_server.group("Desk", [ada])
    said = await ada.say("/ask why", group)
    with pytest.raises(BadRequest, match="^Message can't be deleted$"):
        await bot.delete_message(group.id, said.message_id)


async def test_deletes_several_messages_at_once(bot, telegram_server, ada):
    sent = [await bot.send_message(ada.id, text) for text in ("one", "two", "three")]
    await bot.delete_messages(ada.id, [sent[0].message_id, sent[2].message_id, 999])
    assert [message.text for message in telegram_server.outbox.messages(ada)] == ["two"]


async def test_edits_in_no_reply_keyboard(bot, telegram_server, ada):
    sent = await bot.send_message(ada.id, "one")
    with pytest.raises(BadRequest, match="^Inline keyboard expected$"):
        await bot.edit_message_text("two", ada.id, sent.message_id, reply_markup=ReplyKeyboardMarkup([["a"]]))
