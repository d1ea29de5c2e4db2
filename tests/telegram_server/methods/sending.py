"""sendMessage, sendPhoto, sendDocument."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from tests.telegram_server.chats import Chat
from tests.telegram_server.keyboards import read_keyboard
from tests.telegram_server.messages import Message, StoredFile
from tests.telegram_server.methods.places import find_message, find_topic, open_chat
from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request
from tests.telegram_server.texts import read_caption, read_text

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

#: Source: core.telegram.org/bots/api#sending-files, #sendphoto.
PHOTO_BYTES = 10 * 1024 * 1024
DOCUMENT_BYTES = 50 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20


@serves("sendMessage")
def send_message(server: TelegramServer, params: Params) -> dict[str, Any]:
    """See the Bot API."""
    chat = open_chat(server, params)
    return _send(server, chat, params, read_text(params))


@serves("sendPhoto")
def send_photo(server: TelegramServer, params: Params) -> dict[str, Any]:
    """See the Bot API."""
    chat = open_chat(server, params)
    caption = read_caption(params)
    file = _read_file(server, params, "photo", PHOTO_BYTES)
    return _send(server, chat, params, {**_describe_photo(file), **caption}, file)


@serves("sendDocument")
def send_document(server: TelegramServer, params: Params) -> dict[str, Any]:
    """See the Bot API."""
    chat = open_chat(server, params)
    caption = read_caption(params)
    file = _read_file(server, params, "document", DOCUMENT_BYTES)
    return _send(server, chat, params, {"document": describe_file(file), **caption}, file)


def describe_file(file: StoredFile) -> dict[str, Any]:
    """Returns a document as the Bot API gives it."""
    return {
        "file_id": file.file_id,
        "file_unique_id": f"unique-{file.file_id}",
        "file_name": file.name,
        "mime_type": file.mime_type,
        "file_size": len(file.content),
    }


def _describe_photo(file: StoredFile) -> dict[str, Any]:
    try:
        with Image.open(io.BytesIO(file.content)) as image:
            image.load()
            width, height = image.size
    except (UnidentifiedImageError, OSError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    size = {"width": width, "height": height, "file_size": len(file.content)}
    return {"photo": [{"file_id": file.file_id, "file_unique_id": f"unique-{file.file_id}", **size}]}


def _read_file(server: TelegramServer, params: Params, kind: str, limit_bytes: int) -> StoredFile:
    upload = params.upload(kind)
    if upload is None:
        name = params.text(kind)
        if not name:
            raise bad_request(f"there is no {kind} in the request")
        if name in server.world.files:
            return server.world.files[name]
        if "://" in name:
            raise bad_request("failed to get HTTP URL content")
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > limit_bytes:
        raise bad_request(f"file is too big for a {kind}; the maximum size is {limit_bytes} bytes")
    return server.world.add_file(upload.name, upload.content, upload.mime_type)


def _send(
    server: TelegramServer, chat: Chat, params: Params, body: dict[str, Any], file: StoredFile | None = None
) -> dict[str, Any]:
    thread_id = find_topic(chat, params)
    keyboard = read_keyboard(params, chat)
    quoted = _read_quoted(chat, params)
    server.limits.check(chat)
    if keyboard and "keyboard" in keyboard:
        chat.keyboard = keyboard
    elif keyboard and keyboard.get("remove_keyboard"):
        chat.keyboard = None
    message = server.world.add_message(
        chat,
        server.world.bot,
        body,
        reply_markup=keyboard,
        reply_to=quoted,
        thread_id=thread_id if thread_id is not None or quoted is None else quoted.thread_id,
        file=file,
        silent=params.flag("disable_notification"),
    )
    return message.to_json()


def _read_quoted(chat: Chat, params: Params) -> Message | None:
    reply = params.json("reply_parameters", "reply parameters")
    if reply is None:
        if not params.number("reply_to_message_id"):
            return None
        reply = {
            "message_id": params.number("reply_to_message_id"),
            "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
        }
    if not isinstance(reply, dict):
        raise bad_request("can't parse reply parameters JSON object")
    quoted = find_message(chat, int(reply.get("message_id", 0)))
    if quoted is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return quoted
