"""The chats of the little world: accounts, chats, files, and who is where."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_server.messages import Message, StoredFile

BOT_ID = 7_000_000_001
#: Where Telegram's numbers of supergroups begin, downwards.
SUPERGROUPS = -1_001_000_000_000


@dataclass(eq=False)
class User:
    """An account, a person's or the bot's."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    last_name: str | None = None
    language_code: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the account as the Bot API gives it."""
        optional = {"username": self.username, "last_name": self.last_name, "language_code": self.language_code}
        present = {key: value for key, value in optional.items() if value}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name, **present}


@dataclass(eq=False)
class Chat:
    """A chat and everything that was said in it."""

    id: int
    kind: str
    title: str
    username: str | None = None
    is_forum: bool = False
    members: list[User] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    #: What the bot is here: `stranger` (may not write first), `member`, `left`, `kicked`.
    bot: str = "stranger"
    deactivated: bool = False
    migrated_to: int | None = None
    #: The last reply keyboard that the bot put up here.
    keyboard: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the chat as the Bot API gives it."""
        name = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        result: dict[str, Any] = {"id": self.id, "type": self.kind, **name}
        if self.username:
            result["username"] = self.username
        if self.is_forum:
            result["is_forum"] = True
        return result


class World:
    """All accounts, chats and files, and the numbers they get."""

    def __init__(self, clock: Callable[[], float] = time.time):
        self.clock = clock
        self.bot = User(BOT_ID, "Partnership guide", is_bot=True, username="partnerguide_test_bot")
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries = itertools.count(4_000_000_000_001)
        # So long that no time stamp and no digest holds one by chance; tests look for them in files.
        self._user_ids = itertools.count(7_310_000_000_001)
        self._group_ids = itertools.count(1)
        self._file_ids = itertools.count(1)
        self._message_ids: dict[int, itertools.count[int]] = {}

    def now(self) -> int:
        """Returns the time as the Bot API gives it, in whole seconds."""
        return int(self.clock())

    def add_user(self, user_id: int | None, first_name: str, **rest: Any) -> User:
        """Adds a person and their private chat with the bot, which the bot may not begin."""
        user = User(next(self._user_ids) if user_id is None else user_id, first_name, **rest)
        if user.id in self.users:
            raise AssertionError(f"there is a person {user.id} already")
        self.users[user.id] = user
        self.chats[user.id] = Chat(user.id, "private", first_name, user.username, members=[user])
        return user

    def add_group(self, title: str, *, kind: str, is_forum: bool, chat_id: int | None = None) -> Chat:
        """Adds a group without anybody in it."""
        if chat_id is None:
            number = next(self._group_ids)
            chat_id = SUPERGROUPS - number if kind == "supergroup" else -5_000_000 - number
        chat = self.chats[chat_id] = Chat(chat_id, kind, title, is_forum=is_forum, bot="left")
        return chat

    def add_file(self, name: str, content: bytes, mime_type: str) -> StoredFile:
        """Keeps a file and gives it an identifier."""
        file = StoredFile(f"file-{next(self._file_ids):06}", name, content, mime_type)
        self.files[file.file_id] = file
        return file

    def add_message(self, chat: Chat, sender: User, body: dict[str, Any], **rest: Any) -> Message:
        """Adds a message to a chat. Supergroups number their own, all other chats share one count."""
        counter = self._message_ids.setdefault(chat.id if chat.kind == "supergroup" else 0, itertools.count(1))
        message = Message(chat, next(counter), sender, self.now(), body, **rest)
        chat.messages[message.message_id] = message
        return message

    def by_bot(self, chat: Chat) -> list[Message]:
        """Returns what the bot has in a chat now, oldest first."""
        return [message for message in chat.messages.values() if message.sender is self.bot and not message.deleted]
