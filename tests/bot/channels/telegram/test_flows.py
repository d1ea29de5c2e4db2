"""Guided flows over Telegram: the flows of the product on the model of the small project, in both languages."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import AsyncIterator, Iterator

import docx
import pytest
import pytest_asyncio

from bot.channels.telegram import flows
from bot.channels.telegram.allowance import Allowance
from bot.channels.telegram.application import Assembly
from bot.dialogue.door import Dialogue
from bot.errors import StoreError
from bot.flows.result import fill
from bot.knowledge.flows import Flow
from bot.knowledge.loader import KnowledgeBase, load
from bot.phrases import load_phrases
from bot.settings import Settings
from bot.store.statements import EnquiryFilter
from tests.bot import small_base
from tests.bot.channels.telegram import small_front

FLOWS = ("partnership_form", "readiness", "screening", "idea_check", "quiz", "ask_person")
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
MARKER = "MARKERFISH"
QUESTION = {"en": "what does the vaccine project cost", "zh": "疫苗项目要多少钱"}
TITLE = {"en": "What a vaccine project costs", "zh": "疫苗项目的花费"}


@pytest.fixture(scope="session")
def product() -> KnowledgeBase:
    """The product's knowledge base."""
    return load(small_base.ROOT / "knowledge")


@pytest.fixture
def guided_dialogue(settings: Settings, loaded: Dialogue, product: KnowledgeBase) -> Iterator[Dialogue]:
    """The small dialogue with the product's flows, and all that they cite."""
    known = loaded.knowledge
    knowledge = dataclasses.replace(
        known,
        flows=product.flows,
        flow_words=product.flow_words,
        sources={**product.sources, **known.sources},
        entries={**product.entries, **known.entries},
    )
    phrases = load_phrases(small_base.ROOT / "nlu_data", list(known.languages))
    like = Dialogue(settings, knowledge, phrases, loaded.store, loaded._agent, loaded._memory, loaded.model)
    with small_front.opened(settings, like=like) as dialogue:
        yield dialogue


@pytest_asyncio.fixture
async def guided(guided_dialogue: Dialogue, settings: Settings) -> AsyncIterator[Assembly]:
    async with small_front.listening(guided_dialogue, settings) as assembly:
        assembly.front.people_allowance = Allowance(1000, 1000.0)  # a test presses faster than a thumb
        yield assembly


@pytest.fixture
def ada(telegram_server, request):
    callspec = getattr(request.node, "callspec", None)
    language = callspec.params.get("language", "en") if callspec else "en"
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


class Walk:
    """Somebody's way through a flow, button by button."""

    def __init__(self, front, person, flow, language):
        self.front, self.person, self.language = front, person, language
        self.flow: Flow = front.front.dialogue.knowledge.flows[flow]
        self.words = front.front.dialogue.knowledge.flow_words[language]
        self.text = self.flow.texts[language]

    async def begin(self):
        await self.person.start()
        await self.person.reply()
        await self.person.say("/flows")
        await self.person.reply()
        await self.person.press(self.text.title)
        return await self.person.reply()

    async def press(self, label):
        await self.person.press(label)
        return await self.person.reply()

    async def say(self, text):
        await self.person.say(text)
        return await self.person.reply()

    def asked(self, message):
        """The step that a message asks, in whatever language."""
        for text in self.flow.texts.values():
            for name, question in text.questions.items():
                if question.strip() in message.text:
                    return self.flow.steps[name]
        raise AssertionError(f"asks nothing: {message.text}")

    async def answer(self, message):
        """Answers a question by its first button, or in words where it has none."""
        labels = [label for label in message.labels if label not in self.words.labels.values()]
        done = self.words.labels["done"]
        if not labels:
            await self.person.say(MARKER)
            return await self.person.reply()
        message = await self.press(labels[0])
        return await self.press(done) if f"✓ {labels[0]}" in message.labels else message

    async def to_the_summary(self, message):
        for _ in range(40):
            if {self.words.labels["confirm"], self.words.labels["request"], self.words.labels["finish"]} & set(
                message.labels
            ):
                return message
            message = await self.answer(message)
        raise AssertionError("the flow does not end")


def rows(front):
    return list(front.front.dialogue.store.iterate(EnquiryFilter(channel="telegram")))


@LANGUAGES
@pytest.mark.parametrize("flow", FLOWS)
async def test_leads_to_the_end_by_buttons_and_logs_no_words(guided, ada, flow, language):
    walk = Walk(guided, ada, flow, language)
    first = await walk.begin()
    assert walk.text.title in first.text
    message = await walk.to_the_summary(first)
    if flow == "ask_person":
        message = await walk.press(walk.words.labels["request"])
        (contact,) = guided.front.contacts.of(guided.front.pseudonym_of(ada.id))
        assert contact.reference in message.text
        assert (contact.state, contact.address) == ("open", str(ada.id))
        assert MARKER in contact.question
    else:
        if flow != "quiz":
            message = await walk.press(walk.words.labels["confirm"])
        if walk.flow.document:
            file = message if message.document else await ada.reply()
            assert file.document
            await guided.queue.join()
            assert docx.Document(io.BytesIO(file.document)).paragraphs[0].text == walk.text.document["title"]
            assert not list(guided.front.settings.var.glob("documents/*"))
        message = await walk.press(walk.words.labels["finish"])
        assert walk.words.phrases["finished"].split("\n")[0] in message.text
    await guided.queue.join()
    assert all(MARKER not in f"{vars(row)}" for row in rows(guided))


@LANGUAGES
async def test_answers_a_question_in_between_and_goes_on(guided, ada, language):
    walk = Walk(guided, ada, "partnership_form", language)
    first = await walk.begin()
    await ada.say(QUESTION[language])
    message = await ada.reply()
    assert message.html.startswith(f"<b>{TITLE[language]}</b>")
    assert walk.text.title in message.text
    assert message.labels[0] == first.labels[0]
    assert walk.text.questions["offer"] in (await walk.press(first.labels[0])).text


@LANGUAGES
async def test_corrects_skips_and_cancels(guided, ada, language):
    walk = Walk(guided, ada, "partnership_form", language)
    first = await walk.begin()
    await walk.press(first.labels[0])
    assert walk.text.questions["aim"] in (await walk.press(walk.words.labels["back"])).text
    await walk.press(walk.words.labels["skip"])
    await ada.say({"en": "change my answer on the main aim", "zh": "修改我关于主要目的的回答"}[language])
    assert walk.text.questions["aim"] in (await ada.reply()).text
    await ada.say("/cancel")
    assert walk.words.phrases["cancelled"].split("\n")[0] in (await ada.reply()).text


@LANGUAGES
@pytest.mark.parametrize("flow", FLOWS)
async def test_bears_everything_that_may_come_in_between(guided_dialogue, settings, ada, flow, language):
    async with small_front.listening(guided_dialogue, settings) as front:
        front.front.people_allowance = Allowance(1000, 1000.0)
        walk = Walk(front, ada, flow, language)
        message = await walk.begin()
        # What is asked of a person is the answer where the question to pass on is asked for.
        while walk.asked(message).takes_questions:
            message = await walk.answer(message)
        first = walk.asked(message)
        between = await walk.say(QUESTION[language])
        assert between.html.startswith(f"<b>{TITLE[language]}</b>")
        assert walk.text.title in between.text
        second = walk.asked(await walk.answer(message))
        assert second != first
    guided_dialogue._last.clear()
    async with small_front.listening(guided_dialogue, settings) as front:
        front.front.people_allowance = Allowance(1000, 1000.0)
        walk = Walk(front, ada, flow, language)
        skipped = await walk.say(walk.words.typed["skip"][0])
        assert (walk.asked(skipped) == second) == second.is_required
        back = await walk.say(walk.words.typed["back"][0])
        assert walk.asked(back) == (first if second.is_required else second)
        message = await walk.say(f"{walk.words.typed['change_on'][0]} {walk.text.shorts[first.id]}")
        assert walk.asked(message) == first
        while walk.asked(message).kind == "text":
            message = await walk.answer(message)
        step, other = walk.asked(message), {"en": "zh", "zh": "en"}[language]
        option = step.options[0]
        answers = guided_dialogue.knowledge.flow_words[other].answers
        message = await walk.say(answers.get(option) or walk.flow.texts[other].labels[step.id][option])
        assert walk.asked(message) != step
        cancelled = (await walk.say("/cancel")).text
        # A word or two in Latin letters change no language.
        words = guided_dialogue.knowledge.flow_words.values()
        assert cancelled in [known.phrases["cancelled"].strip() for known in words]


async def test_takes_words_of_the_other_language(guided, ada):
    walk = Walk(guided, ada, "partnership_form", "en")
    await walk.begin()
    await ada.say(walk.flow.texts["zh"].labels["aim"]["voice"])
    assert walk.flow.texts["zh"].questions["offer"] in (await ada.reply()).text


@LANGUAGES
async def test_goes_on_after_a_restart(guided_dialogue, settings, ada, language):
    async with small_front.listening(guided_dialogue, settings) as front:
        first = await Walk(front, ada, "partnership_form", language).begin()
    guided_dialogue._last.clear()
    async with small_front.listening(guided_dialogue, settings) as front:
        walk = Walk(front, ada, "partnership_form", language)
        assert walk.text.questions["offer"] in (await walk.press(first.labels[0])).text


@LANGUAGES
async def test_says_first_whose_servers_a_screening_passes_and_leaves_blanks(guided, ada, language):
    walk = Walk(guided, ada, "screening", language)
    message = await walk.begin()
    assert "Telegram" in message.text
    message = await walk.press(walk.text.labels["telegram_notice"]["placeholders"])
    assert walk.text.questions["proposal"] in message.text


@pytest.mark.parametrize("flow", FLOWS)
async def test_keeps_flows_out_of_groups(guided, telegram_server, ada, flow):
    walk = Walk(guided, ada, flow, "en")
    group = await telegram_server.group("Desk", [ada])
    await ada.start()
    await ada.reply()
    await ada.say("/flows", group)
    message = (await ada.replies(1, group, matching=lambda m: walk.text.title in m.labels))[-1]
    await ada.press(walk.text.title, message)
    told = (await ada.replies(1, group, matching=lambda m: "private chat" in m.text))[-1]
    assert told.labels == [guided.front.words("en", "button_private")]


async def test_takes_an_edited_message_for_no_answer(guided, ada):
    walk = Walk(guided, ada, "idea_check", "en")
    await walk.begin()
    message = await ada.say("Our idea.")
    await ada.reply()
    await ada.edit(message, "Our better idea.")
    assert (await ada.reply()).text == guided.front.words("en", "flow_edited").strip()


@LANGUAGES
async def test_tells_honestly_that_nobody_has_answered_in_time(guided, ada, language):
    front = guided.front
    await ada.start()
    await ada.reply()
    name = front.pseudonym_of(ada.id)
    drafted = front.contacts.draft(name, language, "Who can help?")
    front.contacts.consent(drafted.reference, name, str(ada.id))
    assert await flows.tell_overdue(front, guided.app.bot) == 0
    front.settings = dataclasses.replace(front.settings, reply_days=-1)
    assert await flows.tell_overdue(front, guided.app.bot) == 1
    words = front.dialogue.knowledge.flow_words[language].phrases["request_overdue"]
    told = fill(words, reference=drafted.reference, days="-1", contact=front.settings.contact)
    assert (await ada.reply()).text == told
    assert front.contacts.get(drafted.reference).state == "overdue"
    assert await flows.tell_overdue(front, guided.app.bot) == 0


@pytest_asyncio.fixture
async def overdue(guided, ada):
    """A request of Ada's that nobody has answered in time."""
    front = guided.front
    await ada.start()
    await ada.reply()
    front.settings = dataclasses.replace(front.settings, reply_days=-1)
    name = front.pseudonym_of(ada.id)
    drafted = front.contacts.draft(name, "en", "Who can help?")
    return front.contacts.consent(drafted.reference, name, str(ada.id))


def told_of(telegram_server, person, contact):
    return [m for m in telegram_server.outbox.messages(person) if contact.reference in m.text]


async def test_tells_who_has_blocked_it_once_they_are_back(guided, telegram_server, ada, overdue):
    front, refused = guided.front, {"status": 403, "description": "Forbidden: bot was blocked by the user"}
    blocking = telegram_server.faults.add("sendMessage", times=None, **refused)
    for _ in range(3):
        assert await flows.tell_overdue(front, guided.app.bot) == 0
    assert blocking.hits == 1
    assert front.people.get(overdue.pseudonym).blocked_at is not None
    telegram_server.faults.clear()
    await ada.say("/topics")
    await ada.reply()
    assert await flows.tell_overdue(front, guided.app.bot) == 1
    assert front.contacts.get(overdue.reference).state == "overdue"


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 400, "description": "Bad Request: not today"}])
async def test_tells_nobody_again_who_may_know_already(guided, telegram_server, ada, overdue, fault):
    telegram_server.faults.add("sendMessage", **fault)
    for _ in range(3):
        assert await flows.tell_overdue(guided.front, guided.app.bot) == 0
    assert len(told_of(telegram_server, ada, overdue)) == ("drop" in fault)
    assert guided.front.contacts.get(overdue.reference).state == "overdue"


async def test_tells_later_where_telegram_was_away(guided, telegram_server, ada, overdue, monkeypatch):
    monkeypatch.setattr(guided.pace, "_longest_s", 0.05)
    telegram_server.faults.add("sendMessage", times=None, status=502)
    assert await flows.tell_overdue(guided.front, guided.app.bot) == 0
    telegram_server.faults.clear()
    assert await flows.tell_overdue(guided.front, guided.app.bot) == 1
    assert len(told_of(telegram_server, ada, overdue)) == 1


async def test_tells_nobody_again_where_it_could_not_be_noted(guided, telegram_server, ada, overdue, monkeypatch):
    def full(_):
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(guided.front.contacts, "mark_overdue", full)
        for _ in range(3):
            with pytest.raises(StoreError):
                await flows.tell_overdue(guided.front, guided.app.bot)
    assert await flows.tell_overdue(guided.front, guided.app.bot) == 0
    assert len(told_of(telegram_server, ada, overdue)) == 1
    assert guided.front.contacts.get(overdue.reference).state == "overdue"


@LANGUAGES
async def test_takes_a_yes_for_what_the_flow_asks_and_not_for_consent(guided, ada, language):
    walk = Walk(guided, ada, "partnership_form", language)
    await walk.begin()
    await ada.say(f"/person {QUESTION[language]}")
    assert QUESTION[language] in (await ada.reply()).text
    await ada.say({"en": "yes", "zh": "好的"}[language])
    assert walk.words.phrases["unclear"].split("\n")[0] in (await ada.reply()).text
    (drafted,) = guided.front.contacts.of(guided.front.pseudonym_of(ada.id))
    assert (drafted.state, drafted.address) == ("shelved", "")
    await ada.say("/cancel")
    assert walk.words.phrases["cancelled"].split("\n")[0] in (await ada.reply()).text
    await ada.say("/cancel")
    assert (await ada.reply()).text == guided.front.words(language, "cancelled").strip()
