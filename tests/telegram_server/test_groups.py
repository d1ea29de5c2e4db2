from __future__ import annotations

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden


@pytest.fixture
def people(telegram_server):
    return telegram_server.person(first_name="Ada"), telegram_server.person(first_name="Bo")


async def heard(bot):
    """Returns the texts that reach the bot, and confirms them."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return [update.message.text for update in updates if update.message and update.message.text]


async def test_hears_only_what_is_meant_for_it(bot, telegram_server, people):
    ada, bo = people
    group = await telegram_server.group("Desk", [ada, bo])
    name = telegram_server.world.bot.username
    await ada.say("hello everybody", group)
    await ada.say("what is a CoP?", group, mention=True)
    await bo.say("/ask what is a CoP?", group)
    await bo.say(f"/ask@{name} what?", group)
    await bo.say("/ask@other_bot what?", group)
    await bo.say("@other_bot hello", group)
    answer = await bot.send_message(group.id, "A report")
    await ada.reply_to(group.chat.messages[answer.message_id], "since when?")
    await bo.reply_to(await ada.say("I see", group), "so do I")
    assert await heard(bot) == [f"@{name} what is a CoP?", "/ask what is a CoP?", f"/ask@{name} what?", "since when?"]


async def test_hears_all_without_privacy_mode(bot, telegram_server, people):
    telegram_server.privacy_mode = False
    group = await telegram_server.group("Desk", list(people))
    await people[0].say("hello everybody", group)
    assert await heard(bot) == ["hello everybody"]


async def test_is_told_of_coming_and_going(bot, telegram_server, people):
    ada, bo = people
    group = await telegram_server.group("Desk", [ada])
    await bo.join(group)
    await bo.leave(group)
    with pytest.raises(AssertionError, match="Bo is not in Desk"):
        await bo.say("hello", group)
    await group.remove_bot(by=ada)
    updates = await bot.get_updates()
    assert updates[0].my_chat_member.new_chat_member.status == "member"
    assert updates[1].message.new_chat_members[0].is_bot
    assert updates[2].message.new_chat_members[0].first_name == "Bo"
    assert updates[3].message.left_chat_member.first_name == "Bo"
    assert updates[4].my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "hello")


async def test_leaves_a_group(bot, telegram_server, people):
    group = await telegram_server.group("Desk", list(people), kind="group")
    assert (await bot.get_chat(group.id)).title == "Desk"
    await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(group.id, "hello")


async def test_knows_no_group_it_never_was_in(bot, telegram_server, people):
    group = await telegram_server.group("Desk", list(people), bot=False)
    with pytest.raises(BadRequest, match="^Chat not found$"):
        await bot.send_message(group.id, "hello")


async def test_keeps_topics_apart(bot, telegram_server, people):
    ada, _ = people
    group = await telegram_server.group("Desk", list(people), is_forum=True)
    topic = await group.topic("Cases", by=ada)
    said = await ada.say("/ask why", group, topic=topic)
    update = (await bot.get_updates())[-1]
    assert (update.message.message_thread_id, update.message.is_topic_message) == (topic, True)
    await update.message.reply_text("because", do_quote=True)
    answer = await ada.reply(group)
    assert (answer.thread_id, answer.reply_to) == (topic, said)
    with pytest.raises(BadRequest, match="^Message thread not found$"):
        await bot.send_message(group.id, "lost", message_thread_id=1)


async def test_moves_to_a_supergroup(bot, telegram_server, people):
    ada, _ = people
    old = await telegram_server.group("Desk", list(people), kind="group")
    new = await old.migrate(by=ada)
    with pytest.raises(ChatMigrated) as raised:
        await bot.send_message(old.id, "hello")
    assert raised.value.new_chat_id == new.id
    moved = [update.message for update in await bot.get_updates() if update.message][-2:]
    assert (moved[0].migrate_to_chat_id, moved[1].migrate_from_chat_id) == (new.id, old.id)
    await bot.send_message(new.id, "hello")
    assert (await ada.reply(new)).text == "hello"


async def test_tells_who_is_in_a_group(bot, telegram_server, people):
    ada, bo = people
    group = await telegram_server.group("Desk", [ada])
    members = [await bot.get_chat_member(group.id, number) for number in (ada.id, bo.id, bot.id)]
    assert [member.status for member in members] == ["member", "left", "member"]
    with pytest.raises(BadRequest, match="^Invalid user_id specified$"):
        await bot.get_chat_member(group.id, 1)
