"""What the bot says of itself: commands per language and scope, name, descriptions; set only when changed."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.channels.telegram.pace import StoppingError
from bot.phrases import Phrases

logger = logging.getLogger(__name__)

#: Command → where it is shown.
COMMANDS: dict[str, tuple[str, ...]] = {
    "topics": ("private", "group"),
    "principles": ("private", "group"),
    "duediligence": ("private", "group"),
    "figures": ("private", "group"),
    "cases": ("private", "group"),
    "sources": ("private", "group"),
    "cite": ("private", "group"),
    "glossary": ("private", "group"),
    "flows": ("private", "group"),
    "ask": ("group",),
    "language": ("private", "group"),
    "audience": ("private",),
    "person": ("private",),
    "privacy": ("private", "group"),
    "mydata": ("private",),
    "forget": ("private",),
    "help": ("private", "group"),
    "cancel": ("private",),
}


@dataclass(frozen=True)
class Menu:
    """What is set for one language; an empty `language` stands for everybody whose language has no menu."""

    language: str
    private: tuple[tuple[str, str], ...]
    group: tuple[tuple[str, str], ...]
    name: str
    description: str
    short_description: str


def menus(phrases: Phrases, languages: list[str]) -> list[Menu]:
    """Returns the menus of all languages; the first language's is also everybody's."""
    return [_menu(phrases, languages[0], ""), *(_menu(phrases, code, code[:2]) for code in languages)]


def _menu(phrases: Phrases, language: str, code: str) -> Menu:
    def commands(scope: str) -> tuple[tuple[str, str], ...]:
        wanted = [name for name, scopes in COMMANDS.items() if scope in scopes]
        return tuple((name, phrases.get(f"telegram_command_{name}", language)) for name in wanted)

    return Menu(
        language=code,
        private=commands("private"),
        group=commands("group"),
        name=phrases.get("telegram_name", language),
        description=phrases.get("telegram_description", language),
        short_description=phrases.get("telegram_short_description", language),
    )


async def publish(bot: Bot, wanted: list[Menu]) -> int:
    """Sets what differs from what Telegram has, and returns how many changes that took; a failure is logged only."""
    changes = 0
    try:
        for menu in wanted:
            changes += await _publish(bot, menu)
    except (TelegramError, StoppingError) as error:
        logger.warning("the menu of commands could not be set: %s", type(error).__name__)
    return changes


async def _publish(bot: Bot, menu: Menu) -> int:
    code = menu.language or None
    scopes: list[tuple[BotCommandScope, tuple[tuple[str, str], ...]]] = [
        (BotCommandScopeDefault(), menu.private),
        (BotCommandScopeAllPrivateChats(), menu.private),
        (BotCommandScopeAllGroupChats(), menu.group),
    ]
    changes = 0
    for scope, commands in scopes:
        present = await bot.get_my_commands(scope, code)
        if [(c.command, c.description) for c in present] != list(commands):
            await bot.set_my_commands([BotCommand(*command) for command in commands], scope, code)
            changes += 1
    present_name, description, short = await asyncio.gather(
        bot.get_my_name(code), bot.get_my_description(code), bot.get_my_short_description(code)
    )
    if present_name.name != menu.name:
        await bot.set_my_name(menu.name, code)
        changes += 1
    if description.description != menu.description:
        await bot.set_my_description(menu.description, code)
        changes += 1
    if short.short_description != menu.short_description:
        await bot.set_my_short_description(menu.short_description, code)
        changes += 1
    return changes
