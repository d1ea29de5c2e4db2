"""Keyboards, checked as the platform checks them."""

from __future__ import annotations

import json
from typing import Any

from tests.telegram_server import utf16
from tests.telegram_server.chats import Chat
from tests.telegram_server.markup import read_link
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import Refusal, bad_request

#: Source: core.telegram.org/bots/api#inlinekeyboardbutton; counts as observed on the platform.
DATA_BYTES = 64
MOST_BUTTONS = 100
MOST_BYTES = 10_240
ACTIONS = (
    *("callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"),
)


def read_keyboard(params: Params, chat: Chat | None, *, inline_only: bool = False) -> dict[str, Any] | None:
    """Returns the keyboard of a call, or `None` where it has none."""
    keyboard = params.json("reply_markup", "reply keyboard markup")
    return None if keyboard is None else check_keyboard(keyboard, chat, inline_only=inline_only)


def check_keyboard(keyboard: Any, chat: Chat | None, *, inline_only: bool = False) -> dict[str, Any] | None:
    """Returns the keyboard as it will be shown; raises the platform's refusal."""
    if not isinstance(keyboard, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in keyboard:
        rows = _read_rows(keyboard["inline_keyboard"], "inline_keyboard")
        read = [[_read_button(button, chat) for button in row] for row in rows if row]
        _check_size(read)
        return {"inline_keyboard": read} if read else None
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in keyboard:
        rows = _read_rows(keyboard["keyboard"], "keyboard")
        read = [[{"text": button} if isinstance(button, str) else button for button in row] for row in rows if row]
        if not read:
            raise bad_request("reply keyboard markup is empty")
        if not all(isinstance(button, dict) and button.get("text") for row in read for button in row):
            raise bad_request("can't parse keyboard button: Button text must be non-empty")
        _check_size(read)
        return {**keyboard, "keyboard": read}
    return keyboard if keyboard.get("remove_keyboard") or keyboard.get("force_reply") else None


def _read_rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'Field "{name}" must be an Array of Arrays')
    return rows


def _check_size(rows: list[list[dict[str, Any]]]) -> None:
    if sum(len(row) for row in rows) > MOST_BUTTONS or len(json.dumps(rows, ensure_ascii=False).encode()) > MOST_BYTES:
        raise bad_request("reply markup is too long")


def _unreadable(problem: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {problem}")


def _read_button(button: Any, chat: Chat | None) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise _unreadable('Field "text" must be of type String')
    if not button["text"].strip():
        raise _unreadable("Button text must be non-empty")
    actions = [action for action in ACTIONS if action in button]
    if not actions:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        # Stricter than the platform, which takes the first: what is ambiguous is a mistake.
        raise bad_request("BUTTON_TYPE_INVALID")
    _check_action(actions[0], button[actions[0]], chat)
    return button


def _check_action(action: str, value: Any, chat: Chat | None) -> None:
    if action == "callback_data" and not (isinstance(value, str) and 1 <= len(value.encode()) <= DATA_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url" and (not isinstance(value, str) or read_link(value) is None):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    if action == "web_app":
        if chat is not None and chat.kind != "private":
            raise bad_request("BUTTON_TYPE_INVALID")
        if not str(value.get("url", "")).startswith("https://"):
            raise bad_request("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    if action == "copy_text" and not 1 <= utf16.length(value.get("text", "")) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
