from __future__ import annotations

import pytest

from bot.text.parts import after_opening, parts, questions


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


def _asked(text):
    return [text[start:end].strip() for start, end in questions(text)]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What is principle 7? And who runs it?", ["What is principle 7?", "And who runs it?"]),
        ("我是小公司。怎么加入全球契约？要交多少钱？", ["怎么加入全球契约？", "要交多少钱？"]),
        ("How do I join?\nWhat does it cost?", ["How do I join?", "What does it cost?"]),
    ],
)
def test_gives_the_questions_of_a_message_that_asks_several_things(text, asked):
    assert _asked(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What is principle 7?",
        "I run a bakery. We pay our taxes. What does paragraph 9 ask of us?",
        "Really? What is principle 7?",
        "what is that???? I mean principle 7",
        "What is a? What is b? What is c? What is d?",
    ],
)
def test_gives_none_where_one_thing_is_asked_or_too_many(text):
    assert _asked(text) == []


def test_cuts_each_sentence_once_however_many_commas_it_has():
    # Cut again and again, these parts would double with each comma.
    commas = "one, two, " * 40
    text = f"{commas}three. And {commas}four?"
    found = parts(text)
    assert (len(found), len(set(found))) == (12, 12)
    assert all(end == len(text) for _, end in found)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Good morning, who pays for the vaccines?", "who pays for the vaccines?"),
        ("Hello there! Who pays?  And when?", "Who pays?  And when?"),
        ("Hi\nwho pays for it", "who pays for it"),
        ("你好！请问疫苗谁付钱？", "请问疫苗谁付钱？"),
        ("各位老师好，疫苗谁付钱", "疫苗谁付钱"),
    ],
)
def test_gives_what_follows_an_opening(text, rest):
    start, end = after_opening(text)
    assert text[start:end].strip() == rest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "Hello!",
        "Good morning, Anna!",
        "你好，谢谢",
        "good morning who pays for the vaccines",
        "It was good of you to come all this way, who pays for the vaccines?",
    ],
)
def test_finds_no_opening_where_nothing_or_too_little_follows_a_few_words(text):
    assert after_opening(text) is None
