from __future__ import annotations

import pytest

from bot.text.parts import parts


def _words(text):
    return [text[start:end].strip() for start, end in parts(text)]


@pytest.mark.parametrize("text", ["", "what is principle 7?", "Hello! What does it cost?", "你好，原则七是什么？"])
def test_leaves_short_messages_whole(text):
    assert parts(text) == []


def test_gives_the_sentences_of_a_long_message_last_first():
    text = "Good morning! I run a small bakery in Ghent. What does paragraph 9 ask of us? Thanks a lot for your help."
    assert _words(text) == [
        "Thanks a lot for your help.",
        "What does paragraph 9 ask of us?",
        "I run a small bakery in Ghent.",
    ]


def test_gives_what_follows_each_clause_of_a_single_long_sentence():
    text = "我是县里一家林业合作社的会计，听说联合国鼓励公司和政府一起做项目，我们这种行业在不在范围里？"
    assert _words(text) == [
        "我们这种行业在不在范围里？",
        "听说联合国鼓励公司和政府一起做项目，我们这种行业在不在范围里？",
    ]


def test_keeps_abbreviations_and_symbols_whole():
    text = "Our lawyer asks whether para. 9 of A/RES/64/223 binds U.N. entities. Is that so in the end?"
    assert "Our lawyer asks whether para. 9 of A/RES/64/223 binds U.N. entities." in _words(text)


def test_gives_a_bounded_number_of_parts():
    assert len(parts("one two three four five six seven? " * 300)) == 12


def test_takes_a_very_long_message_without_borders():
    assert parts("a" * 10_000) == []
    assert parts("合作" * 5_000) == []
