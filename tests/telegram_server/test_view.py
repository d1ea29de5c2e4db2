from __future__ import annotations

import pytest
from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup

from tests.telegram_server import attachments, view


@pytest.fixture
async def ada(bot, telegram_server):
    """A person with a conversation that holds a bit of everything."""
    person = telegram_server.person(first_name="Ada", language_code="zh-hans")
    await person.start()
    buttons = [
        [InlineKeyboardButton("更多", callback_data="m"), InlineKeyboardButton("全文", url="https://undocs.org/A/1")]
    ]
    question = await person.say("2021年有多少个伙伴关系？ <script>alert(1)</script>")
    sent = await bot.send_message(
        person.id,
        '<b>与企业的伙伴关系</b>\n\n至少 3,200 个。\n<a href="https://undocs.org/A/76/319">A/76/319</a> &lt;i&gt;',
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup(buttons),
        reply_to_message_id=question.message_id,
    )
    await bot.send_photo(person.id, attachments.picture(), caption="来源：A/76/319")
    await bot.send_document(person.id, b"{}", filename="my data.json", reply_markup=ReplyKeyboardMarkup([["中文"]]))
    await person.sticker("👍")
    await person.voice()
    await person.forward("Which document?")
    gone = await bot.send_message(person.id, "gone")
    await bot.delete_message(person.id, gone.message_id)
    await bot.edit_message_text("<blockquote>引文</blockquote>after", person.id, sent.message_id, parse_mode="HTML")
    return person


async def test_shows_what_the_chat_shows(telegram_server, ada, tmp_path):
    page = view.write(telegram_server.outbox.chat(ada), tmp_path / "chat.html", language="zh")
    text = page.read_text(encoding="utf-8")
    shown = [
        "<blockquote>引文</blockquote>after",
        "来源：A/76/319",
        "my data.json",
        "👍",
        "🎤",
        "已编辑",
        "转发",
        "中文",
    ]
    assert [piece for piece in shown if piece not in text] == []
    assert [piece for piece in ("gone", "<script>", "更多", "http://127") if piece in text] == []
    assert ('lang="zh-Hans"' in text, "data:image/png;base64," in text, "Which document?" in text) == (True, True, True)


@pytest.mark.parametrize(("language", "word"), [("en", "members"), ("zh", "位成员"), ("fr", "members")])
async def test_speaks_the_language_asked_for(telegram_server, tmp_path, language, word):
    group = await telegram_server.group("Desk", [telegram_server.person()])
    text = view.write(group.chat, tmp_path / "chat.html", language=language).read_text(encoding="utf-8")
    # The bot is a member as well.
    assert (f"2 {word}" in text, "Desk" in text, "+ Partnership guide" in text) == (True, True, True)
    assert "[+ Partnership guide]" in telegram_server.outbox.transcript(group)


async def test_takes_digits_and_spaces_from_a_font_of_letters(telegram_server, ada, tmp_path):
    """Of the fonts that pictures were made with, the one with emoji has both, several times too wide."""
    page = view.write(telegram_server.outbox.chat(ada), tmp_path / "chat.html").read_text(encoding="utf-8")
    assert page.index("DejaVu Sans") < page.index("sans-serif") < page.index("Noto Color Emoji")


async def test_shows_one_topic_or_the_newest_messages_alone(telegram_server, tmp_path):
    ada = telegram_server.person()
    group = await telegram_server.group("Desk", [ada], is_forum=True)
    topic = await group.topic("Cases", by=ada)
    for text, where in (("general", None), ("first case", topic), ("second case", topic)):
        await ada.say(text, group, topic=where)
    page = view.write(group.chat, tmp_path / "a.html", topic=topic).read_text(encoding="utf-8")
    newest = view.write(group.chat, tmp_path / "b.html", last=1).read_text(encoding="utf-8")
    assert ["general" in page, "first case" in page, "· Cases" in page] == [False, True, True]
    assert ["first case" in newest, "second case" in newest] == [False, True]


async def test_is_photographed_as_long_as_it_is(telegram_server, ada, tmp_path):
    if view.find_browser() is None:
        pytest.skip("Chromium is not installed: no screenshots")
    page = view.write(telegram_server.outbox.chat(ada), tmp_path / "chat.html", language="zh")
    with Image.open(view.shoot(page, tmp_path / "chat.png")) as image:
        assert (image.width, 500 < image.height < view.TALLEST) == (460, True)


async def test_says_when_there_is_no_browser(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="none of chromium"):
        view.shoot(tmp_path / "chat.html", tmp_path / "chat.png")
