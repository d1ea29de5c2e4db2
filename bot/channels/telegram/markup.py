"""Text as Telegram reads it: HTML from plain words, lengths in UTF-16 units, messages cut at paragraph ends."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Source: core.telegram.org/bots/api#sendmessage, "1-4096 characters after entities parsing", counted in UTF-16 units.
MAX_MESSAGE = 4096
#: Source: core.telegram.org/bots/api#sendphoto, `caption`.
MAX_CAPTION = 1024


def length(text: str) -> int:
    """Returns the length of a text in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Block:
    """A paragraph: its plain words, and how they are set (`bold`, `italic`), or ready HTML with the same words."""

    words: str
    style: str = ""
    html: str = ""

    def marked(self) -> str:
        """Returns the paragraph as HTML."""
        if self.html:
            return self.html
        escaped = html.escape(self.words, quote=False)
        tag = {"bold": "b", "italic": "i"}.get(self.style)
        return f"<{tag}>{escaped}</{tag}>" if tag else escaped


def messages(blocks: Iterable[Block], limit: int = MAX_MESSAGE) -> list[str]:
    """Returns the HTML of as few messages as hold the blocks: cut between blocks, only a block too long inside."""
    parts: list[list[str]] = [[]]
    used = 0
    for block in blocks:
        for piece in _pieces(block, limit):
            needed = length(piece.words) + (2 if parts[-1] else 0)
            if parts[-1] and used + needed > limit:
                parts.append([])
                used, needed = 0, length(piece.words)
            parts[-1].append(piece.marked())
            used += needed
    return ["\n\n".join(part) for part in parts if part]


def cut(text: str, limit: int, ending: str = "…") -> str:
    """Returns a text no longer than `limit` UTF-16 units, never ending inside a character."""
    if length(text) <= limit:
        return text
    kept = ""
    used = length(ending)
    for cluster in clusters(text):
        used += length(cluster)
        if used > limit:
            break
        kept += cluster
    return kept.rstrip() + ending


def clusters(text: str) -> Iterator[str]:
    """Yields what a reader sees as one character: emoji with their joiners, modifiers and flags stay whole."""
    cluster = ""
    for character in text:
        if cluster and not _continues(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _continues(cluster: str, character: str) -> bool:
    if character in "\u200d\ufe0f\ufe0e\u20e3" or unicodedata.combining(character) or cluster.endswith("\u200d"):
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f":  # skin tones, tags
        return True
    is_flag = "\U0001f1e6" <= character <= "\U0001f1ff"
    return is_flag and len(cluster) == 1 and "\U0001f1e6" <= cluster <= "\U0001f1ff"


def _pieces(block: Block, limit: int) -> Iterator[Block]:
    """Yields the block, or where it is too long its parts: lines, sentences, and characters at last."""
    if length(block.words) <= limit:
        yield block
        return
    piece = ""
    for part in _parts(block.words, limit):
        if piece and length(piece + part) > limit:
            yield Block(piece.strip(), block.style)
            piece = ""
        piece += part
    if piece.strip():
        yield Block(piece.strip(), block.style)


def _parts(words: str, limit: int) -> Iterator[str]:
    for sentence in re.findall(r".*?(?:\n|[.!?](?=\s)\s*|[。！？]|$)", words, re.DOTALL):
        if length(sentence) <= limit:
            yield sentence
        else:
            yield from clusters(sentence)
