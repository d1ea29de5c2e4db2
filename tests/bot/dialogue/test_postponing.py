from __future__ import annotations

import copy
import importlib
import inspect
import json
import os
import pickle
import subprocess
import sys
import threading

import pytest

from bot.dialogue import postponing
from bot.dialogue.postponing import POSTPONED, is_loaded, load, postpone
from tests.conftest import ROOT, make_var

HEAVY = "postponed_package.heavy"
SOURCE = '''
class Thing:
    """A thing."""
    kind = "thing"

    def __init__(self, name="thing"):
        self.name = name

class Other:
    pass
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with a postponed module, `Thing` promised, not imported yet."""
    folder = tmp_path / "postponed_package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "heavy.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(POSTPONED, HEAVY, ("Thing",))
    assert postpone()
    yield folder
    for name in (HEAVY, "postponed_package"):
        sys.modules.pop(name, None)


def _promise():
    return importlib.import_module(HEAVY).Thing


def test_hands_on_a_promise_without_loading_the_module(package):
    promise = _promise()
    assert inspect.isclass(promise)
    assert (promise.__module__, promise.__name__, promise.__qualname__) == (HEAVY, "Thing", "Thing")
    assert copy.deepcopy(promise) is promise
    assert not isinstance(3, promise)
    assert not issubclass(int, promise)
    assert not is_loaded(HEAVY)


USES = {
    "called": lambda promise: promise("box").name == "box",
    "asked for an attribute": lambda promise: promise.kind == "thing",
    "subclassed": lambda promise: _subclass(promise)().kind == "thing",
    "unpickled": lambda promise: pickle.loads(pickle.dumps(promise)).kind == "thing",
    "examined": lambda promise: issubclass(promise, object),
    "read": lambda promise: "class Thing" in inspect.getsource(promise),
}


def _subclass(promise):
    class Box(promise):
        pass

    return Box


@pytest.mark.parametrize("use", USES)
def test_keeps_the_promise_when_the_class_is_used(package, use):
    promise = _promise()
    assert USES[use](promise)
    assert is_loaded(HEAVY)


def test_knows_instances_once_there_can_be_some(package):
    promise = _promise()
    thing = promise()
    assert isinstance(thing, promise)
    assert issubclass(type(thing), promise)
    assert not isinstance(3, promise)


def test_loads_the_module_for_a_name_that_is_not_promised(package):
    from postponed_package.heavy import Other

    assert Other.__name__ == "Other"
    assert is_loaded(HEAVY)
    assert sys.modules["postponed_package"].heavy is sys.modules[HEAVY]


def test_refuses_a_name_that_is_not_there(package):
    with pytest.raises(ImportError):
        from postponed_package.heavy import Nothing  # noqa: F401


def test_can_be_tried_again_when_the_module_cannot_be_imported(package):
    (package / "heavy.py").write_text("import no_such_package_anywhere")
    promise = _promise()
    with pytest.raises(ImportError, match="no_such_package_anywhere"):
        promise()
    assert not is_loaded(HEAVY)
    (package / "heavy.py").write_text(SOURCE + "# mended")
    importlib.invalidate_caches()
    assert promise().name == "thing"


def test_loads_once_for_many_threads(package):
    promise = _promise()
    barrier = threading.Barrier(8)
    found = []

    def use():
        barrier.wait()
        promise()
        found.append(load(HEAVY))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(module) for module in found}) == 1


def test_leaves_an_unknown_line_of_rasa_alone(monkeypatch):
    monkeypatch.setattr(postponing.importlib.metadata, "version", lambda name: "4.0.0")
    monkeypatch.setattr(sys, "meta_path", [f for f in sys.meta_path if f is not postponing._Finder])
    assert not postpone()
    assert postponing._Finder not in sys.meta_path


ANSWER = """
import asyncio, json, sys
from bot import logs
logs.configure()
from bot.dialogue.door import Message, open_dialogue
from bot.settings import Settings

dialogue = open_dialogue(Settings.from_env())
reply = asyncio.run(dialogue.ask(Message("c", "jsonl", "What is principle 7?"))).reply
print(json.dumps([reply.outcome, "tensorflow" in sys.modules, "keras" in sys.modules]))
"""

# Rasa's own neural components, trained and loaded after TensorFlow was put off.
NEURAL = """
import asyncio, json, pathlib, sys, warnings
warnings.simplefilter("ignore")
from bot import logs
logs.configure()
from bot.dialogue.postponing import POSTPONED, is_loaded, postpone
postpone()
from bot.dialogue.quiet import quieten_rasa
quieten_rasa()
from rasa.core.agent import Agent
before = ["tensorflow" in sys.modules, [name for name in POSTPONED if is_loaded(name)]]
import rasa.model_training
folder = pathlib.Path(sys.argv[1])
(folder / "config.yml").write_text('''
recipe: default.v1
language: en
assistant_id: small
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: DIETClassifier
  epochs: 2
  run_eagerly: true
policies:
- name: RulePolicy
''')
(folder / "domain.yml").write_text('''
version: "3.1"
intents: [greet, bye]
responses:
  utter_hello:
  - text: hello
''')
(folder / "data.yml").write_text('''
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello there
    - hello
    - good morning
- intent: bye
  examples: |
    - see you
    - bye
    - bye now
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_hello
''')
result = rasa.model_training.train(str(folder / "domain.yml"), str(folder / "config.yml"), [str(folder / "data.yml")],
                                   output=str(folder), force_training=True)
agent = Agent.load(result.model)
parsed = asyncio.run(agent.parse_message("hello there"))
print(json.dumps([before, parsed["intent"]["name"], "tensorflow" in sys.modules]))
"""


def _run(program, *arguments, **environment):
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=240, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.model
def test_answers_without_tensorflow(models, tmp_path):
    var = make_var(tmp_path, models)
    assert _run(ANSWER, PARTNERGUIDE_VAR=str(var)) == ["answer", False, False]


@pytest.mark.slow
def test_gives_way_to_tensorflow_when_a_pipeline_needs_it(tmp_path):
    before, intent, loaded = _run(NEURAL, str(tmp_path))
    assert before == [False, []]
    assert intent in ("greet", "bye")
    assert loaded
