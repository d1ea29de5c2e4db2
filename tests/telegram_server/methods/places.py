"""Where a call is meant to go, and whether the bot may write there; getChat, leaveChat, members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram_server.chats import Chat, User
from tests.telegram_server.messages import Message
from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request, forbidden

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"),
    *("choose_sticker", "find_location", "record_video_note", "upload_video_note"),
}


def find_chat(server: TelegramServer, params: Params) -> Chat:
    """Returns the chat that `chat_id` names."""
    name = params.text("chat_id")
    if not name:
        raise bad_request("chat_id is empty")
    if name.startswith("@"):
        found = next((c for c in server.world.chats.values() if c.kind != "private" and f"@{c.username}" == name), None)
    else:
        found = server.world.chats.get(params.number("chat_id"))
    # A group that the bot never was in does not exist for it; a person it may not address does.
    if found is None or (found.kind != "private" and found.bot == "left" and not found.messages):
        raise bad_request("chat not found")
    if found.migrated_to is not None:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=found.migrated_to)
    return found


def open_chat(server: TelegramServer, params: Params) -> Chat:
    """Returns the chat that `chat_id` names, where the bot may write."""
    chat = find_chat(server, params)
    if chat.deactivated:
        raise forbidden("user is deactivated")
    if chat.kind == "private":
        if chat.bot == "kicked":
            raise forbidden("bot was blocked by the user")
        if chat.bot == "stranger":
            raise forbidden("bot can't initiate conversation with a user")
    elif chat.bot == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    elif chat.bot != "member":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def find_topic(chat: Chat, params: Params) -> int | None:
    """Returns the topic that a message goes to."""
    thread = params.number("message_thread_id")
    if not thread:
        return None
    if thread not in chat.topics:
        raise bad_request("message thread not found")
    return thread


def find_message(chat: Chat, message_id: int) -> Message | None:
    """Returns a message that is still there."""
    message = chat.messages.get(message_id)
    return message if message and not message.deleted else None


@serves("sendChatAction")
def send_chat_action(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    chat = open_chat(server, params)
    find_topic(chat, params)
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    server.outbox.actions.append((chat.id, params.text("action")))
    return True


@serves("getChat")
def get_chat(server: TelegramServer, params: Params) -> dict[str, Any]:
    """See the Bot API."""
    return {**find_chat(server, params).to_json(), "accent_color_id": 0, "max_reaction_count": 11}


@serves("leaveChat")
def leave_chat(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    chat = open_chat(server, params)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot = "left"
    return True


def describe_member(chat: Chat, user: User, bot: User) -> dict[str, Any]:
    """Returns a member as the Bot API gives it."""
    if user is bot:
        status = {"stranger": "left"}.get(chat.bot, chat.bot)
    else:
        status = "member" if user in chat.members else "left"
    return {"status": status, "user": user.to_json(), **({"until_date": 0} if status == "kicked" else {})}


@serves("getChatMember")
def get_chat_member(server: TelegramServer, params: Params) -> dict[str, Any]:
    """See the Bot API."""
    chat = find_chat(server, params)
    bot = server.world.bot
    user = bot if params.number("user_id") == bot.id else server.world.users.get(params.number("user_id"))
    if user is None:
        raise bad_request("invalid user_id specified")
    return describe_member(chat, user, bot)
