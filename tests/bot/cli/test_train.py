from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from bot.cli import train
from bot.dialogue import training
from bot.errors import KnowledgeError, ModelError
from tests.bot.small_base import edit

# Rasa misses examples and responses of its own retrieval intents; ours stand in the knowledge base.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")


@pytest.mark.model  # not the shared one; what makes it slow is loading Rasa
def test_trains_says_so_and_is_up_to_date_until_something_changes(call, configured, settings):
    ended = call(train)
    record = training.current(settings)
    # Before it stands what Rasa says, which pytest keeps from descriptor 1, where the command would catch it.
    assert (ended.code, ended.out.splitlines()[-1]) == (0, f"Trained {record.version}.")
    assert ended.err == "Training the model (about a minute) …\n"
    path, _ = training.verified_model(settings)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == record.sha256

    assert call(train, "--if-stale").out == "The model is up to date.\n"
    with edit(configured / "knowledge/texts/en/growth.yml") as data:
        data["entries"]["number"]["questions"][0] = "how many of them exist"
    assert training.is_stale(settings)


@pytest.fixture
def trained(configured, settings):
    """A record of a model that fits the project."""
    settings.models.mkdir(parents=True)
    (settings.models / "old.tar.gz").write_bytes(b"old")
    record = training.ModelRecord("old.tar.gz", hashlib.sha256(b"old").hexdigest(), "old", "", "", "")
    record = dataclasses.replace(record, inputs=training.inputs_hash(settings))
    (settings.models / "current.json").write_text(json.dumps(dataclasses.asdict(record)))
    return record


def test_does_nothing_while_the_model_fits(call, trained, settings):
    assert call(train, "--if-stale") == (0, "The model is up to date.\n", "")
    assert training.current(settings) == trained


@pytest.mark.model
def test_keeps_the_old_model_when_the_data_cannot_be_trained_from(call, configured, trained, settings):
    (configured / "nlu_data/rules/faq.yml").write_text("rules: [")
    with pytest.raises((KnowledgeError, ModelError), match="rules/faq.yml"):
        call(train)
    assert training.current(settings) == trained


def test_says_where_no_model_can_be_written(call, configured, settings):
    settings.var.mkdir()
    settings.models.write_text("in the way")
    with pytest.raises(ModelError, match="models cannot be written .File exists.; free space or set PARTNERGUIDE_VAR"):
        call(train)
