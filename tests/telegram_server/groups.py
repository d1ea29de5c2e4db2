"""Groups: members, topics, the bot coming and going, the move to a supergroup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.telegram_server.chats import Chat
from tests.telegram_server.membership import announce_status
from tests.telegram_server.people import Person

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer


class Group:
    """A group chat."""

    def __init__(self, server: TelegramServer, chat: Chat):
        self.server = server
        self.chat = chat

    @property
    def id(self) -> int:
        """Number of the chat."""
        return self.chat.id

    async def add_bot(self, *, by: Person) -> None:
        """Adds the bot."""
        announce_status(self.server, self.chat, by.user, "member")
        bot = self.server.world.bot.to_json()
        message = self.server.world.add_message(self.chat, by.user, {}, extra={"new_chat_members": [bot]})
        self.server.updates.add("message", message.to_json(), self.chat.id)

    async def remove_bot(self, *, by: Person) -> None:
        """Throws the bot out."""
        announce_status(self.server, self.chat, by.user, "kicked")

    async def topic(self, name: str, *, by: Person) -> int:
        """Opens a topic; returns its `message_thread_id`."""
        assert self.chat.is_forum, "only forums have topics"
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.server.world.add_message(self.chat, by.user, {}, extra=created)
        message.thread_id = message.message_id
        self.chat.topics[message.message_id] = name
        if self.chat.bot == "member":
            self.server.updates.add("message", message.to_json(), self.chat.id)
        return message.message_id

    async def migrate(self, *, by: Person) -> Group:
        """Makes a plain group a supergroup with another number; returns that."""
        assert self.chat.kind == "group", "only a plain group moves"
        world = self.server.world
        new = world.add_group(self.chat.title, kind="supergroup", is_forum=False)
        new.members, new.bot = list(self.chat.members), self.chat.bot
        left = world.add_message(self.chat, by.user, {}, extra={"migrate_to_chat_id": new.id})
        come = world.add_message(new, by.user, {}, extra={"migrate_from_chat_id": self.chat.id})
        self.chat.migrated_to = new.id
        for message in (left, come):
            self.server.updates.add("message", message.to_json(), message.chat.id)
        return Group(self.server, new)
