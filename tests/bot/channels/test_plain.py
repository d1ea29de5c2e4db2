from __future__ import annotations

from bot.channels.plain import plain_text
from bot.reply import Attachment, Choice, Reply


def test_numbers_the_choices_below_the_text():
    reply = Reply("answer", "zh", title="标题", body=("正文", "- 一\n- 二"), sources_line="出处：A/76/319 第20段")
    choices = (Choice("甲", "/a"), Choice("乙", "/b"))
    with_choices = Reply("choices", "zh", body=("哪一个？",), choices=choices)
    assert plain_text(reply) == "标题\n\n正文\n\n- 一\n- 二\n\n出处：A/76/319 第20段"
    assert plain_text(with_choices) == "哪一个？\n\n1. 甲\n2. 乙"


def test_shows_notes_before_the_sources():
    reply = Reply("answer", "en", body=("Body.",), notes=("As of 2021.", "Not recorded."), sources_line="Source: X")
    assert plain_text(reply) == "Body.\n\nAs of 2021.\n\nNot recorded.\n\nSource: X"


def test_says_where_a_file_lies_between_text_and_choices():
    picture = Attachment("image", "staffing.png", "Staff\nSource: X", "/var/charts/staffing.en.png")
    reply = Reply("answer", "en", body=("Body.",), attachments=(picture,), choices=(Choice("Next", "/next"),))
    assert plain_text(reply) == "Body.\n\n[staffing.png] /var/charts/staffing.en.png\n\n1. Next"
