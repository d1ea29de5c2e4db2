"""editMessageText, editMessageCaption, editMessageReplyMarkup, deleteMessage, deleteMessages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram_server.chats import Chat
from tests.telegram_server.keyboards import read_keyboard
from tests.telegram_server.messages import Message
from tests.telegram_server.methods.places import find_message, open_chat
from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request
from tests.telegram_server.texts import read_caption, read_text

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

UNMODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@serves("editMessageText")
def edit_message_text(server: TelegramServer, params: Params) -> dict[str, Any] | bool:
    """See the Bot API."""
    message = _find(server, params)
    body = read_text(params)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _edit(server, message, params, body)


@serves("editMessageCaption")
def edit_message_caption(server: TelegramServer, params: Params) -> dict[str, Any] | bool:
    """See the Bot API."""
    message = _find(server, params)
    if message.kind not in ("photo", "document"):
        raise bad_request("there is no caption in the message to edit")
    rest = {name: value for name, value in message.body.items() if not name.startswith("caption")}
    return _edit(server, message, params, {**rest, **read_caption(params)})


@serves("editMessageReplyMarkup")
def edit_message_reply_markup(server: TelegramServer, params: Params) -> dict[str, Any] | bool:
    """See the Bot API."""
    message = _find(server, params)
    return _edit(server, message, params, message.body)


def _find(server: TelegramServer, params: Params) -> Message:
    inline = params.text("inline_message_id")
    if inline:
        messages = (each for chat in server.world.chats.values() for each in chat.messages.values())
        found = next((message for message in messages if message.inline_message_id == inline), None)
        if found is None or found.deleted:
            raise bad_request("MESSAGE_ID_INVALID")
        return found
    message = find_message(open_chat(server, params), params.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not server.world.bot:
        raise bad_request("message can't be edited")
    return message


def _edit(server: TelegramServer, message: Message, params: Params, body: dict[str, Any]) -> dict[str, Any] | bool:
    keyboard = read_keyboard(params, message.chat, inline_only=True)
    if body == message.body and keyboard == message.reply_markup:
        raise bad_request(UNMODIFIED)
    server.limits.check(message.chat)
    message.versions.append(message.text)
    message.body, message.reply_markup = body, keyboard
    message.edit_date = server.world.now()
    return True if message.inline_message_id else message.to_json()


@serves("deleteMessage")
def delete_message(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    chat = open_chat(server, params)
    message = find_message(chat, params.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _check_deletable(server, chat, message)
    message.deleted = True
    return True


@serves("deleteMessages")
def delete_messages(server: TelegramServer, params: Params) -> bool:
    """See the Bot API; what is not there is left out."""
    chat = open_chat(server, params)
    numbers = params.json("message_ids", "message identifiers") or []
    if not 1 <= len(numbers) <= 100:
        raise bad_request("message identifiers are not specified")
    found = [message for number in numbers if (message := find_message(chat, number))]
    for message in found:
        _check_deletable(server, chat, message)
    for message in found:
        message.deleted = True
    return True


def _check_deletable(server: TelegramServer, chat: Chat, message: Message) -> None:
    # In groups the bot is no administrator here.
    if message.sender is not server.world.bot and chat.kind != "private":
        raise bad_request("message can't be deleted")
