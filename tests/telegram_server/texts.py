"""Texts and captions of a call: parsed, trimmed, measured."""

from __future__ import annotations

from typing import Any

from tests.telegram_server import utf16
from tests.telegram_server.detection import find_entities
from tests.telegram_server.markup import parse_html
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import Refusal, bad_request

#: UTF-16 code units after entities were parsed. Source: core.telegram.org/bots/api#sendmessage, #sendphoto.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def read_text(params: Params) -> dict[str, Any]:
    """Returns text and entities of a message, as its body."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    text, entities = _read(params, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16.length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def read_caption(params: Params) -> dict[str, Any]:
    """Returns caption and entities of a message, as part of its body; a message may go without."""
    text, entities = _read(params, "caption", "caption_entities")
    if utf16.length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    body: dict[str, Any] = {"caption": text} if text else {}
    return {**body, "caption_entities": entities} if text and entities else body


def _read(params: Params, name: str, entities_name: str) -> tuple[str, list[dict[str, Any]]]:
    source = params.text(name)
    mode = params.text("parse_mode").lower()
    given = params.json(entities_name, "entities")
    if mode == "html":
        text, given = parse_html(source)
    elif mode in ("markdown", "markdownv2"):
        raise Refusal(501, f"Not Implemented: this server does not read {mode}")
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        text = source
    text, entities = _trim(text, given or [])
    return text, find_entities(text, entities)


def _trim(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Takes the blank ends away, and moves or shortens the entities with them."""
    kept = text.strip()
    if not kept:
        return "", []
    before = utf16.length(text[: text.index(kept[0])]) if text[0].isspace() else 0
    size = utf16.length(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        end = min(entity["offset"] - before + entity["length"], size)
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return kept, moved
