from __future__ import annotations

import pytest
from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest


def commands(*names):
    return [BotCommand(name, f"about {name}") for name in names]


async def test_shows_each_person_the_menu_of_their_scope_and_language(bot, telegram_server):
    ada, bo = telegram_server.person(language_code="zh-hans"), telegram_server.person(language_code="fr")
    group = await telegram_server.group("Desk", [ada, bo])
    await bot.set_my_commands(commands("help"))
    await bot.set_my_commands(commands("topics"), BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(commands("zh_topics"), BotCommandScopeAllPrivateChats(), "zh")
    await bot.set_my_commands(commands("ask"), BotCommandScopeAllGroupChats())
    await bot.set_my_commands(commands("desk"), BotCommandScopeChat(bo.id))
    menus = [list(menu) for menu in (ada.commands(), bo.commands(), ada.commands(group))]
    assert menus == [["zh_topics"], ["desk"], ["ask"]]
    assert ada.commands() == {"zh_topics": "about zh_topics"}


async def test_keeps_a_menu_per_scope_and_language(bot):
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands(commands("a"), scope, "zh")
    assert await bot.get_my_commands(scope, "zh") == tuple(commands("a"))
    assert await bot.get_my_commands(scope) == ()
    await bot.delete_my_commands(scope, "zh")
    assert await bot.get_my_commands(scope, "zh") == ()


@pytest.mark.parametrize(
    ("given", "language", "problem"),
    [
        (commands("Topics"), "", "Bot_command_invalid"),
        (commands("due-diligence"), "", "Bot_command_invalid"),
        (commands("x" * 33), "", "Bot_command_invalid"),
        ([BotCommand("a", " ")], "", "Bot_command_description_invalid"),
        ([BotCommand("a", "x" * 257)], "", "Bot_command_description_invalid"),
        (commands(*(f"c{number}" for number in range(101))), "", "Bot_commands_too_much"),
        (commands("a"), "zh-hans", "Invalid language code specified"),
    ],
    ids=["capital", "hyphen", "long", "blank", "long description", "many", "language"],
)
async def test_refuses_menus_as_telegram_does(bot, given, language, problem):
    with pytest.raises(BadRequest) as raised:
        await bot.set_my_commands(given, language_code=language)
    assert str(raised.value).lower() == problem.lower()


async def test_keeps_name_and_descriptions_per_language(bot, telegram_server):
    await bot.set_my_name("Guide")
    await bot.set_my_name("向导", "zh")
    await bot.set_my_description("About", "en")
    await bot.set_my_short_description("短", "zh")
    assert [(await bot.get_my_name(code)).name for code in ("", "zh", "fr")] == ["Guide", "向导", "Guide"]
    assert (await bot.get_my_description("en")).description == "About"
    assert (await bot.get_my_short_description("en")).short_description == ""
    assert telegram_server.profile["short_description", "zh"] == "短"


async def test_refuses_a_name_that_is_too_long(bot):
    with pytest.raises(BadRequest, match="^Bot name is too long$"):
        await bot.set_my_name("x" * 65)
