"""A request's whole way: from the chat to the console, by the worker back into the chat, and the person's answer.

What the person answers reaches the maintainers alone: neither the dialogue nor the enquiry log hears of it.
"""

from __future__ import annotations

import asyncio
import json

import pytest
import pytest_asyncio

from bot.cli._sending import sending
from bot.store.jobs import JobStore
from bot.store.models import as_json
from bot.teaching.working import Worker
from tests.bot.channels.telegram.test_conversations import LANGUAGES, QUESTION, TITLE, noticed, requests_of, rows, word
from tests.bot.channels.telegram.test_teaching import editor  # noqa: F401  # a fixture

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")

DESK = "Partnerships Desk"
REPLY = {"en": "Write to the office in Nairobi.", "zh": "请写信给内罗毕办事处。"}
THANKS = {"en": "Thank you. Does principle 7 matter there?", "zh": "谢谢。那里原则7重要吗？"}


@pytest.fixture
def ada(telegram_server, language):
    return telegram_server.person(first_name="Ada", language_code=language)


@pytest.fixture
def language():
    return "en"


@pytest.fixture
def work(settings):
    """Sends what the console has asked to be sent."""
    with JobStore.from_settings(settings) as jobs:
        worker = Worker(jobs, {"send": sending(settings)})

        def all_of_it():
            while worker.run_once():
                pass

        yield lambda: asyncio.to_thread(all_of_it)


@pytest_asyncio.fixture
async def request_(front, ada, language):
    """The open request of a person who has agreed."""
    await noticed(ada)
    await ada.say("/person who can help us in Kenya?")
    await ada.reply()
    await ada.press(word(front, language, "button_consent"))
    await ada.reply()
    (opened,) = requests_of(front, ada)
    return opened


@pytest.fixture
def thread(front, request_):
    """Returns what stands in the thread: kind, text, state."""
    return lambda: [(p.kind, p.text, p.state) for p in front.front.threads.of(request_.reference)]


@pytest.fixture
def replied(request_, editor, work, ada, language):  # noqa: F811
    """Has a maintainer reply at the console, and the worker bring it; returns the message in the chat."""

    async def one():
        editor.send(f"/people/{request_.reference}/reply", text=REPLY[language])
        await work()
        return await ada.reply()

    return one


@LANGUAGES
async def test_goes_from_the_console_into_the_chat_and_back(front, ada, request_, replied, thread, editor, language):  # noqa: F811
    told = await replied()
    values = {"reference": request_.reference, "operator": DESK, "answer": REPLY[language]}
    assert told.text == word(front, language, "person_answer", **values)
    assert thread() == [("reply", REPLY[language], "sent")]
    assert front.front.contacts.get(request_.reference).state == "answered"

    await ada.reply_to(told, THANKS[language])
    heard = word(front, language, "person_heard", reference=request_.reference, operator=DESK)
    assert (await ada.reply()).text == heard
    assert thread()[1:] == [("answer", THANKS[language], "")]
    assert front.front.contacts.get(request_.reference).state == "open"
    assert "has written back" in editor.read("/people")
    assert THANKS[language] in editor.read(f"/people/{request_.reference}")

    await front.queue.join()
    logged = json.dumps([as_json(row) for row in rows(front)], ensure_ascii=False, default=str)
    assert THANKS[language] not in logged
    assert REPLY[language] not in logged
    await ada.say(f"/person {request_.reference}")
    state = word(front, language, "person_reopened")
    expected = word(front, language, "person_status", reference=request_.reference, state=state)
    assert (await ada.reply()).text == expected


async def test_opens_the_field_for_an_answer_by_the_button(front, ada, request_, replied, thread):
    await replied()
    await ada.press(word(front, "en", "button_reply"))
    asked = await ada.reply()
    assert asked.text == word(front, "en", "person_write", reference=request_.reference, operator=DESK)
    assert asked.reply_markup == {"force_reply": True}
    await ada.reply_to(asked, "Thank you.")
    await ada.reply()
    assert thread()[1:] == [("answer", "Thank you.", "")]


async def test_answers_what_is_no_reply_as_before(front, ada, replied, thread):
    await replied()
    await ada.press(word(front, "en", "button_reply"))
    await ada.reply()
    await ada.say(QUESTION["en"])  # the field was closed instead
    answer = await ada.reply()
    assert TITLE["en"] in answer.text
    await ada.reply_to(answer, QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text
    assert [kind for kind, *_ in thread()] == ["reply"]


async def test_takes_a_corrected_answer_too(front, ada, replied, thread):
    told = await replied()
    said = await ada.reply_to(told, "Thank yuo.")
    await ada.reply()
    await ada.edit(said, "Thank you.")
    await ada.reply()
    assert [text for kind, text, _ in thread() if kind == "answer"] == ["Thank yuo.", "Thank you."]


async def test_passes_nothing_on_once_the_request_is_closed(front, ada, request_, replied, editor):  # noqa: F811
    told = await replied()
    editor.send(f"/people/{request_.reference}/close", result="answered")
    closed = word(front, "en", "person_heard_closed", reference=request_.reference)
    await ada.reply_to(told, "Thank you.")
    assert (await ada.reply()).text == closed
    await ada.press(word(front, "en", "button_reply"), told)
    assert (await ada.reply()).text == closed
    assert front.front.threads.of(request_.reference) == []


async def test_takes_nothing_into_a_request_of_somebody_else(front, ada, request_, telegram_server, thread):
    ben = telegram_server.person(first_name="Ben", language_code="en")
    await noticed(ben)
    await ben.say(f"/person {request_.reference}")
    told = await ben.reply()
    assert request_.reference in told.text
    await ben.reply_to(told, "let me in")
    await ben.reply()
    assert thread() == []


async def test_hands_the_whole_thread_out_without_its_authors_and_forgets_it(front, ada, request_, replied, thread):
    from bot.channels.telegram.handlers import privacy

    told = await replied()
    await ada.reply_to(told, "Thank you.")
    await ada.reply()
    front.front.threads.add(request_.reference, "note", "li.wei", "a difficult one")
    name = front.front.pseudonym_of(ada.id)

    class Asker:
        pseudonym, person = name, front.front.people.get(name)

    (handed,) = privacy.collect(front.front, Asker())["requests"]
    assert [(part["kind"], part["text"]) for part in handed["thread"]] == [
        ("reply", REPLY["en"]),
        ("answer", "Thank you."),
        ("note", "a difficult one"),
    ]
    assert "li.wei" not in str(handed)
    front.front.contacts.forget(name)
    assert thread() == []


async def test_says_in_the_console_why_a_reply_has_not_left(front, ada, request_, editor, work, thread):  # noqa: F811
    await ada.block()
    editor.send(f"/people/{request_.reference}/reply", text="Write to Nairobi.")
    await work()
    assert thread() == [("reply", "Write to Nairobi.", "failed")]
    assert "has blocked the bot" in editor.read(f"/people/{request_.reference}")
