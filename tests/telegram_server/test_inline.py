from __future__ import annotations

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.error import BadRequest


def card(name, text="<b>text</b>", **more):
    return InlineQueryResultArticle(name, f"title {name}", InputTextMessageContent(text, parse_mode="HTML"), **more)


async def asked(bot):
    return (await bot.get_updates())[-1].inline_query


async def test_offers_cards_and_sends_the_chosen_one(bot, telegram_server):
    ada = telegram_server.person(language_code="zh-hans")
    group = await telegram_server.group("Desk", [ada], bot=False)
    query = await ada.inline("due diligence")
    told = await asked(bot)
    assert (told.query, told.from_user.language_code, told.offset) == ("due diligence", "zh-hans", "")
    await told.answer([card("a"), card("b", description="more")], cache_time=0, next_offset="2")
    answer = await query.answer()
    assert [(each.title, each.description) for each in answer.results] == [("title a", ""), ("title b", "more")]
    assert (answer.next_offset, answer.is_personal) == ("2", False)
    sent = await query.choose(1, group)
    assert (sent.html, sent.extra["via_bot"]["id"]) == ("<b>text</b>", telegram_server.world.bot.id)


@pytest.mark.parametrize(("personal", "asked_again"), [(True, [False, True]), (False, [False, False])])
async def test_remembers_answers_as_long_as_the_bot_allows(bot, telegram_server, personal, asked_again):
    ada, bo = telegram_server.person(), telegram_server.person()
    await ada.inline("cop")
    await (await asked(bot)).answer([card("a")], cache_time=60, is_personal=personal)
    queries = [await person.inline("cop") for person in (ada, bo)]
    assert [query.asked for query in queries] == asked_again
    telegram_server.world.clock = lambda: 32503680000.0
    assert (await ada.inline("cop")).asked


async def test_edits_a_card_that_carries_buttons(bot, telegram_server):
    ada = telegram_server.person()
    query = await ada.inline("cop")
    button = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="a")]])
    await (await asked(bot)).answer([card("a", reply_markup=button)])
    sent = await query.choose()
    await ada.press("a", sent)
    pressed = (await bot.get_updates())[-1].callback_query
    assert (pressed.inline_message_id, pressed.message) == (sent.inline_message_id, None)
    assert await bot.edit_message_text("two", inline_message_id=pressed.inline_message_id) is True
    assert sent.text == "two"


async def test_tells_the_choice_where_the_bot_is_to_hear_it(bot, telegram_server):
    telegram_server.inline_feedback = True
    ada = telegram_server.person()
    query = await ada.inline("cop")
    await (await asked(bot)).answer([card("a")])
    await query.choose()
    assert (await bot.get_updates())[-1].chosen_inline_result.result_id == "a"


@pytest.mark.parametrize(
    ("results", "more", "problem"),
    [
        ([card("a"), card("a")], {}, "Result_id_duplicate"),
        ([card("你" * 22)], {}, "Result_id_invalid"),
        ([card("a", "<b>")], {}, "Can't parse entities: can't find end tag corresponding to start tag"),
        ([card("a", "x" * 4097)], {}, "Message is too long"),
        ([card(str(number)) for number in range(51)], {}, "Results_too_much"),
        ([], {"button": InlineQueryResultsButton("more", start_parameter="no blanks")}, "Start_param_invalid"),
        ([], {"next_offset": "x" * 65}, "Next_offset_invalid"),
    ],
    ids=["same id", "long id", "markup", "long text", "many", "parameter", "offset"],
)
async def test_refuses_answers_as_telegram_does(bot, telegram_server, results, more, problem):
    ada = telegram_server.person()
    query = await ada.inline("cop")
    with pytest.raises(BadRequest) as raised:
        await bot.answer_inline_query(query.query_id, results, **more)
    assert str(raised.value).lower().startswith(problem.lower())


async def test_takes_one_answer(bot, telegram_server):
    query = await telegram_server.person().inline("cop")
    await bot.answer_inline_query(query.query_id, [])
    with pytest.raises(BadRequest, match="(?i)^query is too old"):
        await bot.answer_inline_query(query.query_id, [])
