from __future__ import annotations

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

TOO_OLD = "^Query is too old and response timeout expired or query id is invalid$"


@pytest.fixture
async def ada(bot, telegram_server):
    person = telegram_server.person()
    await person.start()
    buttons = [InlineKeyboardButton("更多", callback_data="v1:more"), InlineKeyboardButton("UN", url="https://un.org")]
    await bot.send_message(person.id, "one", reply_markup=InlineKeyboardMarkup([buttons]))
    await bot.get_updates()
    return person


async def newest(bot):
    return (await bot.get_updates())[-1].callback_query


async def test_tells_the_bot_what_was_pressed(bot, ada):
    press = await ada.press("更多")
    query = await newest(bot)
    assert (query.data, query.from_user.id, query.message.text, query.id) == ("v1:more", ada.id, "one", press.query_id)
    await query.answer("done", show_alert=True)
    answer = await press.answered()
    assert (answer.text, answer.show_alert) == ("done", True)


async def test_takes_one_answer(bot, ada):
    await ada.press("更多")
    query = await newest(bot)
    await query.answer()
    with pytest.raises(BadRequest, match="(?i)" + TOO_OLD):
        await query.answer()


async def test_refuses_answers_to_what_nobody_asked_or_too_late(bot, telegram_server, ada):
    with pytest.raises(BadRequest, match="(?i)" + TOO_OLD):
        await bot.answer_callback_query("77")
    await ada.press("更多")
    telegram_server.expire_callbacks()
    with pytest.raises(BadRequest, match="(?i)" + TOO_OLD):
        await (await newest(bot)).answer()


async def test_refuses_an_answer_of_more_than_200_units(bot, ada):
    await ada.press("更多")
    query = await newest(bot)
    with pytest.raises(BadRequest, match="^Message_too_long$"):
        await query.answer("x" * 201)
    await query.answer("x" * 200)


async def test_presses_what_a_message_once_carried(bot, ada):
    message = await ada.reply()
    await ada.press(message=message, data="v0:gone", inaccessible=True)
    query = await newest(bot)
    assert (query.data, query.message.message_id, query.message.is_accessible) == ("v0:gone", message.message_id, False)


@pytest.mark.parametrize(("label", "problem"), [("nothing", "there is no button 'nothing'"), ("UN", "it calls nobody")])
async def test_says_when_there_is_nothing_to_press(ada, label, problem):
    with pytest.raises(AssertionError, match=problem):
        await ada.press(label)
