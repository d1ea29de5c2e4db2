"""What guided flows end in, through the dialogue door: documents, requests for a person, a score."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot import services
from bot.store.contacts import ContactStore
from tests.bot.dialogue.walking import LANGUAGES, MARKER, SAYS, Walk, step_of

pytestmark = pytest.mark.model


@LANGUAGES
@pytest.mark.parametrize("flow", ["screening", "idea_check"])
async def test_hands_over_a_document_and_keeps_none(walk, flow, language):
    await walk.to_the_end(await walk.begin(flow))
    reply = await walk.press(walk.choice("confirm"))
    (attachment,) = reply.attachments
    assert attachment.kind == "document"
    assert attachment.name.endswith(f"{language}.docx")
    path = Path(attachment.path)
    assert path.stat().st_mode & 0o077 == 0
    walk.dialogue.discard(reply)
    assert not path.exists()


async def test_deletes_a_document_that_nobody_has_fetched_with_everything_else(dialogue):
    walk = Walk(dialogue, "en")
    await walk.to_the_end(await walk.begin("screening"))
    (attachment,) = (await walk.press(walk.choice("confirm"))).attachments
    assert Path(attachment.path).exists()
    await walk.send(command="/delete_my_data", text="button")
    await walk.press("/confirm_deletion")
    assert not Path(attachment.path).exists()


async def test_leaves_the_partner_and_the_controversies_blank_on_telegram_unless_the_person_insists(dialogue):
    def steps(walk):
        return [step_of(reply) for reply in walk.seen]

    careful, insisting = Walk(dialogue, "en"), Walk(dialogue, "en")
    for walk, answer in ((careful, "1"), (insisting, "2")):
        reply = await walk.send(command='/start_flow{"flow": "screening"}', text="button", channel="telegram")
        assert "Telegram" in reply.text
        await walk.send(text=answer, channel="telegram")
    assert step_of(careful.seen[-1]) == "proposal"
    assert step_of(insisting.seen[-1]) == "prospect"
    terminal = Walk(dialogue, "en")
    assert step_of(await terminal.begin("screening")) == "prospect"
    assert "telegram_notice" not in steps(terminal)


async def test_refuses_the_screening_in_a_group(dialogue):
    walk = Walk(dialogue, "en")
    command = '/start_flow{"flow": "screening"}'
    reply = await walk.send(command=command, text="button", channel="telegram", person="somebody")
    assert reply.intent == "flow/private_only"


@LANGUAGES
async def test_stores_a_request_only_after_it_was_shown_and_agreed_to(walk, language):
    settings = walk.dialogue.settings
    from bot.services import services

    with ContactStore(settings.database_url, services().secret) as contacts:
        await walk.begin("ask_person")
        await walk.say(f"Who can help with {MARKER}?")
        for _ in range(2):
            await walk.say(SAYS[language]["skip"])
        assert not contacts.of(walk.name)
        summary = await walk.say(SAYS[language]["yes"])
        assert MARKER in summary.text
        assert not contacts.of(walk.name)
        reply = await walk.press(walk.choice("request"))
        (contact,) = contacts.of(walk.name)
        assert MARKER in contact.question
        assert contact.reference in reply.text
        assert (contact.state, contact.address) == ("open", "")
        await walk.send(command="/delete_my_data", text="button")
        await walk.press("/confirm_deletion")
        assert not contacts.of(walk.name)


async def test_passes_nothing_on_without_consent(dialogue):
    walk = Walk(dialogue, "en")
    await walk.begin("ask_person")
    await walk.say(f"Who can help with {MARKER}?")
    for said in ("skip", "skip", "no", "yes"):
        reply = await walk.say(said)
    assert reply.intent == "flow/request_no_consent"


@LANGUAGES
async def test_says_before_the_first_question_that_nobody_would_read_it(dialogue, language):
    shared = services.services()
    services.use(dataclasses.replace(shared, settings=dataclasses.replace(shared.settings, operator="", contact="")))
    try:
        reply = await Walk(dialogue, language).begin("ask_person")
    finally:
        services.use(shared)
    assert reply.intent == "flow/request_nobody"


async def test_draws_no_question_of_the_quiz_twice_before_all_have_been_asked(dialogue):
    walk = Walk(dialogue, "en")
    asked: list[str] = []
    for _ in range(2):
        reply = await walk.begin("quiz")
        while not reply.intent.endswith(".result"):
            asked.append(step_of(reply))
            reply = await walk.say("1")
        assert "of 10 right" in reply.text
        await walk.say("finish")
    assert len(asked) == len(set(asked)) == len(dialogue.knowledge.flows["quiz"].steps)


async def test_opens_a_seventh_flow_that_is_a_yaml_file_alone(dialogue, monkeypatch):
    from bot import services
    from tests.bot.small_flows import seventh

    shared = services.services()
    knowledge = dataclasses.replace(shared.knowledge, flows={**shared.knowledge.flows, "seventh": seventh()})
    monkeypatch.setattr(services, "_services", dataclasses.replace(shared, knowledge=knowledge))
    monkeypatch.setattr(dialogue, "_base", knowledge)
    for language in ("en", "zh"):
        walk = Walk(dialogue, language)
        summary = await walk.to_the_end(await walk.begin("seventh"))
        assert summary.intent == "flow/seventh.summary"
        assert (await walk.press(walk.choice("confirm"))).intent == "flow/seventh.result"


@LANGUAGES
async def test_gives_the_answer_of_a_quiz_away_only_afterwards(walk, language):
    quiz = walk.dialogue.knowledge.flows["quiz"]
    text, phrases = quiz.texts[language], walk.dialogue.knowledge.flow_words[language].phrases
    first = step_of(await walk.begin("quiz"))
    told = await walk.say(SAYS[language]["why"])
    assert told.body[0] == phrases["why_drawn"]
    assert text.whys[first] not in told.text
    skipped = await walk.say(SAYS[language]["skip"])
    right = text.labels[first][quiz.steps[first].right]
    assert skipped.body[0] == phrases["passed_over"].replace("{answer}", right)
    assert text.whys[first] in "\n\n".join(skipped.body)
    second = step_of(skipped)
    assert step_of(await walk.say(SAYS[language]["back"])) == first
    again = await walk.say(right)
    assert again.body[0] == phrases["right"]
    assert text.whys[first] in "\n\n".join(again.body)
    assert step_of(again) == second
