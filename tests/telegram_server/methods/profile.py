"""What the bot says of itself: commands by scope and language, name and descriptions by language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.telegram_server import utf16
from tests.telegram_server.methods.places import find_chat
from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

#: Source: core.telegram.org/bots/api#setmycommands, #botcommand, #setmyname, #setmydescription.
MOST_COMMANDS = 100
WITHOUT_CHAT = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
WITH_CHAT = ("chat", "chat_administrators", "chat_member")
LIMITS = {"name": 64, "description": 512, "short_description": 120}


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _scope(server: TelegramServer, params: Params) -> str:
    scope = params.json("scope", "BotCommandScope") or {"type": "default"}
    kind = scope.get("type")
    if kind in WITHOUT_CHAT:
        return str(kind)
    if kind not in WITH_CHAT:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = find_chat(server, Params({"chat_id": str(scope.get("chat_id", ""))}))
    return f"{kind}:{chat.id}" + (f":{scope.get('user_id')}" if kind == "chat_member" else "")


@serves("setMyCommands")
def set_my_commands(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    commands = params.json("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16.length(str(command.get("description", "")).strip()) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    server.commands[_scope(server, params), _language(params)] = commands
    return True


@serves("getMyCommands")
def get_my_commands(server: TelegramServer, params: Params) -> list[dict[str, Any]]:
    """See the Bot API."""
    return server.commands.get((_scope(server, params), _language(params)), [])


@serves("deleteMyCommands")
def delete_my_commands(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    server.commands.pop((_scope(server, params), _language(params)), None)
    return True


def _serve_profile(what: str, spelled: str) -> None:
    """Serves the set and get methods of one of the texts."""

    @serves(f"setMy{spelled}")
    def set_text(server: TelegramServer, params: Params) -> bool:
        language = _language(params)
        text = params.text(what).strip()
        if utf16.length(text) > LIMITS[what]:
            raise bad_request(f"bot {what.replace('_', ' ')} is too long")
        if text:
            server.profile[what, language] = text
        else:
            server.profile.pop((what, language), None)
        return True

    @serves(f"getMy{spelled}")
    def get_text(server: TelegramServer, params: Params) -> dict[str, str]:
        default = server.world.bot.first_name if what == "name" else ""
        found = server.profile.get((what, _language(params))) or server.profile.get((what, ""))
        return {what: found or default}


_serve_profile("name", "Name")
_serve_profile("description", "Description")
_serve_profile("short_description", "ShortDescription")
