from __future__ import annotations

import json

import jsonschema
import pytest
import yaml
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.utils.endpoints import ClientResponseError

from bot.dialogue.executor import InProcessActions, trust_own_parts
from tests.actions import small_services
from tests.bot import small_base

ACTIONS = sorted(
    name
    for path in (small_base.ROOT / "nlu_data" / "domain").glob("*.yml")
    for name in yaml.safe_load(path.read_text(encoding="utf-8")).get("actions", ())
)
OTHERS = """
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

class ActionRefuse(Action):
    def name(self):
        return "action_refuse"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection("action_refuse", "not now")

class ActionBreak(Action):
    def name(self):
        return "action_break"

    def run(self, dispatcher, tracker, domain):
        raise RuntimeError("broken")
"""


def _call(name, intent="greet", **slots):
    return {
        "next_action": name,
        "sender_id": "c0ffee",
        "version": "3.6.21",
        "domain": {},
        "tracker": {
            "sender_id": "c0ffee",
            "slots": slots,
            "latest_message": {
                "text": "hello",
                "message_id": "m1",
                "intent": {"name": intent, "confidence": 0.9},
                "entities": [],
                "metadata": {"channel": "test"},
            },
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
            "latest_input_channel": "test",
        },
    }


#: It moves a flow on; what comes next another action says.
SILENT = ("validate_flow_form",)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with small_services.in_use(tmp_path_factory.mktemp("executor") / "project"):
        yield InProcessActions("actions")


@pytest.fixture
def others(tmp_path, monkeypatch):
    (tmp_path / "other_actions").mkdir()
    (tmp_path / "other_actions" / "__init__.py").write_text("")
    (tmp_path / "other_actions" / "some.py").write_text(OTHERS)
    monkeypatch.syspath_prepend(tmp_path)
    return InProcessActions("other_actions")


@pytest.mark.parametrize("name", ACTIONS)
async def test_runs_every_action_of_the_domain_in_the_shape_that_rasa_expects(endpoint, name):
    # `thank` is the name of a phrase, which the one action that looks for such a phrase needs.
    result = await endpoint.request(json=_call(name, "thank"), method="post", timeout=1, compress=False)
    jsonschema.validate(result, RemoteAction.action_response_format_spec())
    if name not in SILENT:
        (uttered,) = result["responses"]
        assert uttered["custom"]["text"] == uttered["text"]
        assert uttered["custom"]["intent"] != "technical_problem"
    # What comes back over HTTP is JSON: the embedded dialogue must not rely on more.
    assert json.loads(json.dumps(result, ensure_ascii=False))["events"] == result["events"]


async def test_says_not_found_for_an_action_that_nobody_has(endpoint):
    with pytest.raises(ClientResponseError) as caught:
        await endpoint.request(json=_call("action_nobody_has"))
    assert caught.value.status == 404
    assert "action_nobody_has" in caught.value.text


async def test_hands_on_that_an_action_refuses_to_run(others):
    with pytest.raises(ClientResponseError) as caught:
        await others.request(json=_call("action_refuse"))
    assert caught.value.status == 400
    assert json.loads(caught.value.text) == {"error": "not now", "action_name": "action_refuse"}


async def test_hides_no_fault_of_an_action(others):
    with pytest.raises(RuntimeError, match="broken"):
        await others.request(json=_call("action_break"))


def test_skips_what_tests_hold_of_our_own_parts(monkeypatch):
    # Set as they are, so that they are put back after the test.
    for owner, name in ((RemoteAction, "_validate_action_result"), (MessageProcessor, "_check_for_unseen_features")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    trust_own_parts()
    assert MessageProcessor._check_for_unseen_features(None, {"nonsense": 1}) is None
    assert RemoteAction("action_try", None)._validate_action_result({"events": "nonsense"})
