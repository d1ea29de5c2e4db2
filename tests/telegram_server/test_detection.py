from __future__ import annotations

import pytest

from tests.telegram_server import utf16
from tests.telegram_server.detection import find_entities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start cop", [("bot_command", "/start")]),
        ("/ask@guide_bot what?", [("bot_command", "/ask@guide_bot")]),
        ("A/RES/64/223", []),
        ("<b>and</b> /help", [("bot_command", "/help")]),
        ("😀 @guide_bot hello", [("mention", "@guide_bot")]),
        ("see https://un.org/a, then un.org.", [("url", "https://un.org/a"), ("url", "un.org")]),
        ("write to desk@example.org", [("email", "desk@example.org")]),
        ("请看 https://un.org/zh。谢谢", [("url", "https://un.org/zh")]),
        ("#SDG7 and #7", [("hashtag", "#SDG7")]),
        ("nothing", []),
    ],
)
def test_finds_what_telegram_marks(text, found):
    entities = find_entities(text)
    assert [(each["type"], utf16.cut(text, each["offset"], each["length"])) for each in entities] == found


def test_leaves_links_that_were_given_alone():
    given = [{"type": "text_link", "offset": 0, "length": 6, "url": "https://un.org/a"}]
    assert find_entities("un.org", given) == given


@pytest.mark.parametrize(("text", "units"), [("", 0), ("ab", 2), ("你好", 2), ("😀", 2), ("👨‍👩‍👧", 8)])
def test_counts_in_utf16_units(text, units):
    assert utf16.length(text) == units
