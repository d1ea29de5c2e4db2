from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import weakref
from dataclasses import asdict, replace

import pytest

from bot import services
from bot.dialogue import registry, training
from bot.dialogue.door import Message
from bot.dialogue.following import ModelFollower
from bot.store.lessons import LessonStore
from tests.bot import small_base
from tests.bot.channels.telegram import small_front

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")

QUESTION = "zabaglione qzxv wobble"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small project with two models: the second knows the question, the first answers."""
    root = tmp_path_factory.mktemp("following") / "project"
    small_front.train(root)
    settings = replace(small_front.settings_for(root, root / "var"), secret=small_front.SECRET)
    with LessonStore.from_settings(settings) as lessons:
        lessons.add("example", "faq/growth.costs", "en", QUESTION, "ada")
    return settings, training.train(settings, activate=False).version


@pytest.fixture
def dialogue(trained):
    settings, _ = trained
    with small_front.opened(settings) as opened:
        yield opened
    while registry.model(settings, training.current(settings).version).before:
        registry.roll_back(settings)


async def _outcome(dialogue, conversation="c1"):
    answer = await dialogue.ask(Message(conversation, "jsonl", QUESTION))
    return answer.reply.entry, dialogue.store.get(answer.reply.enquiry_id).model_version


def test_lets_go_of_the_model_of_before(dialogue, trained):
    settings, second = trained
    before = weakref.ref(dialogue._agent.processor)
    registry.activate(settings, second)
    assert ModelFollower(dialogue).look()
    assert before() is None


async def test_answers_with_the_activated_model_from_the_next_message_on(dialogue, trained):
    settings, second = trained
    first = dialogue.model.version
    follower = ModelFollower(dialogue)
    assert not follower.look()
    assert await _outcome(dialogue) == ("", first)
    registry.activate(settings, second)
    assert follower.look()
    assert await _outcome(dialogue) == ("growth.costs", second)
    assert not follower.look()
    registry.roll_back(settings)
    assert follower.look()
    assert await _outcome(dialogue, "c2") == ("", first)


async def test_answers_every_question_while_a_model_is_taken_up(dialogue, trained):
    settings, second = trained
    registry.activate(settings, second)
    taken = asyncio.create_task(asyncio.to_thread(ModelFollower(dialogue).look))
    asked = []
    while not taken.done() or not asked:
        asked += await asyncio.gather(*(_outcome(dialogue, f"{len(asked)}/{number}") for number in range(5)))
    assert {entry for entry, version in asked if version == second} <= {"growth.costs"}
    assert await _outcome(dialogue, "last") == ("growth.costs", second)
    assert {version for _, version in asked} <= {dialogue.model.version, registry.model(settings, second).before}


async def test_keeps_the_conversation(dialogue, trained):
    settings, second = trained
    await dialogue.ask(Message("c3", "jsonl", "how many partnerships are there"))
    registry.activate(settings, second)
    ModelFollower(dialogue).look()
    answer = await dialogue.ask(Message("c3", "jsonl", "", command="/show_source"))
    assert "A/76/319" in answer.reply.text


def test_looks_by_itself(dialogue, trained):
    settings, second = trained
    seen = threading.Event()
    take_up = dialogue.take_up

    def noted(*arguments):
        take_up(*arguments)
        seen.set()

    dialogue.take_up = noted
    with ModelFollower(dialogue, every_s=0.01):
        registry.activate(settings, second)
        assert seen.wait(120)
    assert dialogue.model.version == second


def test_stays_with_its_model_when_the_other_cannot_be_used(dialogue, trained, caplog):
    settings, second = trained
    first = dialogue.model.version
    archive = settings.models / f"{second}.tar.gz"
    kept = archive.read_bytes()
    registry.activate(settings, second)
    archive.write_bytes(b"changed")
    assert not ModelFollower(dialogue).look()
    assert dialogue.model.version == first
    assert "the model of before stays in use" in caplog.text
    archive.write_bytes(kept)


async def test_takes_up_the_knowledge_base_that_lies_there_by_now(dialogue, trained):
    settings, second = trained
    with small_base.edit(settings.knowledge / "texts" / "en" / "growth.yml") as data:
        data["entries"]["costs"]["title"] = "What jabs cost"
    registry.activate(settings, second)
    ModelFollower(dialogue).look()
    assert dialogue.knowledge.entries["growth.costs"].texts["en"].title == "What jabs cost"
    assert services.services().knowledge.version == dialogue.knowledge.version


async def test_keeps_the_conversation_when_a_model_cannot_be_loaded(dialogue, trained):
    settings, _ = trained
    record = training.current(settings)
    await dialogue.ask(Message("c4", "jsonl", "how many partnerships are there"))
    content = (settings.models / record.file).read_bytes()[:1000]
    (settings.models / "cut.tar.gz").write_bytes(content)
    cut = replace(record, file="cut.tar.gz", sha256=hashlib.sha256(content).hexdigest(), version="cut")
    (settings.models / training.RECORD).write_text(json.dumps(asdict(cut)))
    try:
        assert not ModelFollower(dialogue).look()
        assert dialogue.model == record
        answer = await dialogue.ask(Message("c4", "jsonl", "", command="/show_source"))
    finally:
        (settings.models / training.RECORD).write_text(json.dumps(asdict(record)))
        (settings.models / "cut.tar.gz").unlink()
    assert "A/76/319" in answer.reply.text
