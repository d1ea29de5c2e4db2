from __future__ import annotations

import pytest

KINDS = ["voice", "photo", "sticker", "document", "video", "location", "contact", "poll", "dice"]


@pytest.mark.parametrize("kind", KINDS)
async def test_sends_more_than_text(bot, telegram_server, kind):
    ada = telegram_server.person()
    await getattr(ada, kind)()
    (update,) = await bot.get_updates()
    assert (getattr(update.message, kind) not in (None, ()), update.message.text) == (True, None)


async def test_sends_a_picture_with_words_that_the_bot_can_fetch(bot, telegram_server):
    ada = telegram_server.person()
    sent = await ada.photo(caption="what is this?")
    (update,) = await bot.get_updates()
    file = await bot.get_file(update.message.photo[-1].file_id)
    assert (update.message.caption, bytes(await file.download_as_bytearray())) == ("what is this?", sent.photo)


async def test_tells_who_writes(bot, telegram_server):
    await telegram_server.person(7, first_name="安", last_name="Li", username="ann", language_code="zh-hans").say(
        "你好"
    )
    (update,) = await bot.get_updates()
    user = update.effective_user
    assert (user.id, user.full_name, user.username, user.language_code) == (7, "安 Li", "ann", "zh-hans")
    assert (update.effective_chat.type, update.effective_chat.id) == ("private", 7)


async def test_marks_commands_and_their_payload(bot, telegram_server):
    await telegram_server.person().start("due_diligence")
    (update,) = await bot.get_updates()
    (entity,) = update.message.entities
    assert (update.message.text, entity.type, entity.length) == ("/start due_diligence", "bot_command", 6)


async def test_edits_replies_and_forwards(bot, telegram_server):
    ada, bo = telegram_server.person(), telegram_server.person(first_name="Bo")
    first = await ada.say("one")
    await ada.edit(first, "two")
    await ada.reply_to(first, "and?")
    await ada.forward("from Bo", sender=bo.user)
    await ada.forward("from somebody")
    updates = await bot.get_updates()
    assert (updates[1].edited_message.text, updates[1].edited_message.message_id) == ("two", first.message_id)
    assert updates[2].message.reply_to_message.text == "two"
    origins = [update.message.forward_origin for update in updates[3:]]
    assert (origins[0].sender_user.first_name, origins[1].sender_user_name) == ("Bo", "Somebody")


async def test_blocks_the_bot(bot, telegram_server):
    ada = telegram_server.person()
    await ada.start()
    await ada.block()
    await ada.unblock()
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    statuses = [(change.old_chat_member.status, change.new_chat_member.status) for change in changes]
    assert statuses == [("member", "kicked"), ("kicked", "member")]


async def test_takes_note_of_each_message_once(bot, telegram_server):
    ada = telegram_server.person()
    await ada.start()
    await bot.send_message(ada.id, "one")
    await bot.send_message(ada.id, "two")
    assert [message.text for message in await ada.replies(2)] == ["one", "two"]
    await bot.send_message(ada.id, "three")
    assert (await ada.reply()).text == "three"


async def test_says_what_it_saw_when_waiting_was_in_vain(bot, telegram_server):
    ada = telegram_server.person()
    await ada.say("hello?")
    await bot.send_message(ada.id, "yes")
    with pytest.raises(AssertionError) as raised:
        await telegram_server.outbox.wait_for(ada, 2, timeout_s=0.01)
    assert str(raised.value).splitlines() == [
        "waited 0.01 s in vain for 2 messages of the bot in Ada",
        " Ada: hello?",
        " Partnership guide: yes",
        "refused calls: none",
    ]


@pytest.mark.parametrize("text", ["", "x" * 4097], ids=["empty", "long"])
async def test_sends_only_what_a_telephone_sends(telegram_server, text):
    with pytest.raises(AssertionError, match="a telephone would not send this"):
        await telegram_server.person().say(text)
