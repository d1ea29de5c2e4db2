from __future__ import annotations

import pytest

from bot.channels.telegram.markup import MAX_CAPTION, MAX_MESSAGE, length
from bot.channels.telegram.payloads import Payloads
from bot.channels.telegram.rendering import Button, Extras, render, rows_of
from bot.channels.telegram.sending import keyboard, plain
from bot.knowledge import render as knowledge_render
from bot.knowledge.loader import load
from bot.reply import Attachment, Choice, Citation, Reply
from tests.bot import small_base

KNOWLEDGE = load(small_base.ROOT / "knowledge")
PAYLOADS = Payloads(lambda: KNOWLEDGE)


def reply(**values):
    return Reply(**{"outcome": "answer", "language": "en", "title": "A < B", "body": ("one & two",), **values})


def test_sets_title_body_notes_and_sources():
    cited = (Citation("A/1", ("9",), "https://x.org/?a=1&b=2"), Citation("B", ("1",)))
    line = "Source: A/1 para. 9 (https://x.org/?a=1&b=2); B para. 1"
    (message,) = render(reply(notes=("As of 2021.",), citations=cited, sources_line=line), PAYLOADS)
    assert message.html == (
        "<b>A &lt; B</b>\n\none &amp; two\n\n<i>As of 2021.</i>\n\n"
        'Source: <a href="https://x.org/?a=1&amp;b=2">A/1 para. 9</a>; B para. 1'
    )


def test_sets_lists_with_bullets():
    (message,) = render(reply(body=("- one\n- two - three",)), PAYLOADS)
    assert message.html.endswith("• one\n• two - three")


def test_is_pure():
    given = reply(choices=(Choice("All topics", "/ask_topics"),))
    assert render(given, PAYLOADS) == render(given, PAYLOADS)


def test_puts_buttons_under_the_last_message_and_files_after_it():
    picture = Attachment("image", "chart.png", "c" * 2000, "/nowhere/chart.png")
    given = reply(body=("a" * 4000, "b" * 4000), choices=(Choice("All topics", "/ask_topics"),), attachments=(picture,))
    first, second, file = render(given, PAYLOADS, Extras(rows=((Button("x", "1|v"),),)))
    assert first.keyboard == ()
    assert [button.data for row in second.keyboard for button in row] == ["1|T", "1|v"]
    assert length(plain(file.html)) == MAX_CAPTION
    assert file.attachment is picture


def test_leaves_out_choices_that_no_button_can_carry():
    (message,) = render(reply(choices=(Choice("x", '/unknown_intent{"a": "b"}'),)), PAYLOADS)
    assert message.keyboard == ()


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["Yes", "No", "Maybe", "Never"], [3, 1]),
        (["Yes", "A label too long for that"], [1, 1]),
        (["找人工", "看原文"], [2]),
    ],
)
def test_puts_short_buttons_beside_each_other(labels, rows):
    assert [len(row) for row in rows_of([Button(label, "1|v") for label in labels])] == rows


@pytest.mark.parametrize("language", ["en", "zh"])
def test_holds_telegrams_limits_for_every_entry_of_the_product(language):
    for entry in KNOWLEDGE.entries.values():
        for part in ("answer", "more"):
            given = knowledge_render.answer(entry, KNOWLEDGE, language=language, audience="company", part=part)
            (message,) = render(given, PAYLOADS)
            assert 0 < length(plain(message.html)) <= MAX_MESSAGE, entry.id
            assert all(len(button.data.encode()) <= 64 for row in message.keyboard for button in row), entry.id


def test_shows_the_same_words_as_the_reply_without_its_addresses():
    entry = next(iter(KNOWLEDGE.entries.values()))
    given = knowledge_render.answer(entry, KNOWLEDGE, language="en", audience="other")
    (message,) = render(given, PAYLOADS)
    expected = given.text
    for cited in given.citations:
        expected = expected.replace(f" ({cited.url})", "")
    assert plain(message.html) == expected.replace("\n- ", "\n• ").replace("\n\n- ", "\n\n• ")


def test_makes_links_and_calls_of_buttons():
    made = keyboard([[Button("a", "1|v"), Button("b", url="https://t.me/x")]])
    assert [(b.callback_data, b.url) for b in made.inline_keyboard[0]] == [("1|v", None), (None, "https://t.me/x")]
    assert keyboard([]) is None
