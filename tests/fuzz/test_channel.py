"""The border of the channel: whatever comes as an update is read, or skipped in peace."""

from __future__ import annotations

import copy
import json

from hypothesis import example, given
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram.front import sender_id
from bot.channels.telegram.handlers.gate import without_mention
from bot.channels.telegram.reading import CarefulRequest, read_update
from bot.dialogue.typed import defused
from tests.fuzz.cases import cases, json_values

_CHAT = {"id": 7, "type": "supergroup", "title": "x", "is_forum": True}
_USER = {"id": 7, "is_bot": False, "first_name": "x", "language_code": "en"}
_MESSAGE = {
    "message_id": 1,
    "date": 1,
    "chat": _CHAT,
    "from": _USER,
    "text": "@guide hello",
    "entities": [{"type": "mention", "offset": 0, "length": 6}],
    "reply_to_message": {"message_id": 2, "date": 1, "chat": _CHAT, "from": _USER, "text": "x"},
}
UPDATES = [
    {"update_id": 5, "message": _MESSAGE},
    {"update_id": 5, "edited_message": {**_MESSAGE, "edit_date": 3}},
    {
        "update_id": 5,
        "callback_query": {"id": "1", "from": _USER, "chat_instance": "1", "data": "1|p", "message": _MESSAGE},
    },
    {"update_id": 5, "inline_query": {"id": "1", "from": _USER, "query": "x", "offset": ""}},
    {"update_id": 5, "message": {**_MESSAGE, "sender_chat": _CHAT, "caption": "x", "caption_entities": []}},
]


def _places(value, way=()):
    """Returns the way to each part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [way] if way else []
    for key, part in parts:
        found += _places(part, (*way, key))
    return found


@st.composite
def _updates(draw):
    update = copy.deepcopy(draw(st.sampled_from(UPDATES)))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(_places(update)))
        part = update
        for key in way:
            part = part[key]
        part[last] = draw(json_values)
    return update


def _read(update):
    # What of the right shape holds nonsense fails in its handler, one update alone: that is no matter of the border.
    body = json.dumps(update).encode()
    data = read_update(body)
    polled = CarefulRequest.parse_json_payload(json.dumps({"ok": True, "result": [update]}).encode())["result"]
    assert polled == ([] if data is None else [data])
    if data is None:
        return
    read = Update.de_json(data, None)
    assert read.update_id == data["update_id"]
    assert Update.de_json(json.loads(read.to_json()), None).update_id == read.update_id
    sender_id(read)


@cases
@given(_updates())
def test_reads_or_skips_any_update(update):
    _read(update)


@cases
@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
@example(b'{"update_id": 1' + b"0" * 5000 + b"}")
@example(b"[" * 100_000)
def test_reads_or_skips_any_body(body):
    data = read_update(body)
    assert data is None or isinstance(data["update_id"], int)


@cases
@given(st.text(alphabet=st.sampled_from("/／ \t\u3000\u200b\x1f@guide:，x\n"), max_size=30) | st.text(max_size=60))
def test_leaves_no_command_in_any_text(text):
    assert not defused(text).strip().startswith("/")
    assert not defused(without_mention(text, "guide")).startswith("/")
