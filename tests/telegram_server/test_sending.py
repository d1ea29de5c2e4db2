from __future__ import annotations

import json

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden

from tests.telegram_server import attachments


def markup(*buttons):
    return InlineKeyboardMarkup([[button] for button in buttons])


@pytest.fixture
async def ada(telegram_server):
    person = telegram_server.person(first_name="Ada")
    await person.start()
    return person


async def test_shows_text_with_entities_and_buttons(bot, ada):
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton("更多", callback_data="m"), InlineKeyboardButton("Text", url="https://undocs.org/A/1")]]
    )
    sent = await bot.send_message(ada.id, " <b>1</b> &lt; 2 \n", parse_mode="HTML", reply_markup=keyboard)
    seen = await ada.reply()
    assert (seen.text, seen.html, seen.labels) == ("1 < 2", "<b>1</b> &lt; 2", ["更多", "Text"])
    assert [(button.data, button.url) for row in seen.buttons for button in row] == [
        ("m", None),
        (None, "https://undocs.org/A/1"),
    ]
    assert (sent.message_id, sent.text, sent.text_html) == (seen.message_id, "1 < 2", "<b>1</b> &lt; 2")
    assert (sent.from_user.is_bot, sent.chat.id, sent.chat.first_name) == (True, ada.id, "Ada")


@pytest.mark.parametrize(
    ("before", "character", "count", "accepted"),
    [
        ("", "x", 4096, True),
        ("", "x", 4097, False),
        ("", "😀", 2048, True),
        ("", "😀", 2049, False),
        ("", "你", 4096, True),
        ("<b>&lt;</b>", "&amp;", 4095, True),
        ("<b>&lt;</b>", "&amp;", 4096, False),
    ],
)
async def test_measures_text_in_utf16_units_after_parsing(bot, ada, before, character, count, accepted):
    text = before + character * count
    if accepted:
        await bot.send_message(ada.id, text, parse_mode="HTML")
        assert len(await ada.replies()) == 1
        return
    with pytest.raises(BadRequest, match="^Message is too long$"):
        await bot.send_message(ada.id, text, parse_mode="HTML")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("<b></b>", "Text must be non-empty"),
        ("<b>a", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ("a <script>", 'Can\'t parse entities: unsupported start tag "script" at byte offset 2'),
    ],
)
async def test_refuses_texts_as_telegram_does(bot, telegram_server, ada, text, problem):
    with pytest.raises(BadRequest) as raised:
        await bot.send_message(ada.id, text, parse_mode="HTML")
    assert str(raised.value).lower() == problem.lower()
    assert (telegram_server.outbox.messages(ada), len(telegram_server.outbox.refused)) == ([], 1)


@pytest.mark.parametrize(
    ("button", "problem"),
    [
        (InlineKeyboardButton("a", callback_data="x" * 65), "Button_data_invalid"),
        (InlineKeyboardButton("a", callback_data="你" * 22), "Button_data_invalid"),
        (InlineKeyboardButton("a"), "Can't parse inline keyboard button: text buttons are unallowed"),
        (InlineKeyboardButton(" ", callback_data="x"), "Can't parse inline keyboard button: button text must be"),
        (InlineKeyboardButton("a", url="http://localhost/x"), "Inline keyboard button url 'http://localhost/x' is inv"),
        (InlineKeyboardButton("a", url="https://un.org", callback_data="x"), "Button_type_invalid"),
    ],
)
async def test_refuses_buttons_as_telegram_does(bot, ada, button, problem):
    with pytest.raises(BadRequest) as raised:
        await bot.send_message(ada.id, "a", reply_markup=markup(button))
    assert str(raised.value).lower().startswith(problem.lower())


@pytest.mark.parametrize(("character", "count"), [("x", 64), ("你", 21)])
async def test_takes_64_bytes_of_data(bot, ada, character, count):
    data = character * count
    await bot.send_message(ada.id, "a", reply_markup=markup(InlineKeyboardButton("a", callback_data=data)))
    assert (await ada.reply()).buttons[0][0].data == data


async def test_refuses_a_hundred_and_one_buttons(bot, ada):
    buttons = [InlineKeyboardButton(str(number), callback_data="x") for number in range(101)]
    with pytest.raises(BadRequest, match="^Reply markup is too long$"):
        await bot.send_message(ada.id, "a", reply_markup=markup(*buttons))


@pytest.mark.parametrize(
    ("keyboard", "problem"),
    [
        ("[]", "object expected as reply markup"),
        ("{", "can't parse reply keyboard markup JSON object"),
        ('{"inline_keyboard": null}', 'Field "inline_keyboard" must be of type Array'),
        ('{"inline_keyboard": [1]}', 'Field "inline_keyboard" must be an Array of Arrays'),
    ],
)
async def test_refuses_keyboards_that_are_none(telegram_server, ada, keyboard, problem):
    async with httpx.AsyncClient() as client:
        call = {"chat_id": ada.id, "text": "a", "reply_markup": keyboard}
        answer = await client.post(f"{telegram_server.base_url}{telegram_server.token}/sendMessage", json=call)
    assert answer.json() == {"ok": False, "error_code": 400, "description": f"Bad Request: {problem}"}


@pytest.mark.parametrize("how", ["json", "nested json", "form", "query"])
async def test_reads_every_kind_of_body(telegram_server, ada, how):
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    call = {"chat_id": ada.id, "text": "你好", "reply_markup": json.dumps(keyboard)}
    bodies = {
        "json": {"json": call},
        "nested json": {"json": {**call, "reply_markup": keyboard}},
        "form": {"data": call},
        "query": {"params": call},
    }
    async with httpx.AsyncClient() as client:
        address = f"{telegram_server.base_url}{telegram_server.token}/sendmessage"
        assert (await client.post(address, **bodies[how])).status_code == 200
    seen = await ada.reply()
    assert (seen.text, seen.labels) == ("你好", ["a"])


async def test_shows_a_photo_with_its_caption(bot, ada):
    picture = attachments.picture(64, 32)
    sent = await bot.send_photo(ada.id, picture, caption="<i>Source</i>", parse_mode="HTML")
    seen = await ada.reply()
    assert (seen.kind, seen.photo, seen.html) == ("photo", picture, "<i>Source</i>")
    assert [(size.width, size.height) for size in sent.photo] == [(64, 32)]
    assert (await bot.send_photo(ada.id, sent.photo[0].file_id)).photo == sent.photo


async def test_shows_a_document_with_its_name(bot, ada):
    sent = await bot.send_document(ada.id, b'{"a": 1}', filename="数据.json", caption="yours")
    seen = await ada.reply()
    assert (seen.kind, seen.document, seen.file.name, seen.text) == ("document", b'{"a": 1}', "数据.json", "yours")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b'{"a": 1}'


@pytest.mark.parametrize(
    ("content", "caption", "problem"),
    [
        (b"no picture", "", "Image_process_failed"),
        (attachments.picture(400, 10), "", "Photo_invalid_dimensions"),
        pytest.param(attachments.picture(), "x" * 1025, "Message caption is too long", id="long caption"),
        (b"", "", "File must be non-empty"),
        ("file-999", "", "Wrong remote file identifier specified: wrong string length"),
    ],
)
async def test_refuses_photos_as_telegram_does(bot, ada, content, caption, problem):
    with pytest.raises(BadRequest) as raised:
        await bot.send_photo(ada.id, content, caption=caption)
    assert str(raised.value).lower() == problem.lower()


async def test_takes_a_caption_of_1024_units(bot, ada):
    await bot.send_photo(ada.id, attachments.picture(), caption="😀" * 512)
    assert (await ada.reply()).text == "😀" * 512


async def test_replies_to_a_message(bot, ada):
    question = await ada.say("why?")
    sent = await bot.send_message(
        ada.id, "because", reply_parameters=ReplyParameters(question.message_id, allow_sending_without_reply=True)
    )
    assert (await ada.reply()).reply_to is question
    assert sent.reply_to_message.text == "why?"


async def test_refuses_a_reply_to_nothing_unless_told_otherwise(bot, ada):
    with pytest.raises(BadRequest, match="^Message to be replied not found$"):
        await bot.send_message(ada.id, "a", reply_parameters=ReplyParameters(999))
    sent = await bot.send_message(ada.id, "a", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
    assert sent.reply_to_message is None


async def test_keeps_a_reply_keyboard(bot, telegram_server, ada):
    await bot.send_message(ada.id, "choose", reply_markup=ReplyKeyboardMarkup([["中文", "English"]]))
    shown = telegram_server.outbox.chat(ada).keyboard["keyboard"]
    assert [button["text"] for row in shown for button in row] == ["中文", "English"]


async def test_refuses_whom_it_does_not_know(bot, telegram_server):
    stranger = telegram_server.person()
    with pytest.raises(BadRequest, match="^Chat not found$"):
        await bot.send_message(5, "a")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "a")


async def test_refuses_who_blocked_it_and_who_is_gone(bot, ada):
    await ada.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ada.id, "a")
    await ada.unblock()
    await bot.send_message(ada.id, "a")
    ada.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_chat_action(ada.id, "typing")


async def test_notes_that_it_types(bot, telegram_server, ada):
    await bot.send_chat_action(ada.id, "typing")
    assert telegram_server.outbox.actions == [(ada.id, "typing")]
    with pytest.raises(BadRequest, match="^Wrong parameter action in request$"):
        await bot.send_chat_action(ada.id, "dancing")
