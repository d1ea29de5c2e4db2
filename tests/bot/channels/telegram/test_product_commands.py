"""Commands that name a part of the product's own knowledge, answered by the product's own model."""

from __future__ import annotations

import dataclasses

import pytest
import pytest_asyncio

from actions._base import Guide
from actions._turn import turn_of
from actions.show_topics import ActionShowTopics
from bot import services
from bot.channels.telegram import browsing
from bot.channels.telegram.rendering import render
from bot.reply import per_page
from tests.actions import small_services
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import LANGUAGES, noticed, word
from tests.bot.channels.telegram.test_whole_conversations import asked

pytestmark = pytest.mark.model

PRINCIPLES = {"en": ("The Ten Principles", "Principle 1: human rights"), "zh": ("十项原则", "原则1：支持和尊重人权")}
SCREENING = {
    "en": ("Due diligence and risk", "Why the UN screens partners before it works with them"),
    "zh": ("尽职调查与风险", "联合国为什么要先筛选伙伴"),
}
REPORTING = {"en": "Communication on Progress", "zh": "进展情况通报"}
BLOCKCHAIN = {"en": "Blockchain", "zh": "区块链"}


@pytest_asyncio.fixture
async def product(dialogue, telegram_server, tmp_path):
    """The front of the product, among people of whom nobody has been here before."""
    settings = dataclasses.replace(
        dialogue.settings,
        telegram_token=telegram_server.token,
        telegram_api_url=telegram_server.url,
        database_url=f"sqlite:///{tmp_path / 'guide.db'}",
        secret=f"{small_front.SECRET}: {tmp_path}",
    )
    async with small_front.listening(dialogue, settings) as front:
        yield front


@pytest_asyncio.fixture
async def ada(product, telegram_server, language):
    person = telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))
    await noticed(person)
    return person


@LANGUAGES
@pytest.mark.parametrize(("command", "topic"), [("/principles", PRINCIPLES), ("/duediligence", SCREENING)])
async def test_opens_a_topic_and_from_there_an_answer(ada, command, topic, language):
    title, first = topic[language]
    page = await asked(ada, command)
    assert title in page.text
    await ada.press(first, page)
    assert (await ada.reply()).html.startswith(f"<b>{first}</b>")


@LANGUAGES
async def test_shows_no_more_of_a_topic_than_fits_and_every_entry_on_some_page(product, language):
    front, most = product.front, per_page("telegram")
    known = front.dialogue.knowledge
    for topic in known.topics:
        opened, page, seen = [], "1", set()
        while page not in seen:
            seen.add(page)
            reply = page_of(topic, page, language)
            (rendered,) = render(reply, front.payloads)
            rows = browsing.long_list(front, reply) or rendered.keyboard
            pressed = [front.payloads.read(button.data) for row in rows for button in row]
            entries = [press.values[0] for press in pressed if press.kind == "e"]
            assert len(entries) <= most
            assert len(rows) <= most + 2  # the pages, and the way to the other topics
            assert pressed[-1].kind == "T"
            opened += entries
            page = next((press.values[1] for press in reversed(pressed) if press.kind == "t"), page)
        assert opened == [entry.id for entry in known.entries.values() if entry.topic == topic]


@LANGUAGES
async def test_lists_the_topics_page_by_page_where_none_has_that_name(product, language):
    rows = browsing.long_list(product.front, page_of("gone", "1", language))
    assert rows == browsing.topics(product.front, language, 1)
    assert len(rows) == per_page("telegram") + 1


def page_of(topic, page, language):
    """Returns the dialogue's page of a topic, without the way of a message through the model."""
    said = {"channel": "telegram", "language": language}
    entities = (("topic", topic), ("page", page))
    tracker = small_services.tracker("show_topic", "/show_topic", entities=entities, metadata=said)
    reply = ActionShowTopics().respond(Guide(services.services(), turn_of(tracker))).reply
    assert reply.language == language
    return reply


@LANGUAGES
async def test_turns_the_pages_of_a_topic_in_one_message(product, ada, telegram_server, language):
    known = product.front.dialogue.knowledge
    topic, entries = max(
        ((topic, [e for e in known.entries.values() if e.topic == topic]) for topic in known.topics),
        key=lambda each: len(each[1]),
    )
    await ada.start(topic)
    page = await ada.reply()
    assert page.labels[0] == entries[0].texts[language].title
    await (await ada.press("▶", page)).edited()
    assert page.labels[0] == entries[8].texts[language].title
    await (await ada.press("◀", page)).edited()
    assert page.labels[0] == entries[0].texts[language].title
    assert len(telegram_server.outbox.messages(ada)) == 2  # the first is the welcome


@LANGUAGES
async def test_lists_all_terms_and_explains_one(product, ada, language):
    known = product.front.dialogue.knowledge
    terms = sorted((e.texts[language].title for e in known.entries.values() if e.is_term), key=str.casefold)
    page = await asked(ada, "/glossary")
    assert page.text == word(product, language, "pick_term").strip()
    for label, term in zip(page.labels[:8], terms[:8], strict=True):
        assert term.startswith(label.rstrip("…"))
    await (await ada.press("▶", page)).edited()
    assert terms[8].startswith(page.labels[0].rstrip("…"))
    await ada.press(page.labels[0], page)
    assert (await ada.reply()).html.startswith(f"<b>{terms[8]}</b>")


@LANGUAGES
async def test_explains_a_term_by_its_name(ada, language):
    assert (await asked(ada, f"/glossary {BLOCKCHAIN[language]}")).html.startswith(f"<b>{BLOCKCHAIN[language]}</b>")


@LANGUAGES
async def test_explains_an_abbreviation_that_is_no_term(ada, language):
    assert REPORTING[language] in (await asked(ada, "/glossary CoP")).text.partition("\n")[0]
