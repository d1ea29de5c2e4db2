"""Coming and going: a person blocks the bot, a group adds it."""

from __future__ import annotations

from datetime import datetime, timezone

from telegram import Chat, ChatMember, Update
from telegram.ext import ChatMemberHandler

from bot.channels.telegram.answering import Context, Handler, front_of
from bot.channels.telegram.markup import Block, messages
from bot.channels.telegram.rendering import Outgoing
from bot.channels.telegram.sending import deliver

_OUT = (ChatMember.BANNED, ChatMember.LEFT)


async def changed(update: Update, context: Context) -> None:
    """Remembers who wants no messages any more; greets a group once."""
    change = update.my_chat_member
    front = front_of(context)
    asker = front.asker(update)
    if change is None or asker is None:
        return
    is_out, was_out = change.new_chat_member.status in _OUT, change.old_chat_member.status in _OUT
    if change.chat.type == Chat.PRIVATE:
        if is_out != (asker.person.blocked_at is not None):
            front.changed(asker, blocked_at=datetime.now(timezone.utc) if is_out else None)
    elif was_out and not is_out and change.chat.type != Chat.CHANNEL:
        words = front.words(asker.language, "group_welcome", name=f"@{front.username}")
        await deliver(context.bot, asker.place, [Outgoing(text) for text in messages([Block(words)])])


def handlers() -> list[Handler]:
    """Returns the handler of this topic."""
    return [ChatMemberHandler(changed, ChatMemberHandler.MY_CHAT_MEMBER)]
