"""What stands under the first answer that a person gets."""

from __future__ import annotations

import pytest

from bot.phrases import load_phrases
from tests.bot import small_base

OPERATORS = {"en": "Partnerships Desk", "zh": "伙伴关系处"}
LONGEST = {"en": 90, "zh": 45}
KEPT = {"en": ("log", "180 days", "decline"), "zh": ("记录", "180天", "拒绝")}
UNOFFICIAL = {"en": "unofficial bot", "zh": "非官方机器人"}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("has_operator", [True, False])
def test_says_in_two_short_lines_who_this_is_and_what_is_logged(language, has_operator):
    phrases = load_phrases(small_base.ROOT / "nlu_data", ["en", "zh"])
    operator = {"operator": OPERATORS[language], "contact": "desk@example.org"}
    operated = phrases.get("operated_by_contact" if has_operator else "operated_by_nobody", language, **operator)
    lines = phrases.get("telegram_first_notice", language, operated=operated, days=180).splitlines()
    who, what = lines
    assert UNOFFICIAL[language] in who
    assert operated in who
    assert [word for word in KEPT[language] if word not in what] == []
    assert max(map(len, lines)) <= LONGEST[language]
