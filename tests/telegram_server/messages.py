"""A message in a chat: what the Bot API says of it, and what a person sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.telegram_server import markup

if TYPE_CHECKING:
    from tests.telegram_server.chats import Chat, User


@dataclass(frozen=True)
class Button:
    """A button as a person sees it: its label, and what it does when pressed."""

    label: str
    data: str | None = None
    url: str | None = None
    other: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredFile:
    """A file that somebody sent."""

    file_id: str
    name: str
    content: bytes
    mime_type: str


@dataclass(eq=False)
class Message:
    """One message, kept up to date through edits; `versions` holds what it said before."""

    chat: Chat
    message_id: int
    sender: User
    date: int
    body: dict[str, Any]
    reply_markup: dict[str, Any] | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    file: StoredFile | None = None
    inline_message_id: str | None = None
    silent: bool = False
    edit_date: int | None = None
    deleted: bool = False
    versions: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.sender.first_name} in {self.chat.id}: {self.text[:60]!r} {self.labels}>"

    @property
    def text(self) -> str:
        """The words, of a caption too; empty where there are none."""
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The entities of the words, those that the platform finds by itself included."""
        found: list[dict[str, Any]] = self.body.get("entities") or self.body.get("caption_entities") or []
        return found

    @property
    def html(self) -> str:
        """The words as a person sees them, bold and links resolved."""
        return markup.render(self.text, self.entities)

    @property
    def links(self) -> list[str]:
        """Where the links in the words lead, in order."""
        return [entity["url"] for entity in self.entities if "url" in entity]

    @property
    def kind(self) -> str:
        """`text`, `photo`, `document`, `voice`, … or `service`."""
        kinds = ("photo", "document", "voice", "sticker", "location", "poll", "contact", "video", "dice", "text")
        return next((kind for kind in kinds if kind in self.body), "service")

    @property
    def service(self) -> str:
        """What a message that nobody wrote tells: who came or went, or which topic was opened; empty for any other."""
        if self.kind != "service":
            return ""
        people = self.extra.get("new_chat_members") or [self.extra.get("left_chat_member")]
        names = ", ".join(person["first_name"] for person in people if person)
        topic = self.extra.get("forum_topic_created", {}).get("name", "")
        return ("− " if "left_chat_member" in self.extra else "+ ") + names if names else topic or "…"

    @property
    def buttons(self) -> list[list[Button]]:
        """The buttons under the message, row by row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [[_read_button(button) for button in row] for row in rows]

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons, in order."""
        return [button.label for row in self.buttons for button in row]

    @property
    def photo(self) -> bytes | None:
        """The picture, where the message is one."""
        return self.file.content if self.file and self.kind == "photo" else None

    @property
    def document(self) -> bytes | None:
        """The file, where the message carries one; its name is `file.name`."""
        return self.file.content if self.file and self.kind == "document" else None

    def to_json(self, *, quoted: bool = False) -> dict[str, Any]:
        """Returns the message as the Bot API gives it; a quoted one without its own quote."""
        result: dict[str, Any] = {
            "message_id": self.message_id,
            "from": self.sender.to_json(),
            "chat": self.chat.to_json(),
            "date": self.date,
            **self.extra,
            **self.body,
        }
        if self.thread_id is not None:
            result |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.edit_date is not None:
            result["edit_date"] = self.edit_date
        if self.reply_markup and "inline_keyboard" in self.reply_markup:
            result["reply_markup"] = self.reply_markup
        if self.reply_to and not self.reply_to.deleted and not quoted:
            result["reply_to_message"] = self.reply_to.to_json(quoted=True)
        return result


def _read_button(button: dict[str, Any]) -> Button:
    known = {"text", "callback_data", "url"}
    others = {key: value for key, value in button.items() if key not in known}
    return Button(button["text"], button.get("callback_data"), button.get("url"), others)
