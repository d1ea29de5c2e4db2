from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.jsonl import JsonLines
from bot.dialogue.door import Dialogue
from bot.store.statements import EnquiryFilter

pytestmark = pytest.mark.model

SECRET = "a secret of more than sixteen characters"
Ask = Callable[..., Any]

#: The reply object of interfaces.md. `sources_line` is the last part that `text` is composed of.
FIELDS = {
    "text": str,
    "title": str,
    "body": list,
    "notes": list,
    "sources_line": str,
    "language": str,
    "audience": str,
    "outcome": str,
    "intent": str,
    "confidence": float,
    "entry": str,
    "citations": list,
    "choices": list,
    "attachments": list,
    "enquiry_id": str,
}
OUTCOMES = {"answer", "choices", "fallback", "smalltalk", "flow", "handover", "notice"}


@pytest.fixture
def channel(dialogue: Dialogue) -> JsonLines:
    return JsonLines(dialogue, SECRET)


@pytest.fixture
def send(channel: JsonLines) -> Ask:
    """Sends one line as it is and returns the object that came back."""

    async def send_line(line: str) -> Any:
        output = io.StringIO()
        await channel.answer(line, output)
        (written,) = output.getvalue().splitlines()
        assert output.getvalue().endswith("\n")
        return json.loads(written)

    return send_line


@pytest.fixture
def ask(send: Ask) -> Ask:
    """Sends one request and returns the reply."""

    async def ask_one(text: str = "", session: Any = "s", **values: Any) -> Any:
        words = {"text": text} if text else {}
        row = await send(json.dumps({"id": "1", "session": session, **words, **values}))
        assert (row["id"], row["session"]) == ("1", session)
        return row["reply"]

    return ask_one


@pytest.mark.parametrize(
    ("text", "outcome", "language"),
    [
        ("What is principle 7?", "answer", "en"),
        ("原则7是什么？", "answer", "zh"),
        ("what is the weather in Geneva tomorrow", "fallback", "en"),
        ("hello", "smalltalk", "en"),
        ("谢谢", "smalltalk", "zh"),
        ("help", "notice", "en"),
        ("x" * 3001, "notice", "en"),
        (" ", "notice", "en"),
    ],
)
async def test_writes_the_reply_object(ask, text, outcome, language):
    reply = await ask(text)
    assert {name: type(value) for name, value in reply.items()} == FIELDS
    assert (reply["outcome"], reply["language"]) == (outcome, language)
    assert reply["outcome"] in OUTCOMES
    assert 0 <= reply["confidence"] <= 1
    assert uuid.UUID(reply["enquiry_id"])
    assert {type(block) for block in (*reply["body"], *reply["notes"])} == {str}
    assert [set(choice) for choice in reply["choices"]] == [{"label", "payload"}] * len(reply["choices"])
    assert [set(cited) for cited in reply["citations"]] == [{"source", "locators", "url"}] * len(reply["citations"])
    assert bool(reply["citations"]) == bool(reply["entry"]) == (outcome == "answer")
    parts = [reply["title"], *reply["body"], *reply["notes"], reply["sources_line"]]
    assert reply["text"] == "\n\n".join(part for part in parts if part)


@pytest.mark.parametrize("session", ["a", "", 7, "会话", "x" * 10_000, "a\u0000b", True])
@pytest.mark.parametrize("id", ["q-1", 42, "问", ""])
async def test_gives_id_and_session_back_as_they_came(send, id, session):
    row = await send(json.dumps({"id": id, "session": session, "text": "hello"}))
    assert set(row) == {"id", "session", "reply"}
    assert (row["id"], row["session"]) == (id, session)


async def test_makes_a_session_of_a_line_that_names_none(send):
    row = await send('{"id": "only", "text": "hello"}')
    assert (row["id"], row["session"]) == ("only", "only")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", "the line is no JSON"),
        ("What is principle 7?", "the line is no JSON"),
        ('{"id": "1", "text": "cut off', "the line is no JSON"),
        ("{'id': 1, 'text': 'single quotes'}", "the line is no JSON"),
        ("[" * 100_000, "the line is no JSON"),
        ('{"text":' * 50_000 + "1" + "}" * 50_000, "the line is no JSON"),
        ('{"id": ' + "9" * 5000 + ', "text": "x"}', "the line is no JSON"),
        ("\udcff", "the line is not UTF-8"),
        ('{"id": "1", "text": "\udcff"}', "the line is not UTF-8"),
        ("[1, 2]", "the line is no JSON object"),
        ("null", "the line is no JSON object"),
        ('"text"', "the line is no JSON object"),
        ("{}", "text (or payload) must be a string"),
        ('{"id": "1", "session": "s"}', "text (or payload) must be a string"),
        ('{"text": 7}', "text (or payload) must be a string"),
        ('{"text": null, "payload": "/ask_help"}', "text (or payload) must be a string"),
        ('{"text": ["x"]}', "text (or payload) must be a string"),
        ('{"text": "x", "payload": 7}', "text (or payload) must be a string"),
        ('{"text": "x", "payload": null}', "text (or payload) must be a string"),
        ('{"text": "half \\ud83d"}', "text holds half a character"),
        ('{"payload": "\\udc00"}', "payload holds half a character"),
        ('{"id": "\\ud83d", "text": "x"}', "id holds half a character"),
        ('{"session": "\\ud83d", "text": "x"}', "session holds half a character"),
        ('{"id": null, "text": "x"}', "id must be a string or a whole number"),
        ('{"id": 1.5, "text": "x"}', "id must be a string or a whole number"),
        ('{"id": NaN, "text": "x"}', "id must be a string or a whole number"),
        ('{"id": {"a": 1}, "text": "x"}', "id must be a string or a whole number"),
        ('{"session": ["s"], "text": "x"}', "session must be a string or a whole number"),
    ],
)
async def test_answers_what_it_cannot_read_with_an_error_and_goes_on(send, line, error):
    row = await send(line)
    assert set(row) == {"error"}
    assert row["error"].startswith(error)
    assert (await send('{"id": "next", "text": "hello"}'))["reply"]["outcome"] == "smalltalk"


@pytest.mark.parametrize(
    "text", ["🙂 \u0000 \u202e what is principle 7", "＜script＞ 原则7是什么", "'; DROP TABLE enquiry; --"]
)
async def test_takes_any_text(ask, text):
    assert (await ask(text))["outcome"] in OUTCOMES


async def test_holds_one_conversation_per_session(ask):
    await ask("What is principle 7?", session="one")
    await ask("What is principle 2?", session="two")
    assert (await ask("and principle 8?", session="two"))["entry"] == "ten_principles.principle_8"
    assert (await ask("which paragraph says so?", session="one"))["entry"] == "ten_principles.principle_7"
    assert (await ask("which paragraph says so?", session="three"))["entry"] == ""


async def test_parts_sessions_whose_names_differ_in_type_alone_as_little_as_json_does(ask):
    await ask("What is principle 7?", session=7)
    assert (await ask("which paragraph says so?", session="7"))["entry"] == "ten_principles.principle_7"


async def test_shares_no_session_with_another_process(dialogue, ask):
    await ask("What is principle 7?", session="one")
    output = io.StringIO()
    other = JsonLines(dialogue, SECRET)
    await other.answer('{"id": 1, "session": "one", "text": "which paragraph says so?"}', output)
    assert json.loads(output.getvalue())["reply"]["entry"] == ""


async def test_takes_a_payload_that_the_last_reply_offered(ask):
    offered = (await ask("What is principle 7?"))["choices"][0]
    opened = await ask(payload=offered["payload"])
    assert (opened["outcome"], opened["title"]) == ("answer", offered["label"])


@pytest.mark.parametrize("form", ["1", " 1. ", "label"])
async def test_takes_a_typed_choice(ask, form):
    offered = (await ask("What is principle 7?"))["choices"][0]
    opened = await ask(offered["label"] if form == "label" else form)
    assert (opened["outcome"], opened["title"]) == ("answer", offered["label"])


async def test_takes_the_payload_where_there_is_text_too(ask):
    offered = (await ask("What is principle 7?"))["choices"][0]
    assert (await ask("hello", payload=offered["payload"]))["title"] == offered["label"]


@pytest.mark.parametrize("payload", ["/ask_help", "/confirm_deletion", '/show_entry{"entry": "x.y"}', "hello", "/"])
async def test_takes_no_payload_that_was_not_offered(ask, payload):
    await ask("What is principle 7?")
    reply = await ask(payload=payload)
    assert (reply["outcome"], reply["entry"], reply["intent"]) == ("notice", "", "no_choice")


async def test_takes_no_payload_of_another_session(ask):
    offered = (await ask("What is principle 7?", session="one"))["choices"][0]
    assert (await ask(payload=offered["payload"], session="two"))["intent"] == "no_choice"


async def test_logs_under_its_own_channel_as_delivered(ask, dialogue):
    reply = await ask("What is principle 7?")
    row = dialogue.store.get(reply["enquiry_id"])
    assert (row.channel, row.text, row.shown, row.entry) == (
        "jsonl",
        "What is principle 7?",
        reply["text"],
        "ten_principles.principle_7",
    )
    assert (row.delivery, row.latency_ms >= 0) == ("sent", True)
    assert row.id not in {listed.id for listed in dialogue.store.list(EnquiryFilter())}


async def test_logs_no_session_name(send, dialogue):
    row = await send('{"id": "my-id-17", "session": "my-session-23", "text": "hello"}')
    logged = dialogue.store.get(row["reply"]["enquiry_id"])
    assert not [word for word in ("my-id-17", "my-session-23") if word in str(logged.dict())]


async def test_flushes_each_line_before_it_notes_the_delivery(dialogue):
    seen = []

    class Stream(io.StringIO):
        def flush(self) -> None:
            seen.append(self.getvalue())

    stream = Stream()
    channel = JsonLines(dialogue, SECRET)
    await channel.answer("no json", stream)
    await channel.answer('{"id": 2, "text": "hello"}', stream)
    assert [len(text.splitlines()) for text in seen] == [1, 2]
