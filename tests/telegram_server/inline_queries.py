"""Inline mode from the person's side: words typed into any chat, the cards offered, the one chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.telegram_server.chats import User
from tests.telegram_server.messages import Message
from tests.telegram_server.outbox import HasChat
from tests.telegram_server.signals import PATIENCE_S

if TYPE_CHECKING:
    from tests.telegram_server.methods.inline import InlineAnswer
    from tests.telegram_server.server import TelegramServer


@dataclass
class InlineQuery:
    """Words typed after the bot's name; `asked` tells whether the bot was asked or the server remembered."""

    server: TelegramServer
    user: User
    text: str
    query_id: str
    asked: bool

    @classmethod
    def ask(cls, server: TelegramServer, user: User, text: str, offset: str) -> InlineQuery:
        """Asks the bot, unless an answer to the same words is remembered."""
        query_id = str(next(server.world.queries))
        cached = server.cached_inline_answer(text, offset, user.id)
        if cached:
            server.inline_answers[query_id] = cached
        else:
            server.open_inline[query_id] = (text, offset, user.id)
            query = {"id": query_id, "from": user.to_json(), "query": text, "offset": offset, "chat_type": "sender"}
            server.updates.add("inline_query", query, user.id)
        return cls(server, user, text, query_id, asked=cached is None)

    async def answer(self, timeout_s: float = PATIENCE_S) -> InlineAnswer:
        """Waits for the cards."""
        answers = self.server.inline_answers
        await self.server.outbox.wait_until(
            lambda: self.query_id in answers, timeout_s=timeout_s, what=f"cards for {self.text!r}"
        )
        return answers[self.query_id]

    async def choose(self, place: int = 0, where: HasChat | None = None) -> Message:
        """Sends one of the cards into a chat, a group or the private one with the bot."""
        card = (await self.answer()).results[place]
        world = self.server.world
        chat = where.chat if where else world.chats[self.user.id]
        extra: dict[str, Any] = {"via_bot": world.bot.to_json()}
        message = world.add_message(chat, self.user, dict(card.body), reply_markup=card.reply_markup, extra=extra)
        chosen = {"result_id": card.result_id, "from": self.user.to_json(), "query": self.text}
        if card.reply_markup:
            message.inline_message_id = f"inline-{self.query_id}"
            chosen["inline_message_id"] = message.inline_message_id
        if self.server.inline_feedback:
            self.server.updates.add("chosen_inline_result", chosen, self.user.id)
        if chat.bot == "member":
            self.server.updates.add("message", message.to_json(), chat.id)
        return message
