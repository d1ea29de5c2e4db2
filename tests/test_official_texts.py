"""Reading the cited paragraph itself, with the trained model: asked in words, by number, by button."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.dialogue.door import Dialogue, Message
from bot.reply import Reply
from bot.services import services

HELD_OUT = Path(__file__).parent / "nlu"
NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def guide(dialogue: Dialogue) -> Iterator[Dialogue]:
    """The dialogue with two short texts at hand."""
    texts = services().texts
    texts.replace("A/76/319", "zh", [("20", "", "第二十段的正式文本。")], NOW)
    texts.replace("A/RES/64/223", "en", [("9", "", "The ninth paragraph.")], NOW)
    texts.replace("A/RES/64/223", "zh", [("9", "", "第九段的正式文本。")], NOW)
    yield dialogue
    texts.remove("A/76/319")
    texts.remove("A/RES/64/223")


async def _say(guide: Dialogue, conversation: str, *words: str) -> Reply:
    """Says one thing after the other, buttons by their payloads, and returns the last reply."""
    for word in words:
        says = {"payload": word} if word.startswith("/show_") else {"text": word}
        reply = (await guide.ask(Message(conversation=f"texts-{conversation}", channel="jsonl", **says))).reply
    return reply


@pytest.mark.model
@pytest.mark.parametrize("asked", ["/show_text", "can I read the paragraph itself?", "show the text"])
async def test_shows_the_text_of_the_last_answer(guide, asked):
    reply = await _say(guide, asked, "How many partnerships does the UN have with business?", asked)
    assert (reply.outcome, reply.title) == ("answer", "A/76/319 para. 20")
    assert reply.body == ("“第二十段的正式文本。”",)
    assert reply.entry == "growth.number_of_partnerships"


@pytest.mark.model
@pytest.mark.parametrize(
    ("asked", "body"),
    [
        ("show me paragraph 9 of A/RES/64/223", "“The ninth paragraph.”"),
        ("A/RES/64/223 第9段原文", "“第九段的正式文本。”"),
    ],
)
async def test_shows_a_place_by_its_number(guide, asked, body):
    reply = await _say(guide, asked, asked)
    assert (reply.outcome, reply.intent, reply.body) == ("answer", "ask_text", (body,))


@pytest.mark.model
async def test_takes_a_payload_only_from_its_own_buttons(guide):
    payload = '/show_text{"source": "A/RES/64/223", "locator": "9"}'
    assert (await _say(guide, "forged", payload)).intent == "no_choice"
    typed = (await guide.ask(Message(conversation="texts-typed", channel="jsonl", text=payload))).reply
    assert typed.intent != "show_text"


@pytest.mark.model
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_understands_heldout_requests(guide, language):
    data = yaml.safe_load((HELD_OUT / language / "conversation.yml").read_text(encoding="utf-8"))
    asked = data["intents"]["ask_text"]
    replies = [await _say(guide, f"{language}-{number}", words) for number, words in enumerate(asked)]
    missed = [words for words, reply in zip(asked, replies, strict=True) if reply.intent != "ask_text"]
    assert len(missed) <= 2, missed
