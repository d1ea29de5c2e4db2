from __future__ import annotations

import weakref

import pytest

import bot.services
from bot.channels.telegram import worker
from bot.dialogue.training import verified_model
from bot.settings import Settings
from tests.conftest import ROOT, make_var


@pytest.mark.model
def test_holds_what_was_loaded_before_the_fork_in_the_dialogue_alone(models, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "forked", lambda: 3)
    monkeypatch.setattr(bot.services, "_services", None)
    var = make_var(tmp_path, models)
    settings = Settings(root=ROOT, var=var, database_url=f"sqlite:///{var / 'guide.db'}", secret="of this test alone")
    index, dialogue = worker.forked_dialogue(settings)
    before = weakref.ref(dialogue._agent.processor)
    dialogue.take_up(*verified_model(settings))
    assert (index, before()) == (3, None)
    dialogue.store.close()
