"""What the bot is in a chat, and which messages there reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.telegram_server import utf16
from tests.telegram_server.chats import Chat, User
from tests.telegram_server.messages import Message
from tests.telegram_server.methods.places import describe_member

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer


def announce_status(server: TelegramServer, chat: Chat, by: User, status: str) -> None:
    """Changes what the bot is in a chat, and tells it."""
    bot = server.world.bot
    before = describe_member(chat, bot, bot)
    chat.bot = status
    change = {"old_chat_member": before, "new_chat_member": describe_member(chat, bot, bot)}
    about = {"chat": chat.to_json(), "from": by.to_json(), "date": server.world.now(), **change}
    server.updates.add("my_chat_member", about, chat.id)


def reaches_bot(server: TelegramServer, message: Message) -> bool:
    """Returns whether the bot gets a message: in groups with privacy mode only what is meant for it.

    Source: core.telegram.org/bots/features#privacy-mode.
    """
    bot = server.world.bot
    if message.chat.bot != "member":
        return False
    if message.chat.kind == "private" or not server.privacy_mode or message.kind == "service":
        return True
    if message.reply_to and message.reply_to.sender is bot:
        return True
    for entity in message.entities:
        word = utf16.cut(message.text, entity["offset"], entity["length"]).lower()
        named = f"@{bot.username}".lower()
        if entity["type"] == "mention" and word == named:
            return True
        if entity["type"] == "bot_command" and ("@" not in word or word.endswith(named)):
            return True
    return False
