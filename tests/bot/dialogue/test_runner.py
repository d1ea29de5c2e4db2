from __future__ import annotations

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.runner import InOrderRunner


@pytest.fixture
def runner(dialogue):
    return dialogue._agent.processor.graph_runner


@pytest.fixture
def target(dialogue):
    return dialogue._agent.processor.model_metadata.nlu_target


def inputs(text):
    return {
        PLACEHOLDER_MESSAGE: [UserMessage(text)],
        PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("", []),
    }


@pytest.mark.parametrize("text", ["What does principle 3 ask?", "谁来审查企业？", "hello", ""])
def test_gives_what_rasas_own_runner_gives(runner, target, text):
    assert isinstance(runner, InOrderRunner)
    (own,) = runner.run(inputs(text), [target])[target]
    (rasas,) = DaskGraphRunner.run(runner, inputs(text), [target])[target]
    assert own.as_dict(only_output_properties=True) == rasas.as_dict(only_output_properties=True)


def test_predicts_what_rasas_own_runner_predicts(dialogue, runner):
    target = dialogue._agent.processor.model_metadata.core_target
    tracker = DialogueStateTracker.from_events("", [], slots=dialogue._agent.domain.slots)
    own = runner.run({PLACEHOLDER_TRACKER: tracker}, [target])[target]
    rasas = DaskGraphRunner.run(runner, {PLACEHOLDER_TRACKER: tracker}, [target])[target]
    assert own.probabilities == rasas.probabilities
    assert own.policy_name == rasas.policy_name


def test_runs_no_more_than_what_is_wanted_needs(runner, target):
    recogniser = next(name for name in runner._instantiated_nodes if "EntityRecogniser" in name)
    found = runner.run(inputs("A/RES/64/223"), [recogniser])
    assert list(found) == [recogniser]
    assert "selection" not in found[recogniser][0].as_dict(only_output_properties=True)


def test_says_which_input_is_missing(runner, target):
    with pytest.raises(GraphRunError, match="Missing input"):
        runner.run({}, [target])
