"""The person's side: what somebody with a telephone in hand can do, and what they see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.telegram_server import attachments, utf16
from tests.telegram_server.chats import Chat, User
from tests.telegram_server.detection import find_entities
from tests.telegram_server.inline_queries import InlineQuery
from tests.telegram_server.membership import announce_status, reaches_bot
from tests.telegram_server.messages import Message
from tests.telegram_server.outbox import HasChat
from tests.telegram_server.presses import Press, find_button
from tests.telegram_server.signals import PATIENCE_S
from tests.telegram_server.texts import TEXT_LIMIT

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer


class Person:
    """Somebody with an account. Wherever `where` is left out, the private chat with the bot is meant."""

    def __init__(self, server: TelegramServer, user: User):
        self.server = server
        self.user = user
        self._seen: set[Message] = set()

    @property
    def id(self) -> int:
        """Number of the account and of the private chat."""
        return self.user.id

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.server.world.chats[self.user.id]

    # ---- writing ----

    async def say(
        self,
        text: str,
        where: HasChat | None = None,
        *,
        topic: int | None = None,
        mention: bool = False,
        reply_to: Message | None = None,
        **extra: Any,
    ) -> Message:
        """Writes a message; `mention` puts the bot's name in front of it."""
        return await self.send(self._words(text, mention=mention), where, topic=topic, reply_to=reply_to, **extra)

    async def start(self, payload: str = "") -> Message:
        """Presses Start, or opens a deep link."""
        return await self.say(f"/start {payload}".rstrip())

    async def reply_to(self, message: Message, text: str) -> Message:
        """Replies to a message, in the chat and topic where it stands."""
        return await self.send(self._words(text), _Place(message.chat), topic=message.thread_id, reply_to=message)

    async def forward(self, text: str, where: HasChat | None = None, *, sender: User | None = None) -> Message:
        """Forwards what somebody else wrote; without `sender` the author hides the account."""
        origin: dict[str, Any] = {"date": self.server.world.now() - 60}
        if sender:
            origin |= {"type": "user", "sender_user": sender.to_json()}
        else:
            origin |= {"type": "hidden_user", "sender_user_name": "Somebody"}
        return await self.say(text, where, forward_origin=origin)

    async def edit(self, message: Message, text: str) -> Message:
        """Changes an own message."""
        assert message.sender is self.user, "people edit their own messages only"
        message.versions.append(message.text)
        if "text" in message.body:
            message.body = self._words(text)
        else:
            message.body = {**message.body, "caption": text}
        message.edit_date = self.server.world.now()
        self._tell("edited_message", message)
        return message

    async def photo(
        self, content: bytes | None = None, caption: str = "", where: HasChat | None = None, *, album: str = ""
    ) -> Message:
        """Sends a picture; those of one `album` belong together."""
        body, file = attachments.photo(self.server.world, content, caption)
        return self._post(body, where, file=file, extra={"media_group_id": album} if album else {})

    async def document(
        self, name: str = "notes.txt", content: bytes = b"notes", caption: str = "", where: HasChat | None = None
    ) -> Message:
        """Sends a file."""
        return await self._attach(attachments.document(self.server.world, name, content, caption), where)

    async def voice(self, where: HasChat | None = None) -> Message:
        """Sends a voice message."""
        return await self._attach(attachments.voice(self.server.world), where)

    async def video(self, where: HasChat | None = None) -> Message:
        """Sends a video."""
        return await self._attach(attachments.video(self.server.world), where)

    async def sticker(self, emoji: str = "👍", where: HasChat | None = None) -> Message:
        """Sends a sticker."""
        return await self._attach(attachments.sticker(self.server.world, emoji), where)

    async def location(self, where: HasChat | None = None) -> Message:
        """Sends a place."""
        return await self._attach(attachments.location(self.server.world), where)

    async def move(self, message: Message) -> None:
        """Goes on with a place that is shared live."""
        message.edit_date = self.server.world.now()
        self._tell("edited_message", message)

    async def contact(self, where: HasChat | None = None) -> Message:
        """Sends somebody's card."""
        return await self._attach(attachments.contact(self.server.world), where)

    async def dice(self, where: HasChat | None = None) -> Message:
        """Throws a die."""
        return await self._attach(attachments.dice(self.server.world), where)

    async def poll(self, question: str = "Tea?", where: HasChat | None = None) -> Message:
        """Sends a poll."""
        return await self._attach(attachments.poll(self.server.world, question), where)

    async def send(
        self,
        body: dict[str, Any],
        where: HasChat | None = None,
        *,
        topic: int | None = None,
        reply_to: Message | None = None,
        **extra: Any,
    ) -> Message:
        """Sends any message, of kinds too that this client has no word for."""
        return self._post(body, where, topic=topic, reply_to=reply_to, extra=extra)

    # ---- pressing, asking inline ----

    async def press(
        self,
        label: str = "",
        message: Message | None = None,
        *,
        where: HasChat | None = None,
        data: str | None = None,
        inaccessible: bool = False,
    ) -> Press:
        """Presses a button: of the newest message that has it, or of `message`.

        Args:
            label: What stands on the button, in full.
            message: Where the button is.
            where: The chat, where it is not the private one and no message is given.
            data: What the button carries, of a message as it once was; the label does not matter then.
            inaccessible: The message is so old that the platform no longer shows it to the bot.
        """
        chat = message.chat if message else (where or self).chat
        if data is None:
            message, button = find_button(self.server, chat, label, message)
            assert button.data is not None, f"{button} opens something; it calls nobody"
            data = button.data
        assert message, "a button with data of its own stands under a message: give it"
        query_id = str(next(self.server.world.queries))
        query: dict[str, Any] = {"id": query_id, "from": self.user.to_json(), "chat_instance": str(chat.id * 7919)}
        query["data"] = data
        if message.inline_message_id:
            query["inline_message_id"] = message.inline_message_id
        elif inaccessible:
            query["message"] = {"chat": chat.to_json(), "message_id": message.message_id, "date": 0}
        else:
            query["message"] = message.to_json()
        self.server.open_callbacks.add(query_id)
        press = Press(self.server, query_id, message, len(message.versions))
        self.server.updates.add("callback_query", query, chat.id)
        return press

    async def inline(self, text: str, offset: str = "") -> InlineQuery:
        """Types the bot's name and some words into any chat."""
        assert self.server.inline_mode, "inline mode is off: nobody can ask"
        return InlineQuery.ask(self.server, self.user, text, offset)

    async def react(self, message: Message, emoji: str) -> None:
        """Puts a reaction on a message."""
        chat, reaction = message.chat, {"type": "emoji", "emoji": emoji}
        self.server.updates.add(
            "message_reaction",
            {
                "chat": chat.to_json(),
                "message_id": message.message_id,
                "user": self.user.to_json(),
                "date": self.server.world.now(),
                "old_reaction": [],
                "new_reaction": [reaction],
            },
            chat.id,
        )

    # ---- coming and going ----

    async def block(self) -> None:
        """Blocks the bot."""
        self._switch("kicked")

    async def unblock(self) -> None:
        """Lets the bot write again."""
        self._switch("member")

    def deactivate(self) -> None:
        """Deletes the account."""
        self.chat.deactivated = True

    async def join(self, group: HasChat) -> Message:
        """Joins a group."""
        group.chat.members.append(self.user)
        return self._post({}, group, extra={"new_chat_members": [self.user.to_json()]})

    async def leave(self, group: HasChat) -> Message:
        """Leaves a group."""
        message = self._post({}, group, extra={"left_chat_member": self.user.to_json()})
        group.chat.members.remove(self.user)
        return message

    # ---- seeing ----

    async def replies(
        self,
        count: int = 1,
        where: HasChat | None = None,
        *,
        timeout_s: float = PATIENCE_S,
        matching: Callable[[Message], bool] = lambda _: True,
    ) -> list[Message]:
        """Waits for messages of the bot that this person has not taken note of yet; returns all of these."""
        chat = (where or self).chat

        def fresh() -> list[Message]:
            return [each for each in self.server.world.by_bot(chat) if each not in self._seen and matching(each)]

        await self.server.outbox.wait_until(
            lambda: len(fresh()) >= count,
            timeout_s=timeout_s,
            what=lambda: f"{count} new messages to {self.user.first_name}\n{self.server.outbox.transcript(chat)}",
        )
        found = fresh()
        self._seen.update(found)
        return found

    async def reply(self, where: HasChat | None = None, *, timeout_s: float = PATIENCE_S) -> Message:
        """Waits for a message of the bot that is new to this person; returns the newest."""
        return (await self.replies(1, where, timeout_s=timeout_s))[-1]

    def commands(self, where: HasChat | None = None) -> dict[str, str]:
        """Returns the menu of commands that this person is shown, by name.

        Source: core.telegram.org/bots/api#determining-list-of-commands.
        """
        chat = (where or self).chat
        wide = "all_private_chats" if chat.kind == "private" else "all_group_chats"
        language = (self.user.language_code or "")[:2]
        for scope in (f"chat_member:{chat.id}:{self.id}", f"chat:{chat.id}", wide, "default"):
            for code in (language, ""):
                if found := self.server.commands.get((scope, code)):
                    return {each["command"]: each["description"] for each in found}
        return {}

    # ---- how ----

    def _words(self, text: str, *, mention: bool = False) -> dict[str, Any]:
        text = f"@{self.server.world.bot.username} {text}" if mention else text
        assert 1 <= utf16.length(text) <= TEXT_LIMIT, "a telephone would not send this as one message"
        entities = find_entities(text)
        return {"text": text, "entities": entities} if entities else {"text": text}

    async def _attach(self, attachment: attachments.Attachment, where: HasChat | None) -> Message:
        body, file = attachment
        return self._post(body, where, file=file)

    def _post(self, body: dict[str, Any], where: HasChat | None, **rest: Any) -> Message:
        chat = (where or self).chat
        assert self.user in chat.members, f"{self.user.first_name} is not in {chat.title}"
        if chat.kind == "private":
            assert chat.bot != "kicked", f"{self.user.first_name} has blocked the bot"
            chat.bot = "member"
        rest["thread_id"] = rest.pop("topic", None)
        message = self.server.world.add_message(chat, self.user, body, **rest)
        self._tell("message", message)
        return message

    def _tell(self, kind: str, message: Message) -> None:
        if reaches_bot(self.server, message):
            self.server.updates.add(kind, message.to_json(), message.chat.id)
        self.server.changed.changed()

    def _switch(self, status: str) -> None:
        announce_status(self.server, self.chat, self.user, status)


@dataclass(frozen=True)
class _Place:
    chat: Chat
