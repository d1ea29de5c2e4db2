"""From a reply to Telegram's messages. Pure: nothing is sent here, and `Reply.text` is never parsed."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

from bot.channels.telegram.markup import MAX_CAPTION, Block, cut, messages
from bot.channels.telegram.payloads import Payloads
from bot.reply import Attachment, Reply

#: Labels longer than this are cut off by telephones.
_LONGEST_LABEL = 60
#: Short labels stand side by side, so that a keyboard stays low.
_SHORT_LABEL = 14
_MOST_BESIDE = 3


@dataclass(frozen=True)
class Button:
    """A button: its label, and the data it sends or the address it opens."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True)
class Outgoing:
    """One message to send: HTML, or a file with a caption; `keyboard` is its rows of buttons.

    `asks_reply` opens the field for a reply to it in its place.
    """

    html: str = ""
    keyboard: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None
    asks_reply: bool = False


@dataclass(frozen=True)
class Extras:
    """What the front adds to a reply: notes below it, and rows of buttons under the reply's own."""

    notes: tuple[str, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = field(default=())


def render(reply: Reply, payloads: Payloads, extras: Extras | None = None) -> list[Outgoing]:
    """Returns the messages of a reply in their order: words first, buttons under the last of them, then files."""
    extras = extras or Extras()
    own = [Button(cut(choice.label, _LONGEST_LABEL), payloads.of(choice, reply.entry)) for choice in reply.choices]
    rows = (*rows_of([button for button in own if button.data]), *extras.rows)
    texts = messages([*_blocks(reply), *(Block(note, "italic") for note in extras.notes)])
    sent = [Outgoing(text) for text in texts[:-1]]
    sent += [Outgoing(text, rows) for text in texts[-1:]]
    return [*sent, *(_file(attachment) for attachment in reply.attachments)]


def rows_of(buttons: list[Button]) -> tuple[tuple[Button, ...], ...]:
    """Returns buttons in rows: short ones beside each other, long ones alone."""
    rows: list[list[Button]] = []
    for button in buttons:
        is_short = _width(button.label) <= _SHORT_LABEL
        fits = rows and len(rows[-1]) < _MOST_BESIDE and all(_width(b.label) <= _SHORT_LABEL for b in rows[-1])
        if is_short and fits:
            rows[-1].append(button)
        else:
            rows.append([button])
    return tuple(tuple(row) for row in rows)


def _width(label: str) -> int:
    """Returns about how many Latin letters wide a label is: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in label)


def _blocks(reply: Reply) -> list[Block]:
    blocks = [Block(reply.title, "bold")] if reply.title else []
    for part in reply.body:
        blocks.append(Block("\n".join(f"• {line[2:]}" if line.startswith("- ") else line for line in part.split("\n"))))
    blocks += [Block(note, "italic") for note in reply.notes]
    if reply.sources_line:
        blocks.append(_sources(reply))
    return blocks


def _sources(reply: Reply) -> Block:
    """Returns the sources line with every address behind its document instead of written out."""
    line = reply.sources_line
    words, marked, position = "", "", 0
    for cited in reply.citations:
        address = f" ({cited.url})"
        end = line.find(address, position) if cited.url else -1
        start = line.rfind(cited.source, position, end) if end >= 0 else -1
        if start < 0:
            continue
        words += line[position:end]
        link = f'<a href="{html.escape(cited.url)}">{html.escape(line[start:end], quote=False)}</a>'
        marked += html.escape(line[position:start], quote=False) + link
        position = end + len(address)
    words += line[position:]
    return Block(words, html=marked + html.escape(line[position:], quote=False))


def _file(attachment: Attachment) -> Outgoing:
    return Outgoing(html.escape(cut(attachment.caption, MAX_CAPTION), quote=False), attachment=attachment)


def is_there(attachment: Attachment) -> bool:
    """Returns whether the file of an attachment can be sent."""
    return Path(attachment.path).is_file()
