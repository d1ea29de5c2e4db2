from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest
from rasa.core.channels.channel import UserMessage

from bot.dialogue import training
from bot.dialogue.training import ModelRecord
from bot.dialogue.understanding import Understanding, open_understanding
from bot.errors import ModelError

# Rasa misses examples and responses of its own retrieval intents; ours stand in the knowledge base.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")


@pytest.fixture
def trained(project):
    training.train(project)
    return project


@pytest.mark.model  # not the shared one; what makes it slow is loading Rasa
async def test_reads_messages_as_the_dialogue_does_and_logs_nothing(trained):
    understanding = open_understanding(trained)
    assert understanding.model == training.current(trained)
    question = await understanding.read("what does the vaccine project cost")
    assert (question.intent, question.ranking[0][0]) == ("faq", "growth.costs")
    assert (await understanding.read("thanks a lot")).intent == "thank"
    # A command for Rasa is a button's privilege.
    assert (await understanding.read('/show_entry{"entry": "growth.costs"}')).intent != "show_entry"
    assert not (trained.var / "guide.db").exists()


async def test_says_when_the_model_fails_and_repeats_no_word_of_the_message():
    class Failing:
        @property
        def processor(self) -> Failing:
            return self

        async def parse_message(self, message: UserMessage) -> None:
            raise ValueError(message.text)

    understanding = Understanding(ModelRecord("old.tar.gz", "", "old", "", "", ""), Failing())
    with pytest.raises(ModelError) as caught:
        await understanding.read("words of a person")
    assert str(caught.value) == "old.tar.gz does not work with the present code; run partnerguide train"


def test_says_when_there_is_no_model(project):
    with pytest.raises(ModelError, match="there is no trained model; run partnerguide train"):
        open_understanding(project)


@pytest.mark.model
def test_says_when_the_model_cannot_be_loaded(project):
    project.models.mkdir(parents=True)
    (project.models / "broken.tar.gz").write_bytes(b"no archive")
    record = ModelRecord("broken.tar.gz", hashlib.sha256(b"no archive").hexdigest(), "broken", "", "", "")
    (project.models / "current.json").write_text(json.dumps(dataclasses.asdict(record)))
    with pytest.raises(ModelError, match="broken.tar.gz cannot be loaded; run partnerguide train"):
        open_understanding(project)
