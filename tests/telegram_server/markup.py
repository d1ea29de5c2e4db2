"""Telegram's HTML: read as strictly as the platform reads it, and written again for a person's eyes.

Source: core.telegram.org/bots/api#html-style; the wording of the errors is that of TDLib's parser.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.telegram_server import utf16
from tests.telegram_server.refusals import Refusal, bad_request

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler", "tg-spoiler": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "spoiler": "tg-spoiler",
}  # fmt: skip
#: Kinds that hold no other kind inside them.
CLOSED = {"code", "pre"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
CHARACTER = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|[a-z]+);?")
ATTRIBUTE = re.compile(r"[^\s=>/\"']*")
TOKEN = re.compile(r"[A-Za-z0-9.-]*")
SPACE = " \t\n\r\v\f"


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int
    start: int
    order: int


class _Reader:
    def __init__(self, source: str):
        self.source = source
        self.place = 0
        self.text: list[str] = []
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[tuple[int, dict[str, Any]]] = []
        self.count = 0

    def read(self) -> tuple[str, list[dict[str, Any]]]:
        while self.place < len(self.source):
            if self._peek() == "&":
                self._add(self._character())
            elif self._peek() != "<":
                self._add(self.source[self.place])
                self.place += 1
            elif self.source.startswith("</", self.place):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise self._error(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        ordered = sorted(self.entities, key=lambda pair: (pair[1]["offset"], -pair[1]["length"], pair[0]))
        return "".join(self.text), [entity for _, entity in ordered]

    def _peek(self) -> str:
        return self.source[self.place : self.place + 1]

    def _add(self, piece: str) -> None:
        self.text.append(piece)
        self.units += utf16.length(piece)

    def _error(self, problem: str, at: int | None = None) -> Refusal:
        place = "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        # A second half of some messages follows the place.
        first, _, rest = problem.partition("|")
        return bad_request(f"can't parse entities: {first}{place}{rest}")

    def _character(self) -> str:
        """Reads what stands for a character; anything else keeps its ampersand, as on the platform."""
        match = CHARACTER.match(self.source, self.place)
        if match:
            name = match.group(1)
            value = NAMED.get(name)
            if name.startswith("#"):
                code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
                value = chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000 else None
            if value is not None:
                self.place = match.end()
                return value
        self.place += 1
        return "&"

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in SPACE:
            self.place += 1

    def _name(self) -> str:
        start = self.place
        while self._peek() and self._peek() not in SPACE + ">":
            self.place += 1
        return self.source[start : self.place]

    def _start_tag(self) -> None:
        begin = self.place
        self.place += 1
        tag = self._name().lower()
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        if tag not in KINDS:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        attributes = self._attributes(tag, begin)
        self.place += 1
        argument = ""
        if tag == "span":
            if attributes.get("class") != "tg-spoiler":
                raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        elif tag == "a":
            argument = attributes.get("href", "")
        elif tag == "code" and attributes.get("class", "").startswith("language-"):
            argument = attributes["class"].removeprefix("language-")
        elif tag == "tg-emoji":
            argument = attributes.get("emoji-id", "")
        elif tag == "blockquote" and "expandable" in attributes:
            argument = "expandable"
        self.open.append(_Open(tag, argument, self.units, len(self.text), self.count))
        self.count += 1

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._skip_space()
            if self._peek() == ">":
                return found
            if not self._peek():
                raise self._error(f'Unclosed start tag "{tag}"', begin)
            match = ATTRIBUTE.match(self.source, self.place)
            name = match.group() if match else ""
            if not name:
                raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
            self.place += len(name)
            self._skip_space()
            if self._peek() != "=":
                found[name.lower()] = ""
                continue
            self.place += 1
            self._skip_space()
            if not self._peek():
                raise self._error(f'Unclosed start tag "{tag}"', begin)
            found[name.lower()] = self._value(begin)

    def _value(self, begin: int) -> str:
        if self._peek() not in "'\"":
            start = self.place
            match = TOKEN.match(self.source, start)
            value = match.group() if match else ""
            self.place += len(value)
            if not self._peek() or self._peek() not in SPACE + ">":
                raise self._error("Unexpected end of name token", start)
            return value.lower()
        quote = self._peek()
        self.place += 1
        value = ""
        while self._peek() and self._peek() != quote:
            if self._peek() == "&":
                value += self._character()
            else:
                value += self._peek()
                self.place += 1
        self.place += 1
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        return value

    def _end_tag(self) -> None:
        begin = self.place
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.place += 2
        name = self._name().lower()
        self._skip_space()
        if self._peek() != ">":
            raise self._error("Unclosed end tag", begin)
        self.place += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise self._error(f'Unmatched end tag|, expected "</{opened.tag}>", found "</{name}>"', begin)
        size = self.units - opened.offset
        if size:
            self._keep(opened, size)

    def _keep(self, opened: _Open, size: int) -> None:
        kind = KINDS[opened.tag]
        if any(KINDS[outer.tag] in CLOSED for outer in self.open):
            parent = self.open[-1]
            if parent.tag == "pre" and kind == "code" and parent.offset == opened.offset and opened.argument:
                parent.argument = opened.argument
            return
        if kind == "blockquote" and any(outer.tag == "blockquote" for outer in self.open):
            return
        entity: dict[str, Any] = {"type": kind, "offset": opened.offset, "length": size}
        if kind in CLOSED:
            inner = [pair for pair in self.entities if pair[1]["offset"] >= opened.offset]
            self.entities = [pair for pair in self.entities if pair not in inner]
        if kind == "pre" and opened.argument:
            entity["language"] = opened.argument
        if kind == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        if kind == "custom_emoji":
            entity["custom_emoji_id"] = opened.argument
        if kind == "text_link":
            address = read_link(opened.argument or "".join(self.text[opened.start :]))
            if address is None:
                return  # The platform keeps the words and drops a link that leads nowhere.
            entity["url"] = address
        self.entities.append((opened.order, entity))


def read_link(address: str) -> str | None:
    """Returns the address as Telegram writes it, or `None` where it is none that a message may hold."""
    address = address.strip()
    if "://" not in address and not address.startswith(("tg:", "mailto:", "tel:")):
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme in ("tg", "ton", "tonsite", "mailto", "tel"):
        return address
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or re.search(r"\s", address):
        return None
    return address if parts.path else f"{address}/"


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Returns plain text and entities; raises a refusal that says what cannot be parsed, and where."""
    return _Reader(source).read()


def render(text: str, entities: list[dict[str, Any]]) -> str:
    """Returns the text with its entities as HTML of a web page; words that look like markup stay words."""
    starts: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        before, after = _tags(text, entity)
        if before:
            starts.setdefault(entity["offset"], []).append(before)
            ends.setdefault(entity["offset"] + entity["length"], []).insert(0, after)
    pieces, units = [], 0
    for character in text:
        pieces += ends.get(units, []) + starts.get(units, [])
        pieces.append(html.escape(character))
        units += utf16.length(character)
    return "".join(pieces + ends.get(units, []))


def _tags(text: str, entity: dict[str, Any]) -> tuple[str, str]:
    kind = entity["type"]
    if kind in TAGS:
        return f"<{TAGS[kind]}>", f"</{TAGS[kind]}>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if kind in ("text_link", "url"):
        address = entity.get("url") or read_link(utf16.cut(text, entity["offset"], entity["length"]))
        return (f'<a href="{html.escape(address)}">', "</a>") if address else ("", "")
    if kind in ("bot_command", "mention", "hashtag", "email", "text_mention"):
        return f'<span class="{kind}">', "</span>"
    return "", ""
