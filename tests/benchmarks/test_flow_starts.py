from __future__ import annotations

import pytest

from benchmarks.flow_starts import out_of_scope, verdict, without_flows
from bot.knowledge.loader import load, read_yaml
from bot.knowledge.selection import Question
from tests.bot import small_flows
from tests.bot.dialogue import small_project
from tests.bot.small_base import dump


@pytest.fixture
def project(tmp_path):
    settings = small_project.write(tmp_path / "project")
    small_flows.add(settings.root)
    tuning = settings.nlu_data / "tuning"
    dump(tuning / "en" / "out_of_scope.yml", {"language": "en", "out_of_scope": ["what's the weather"]})
    dump(tuning / "en" / "more.yml", {"language": "en", "out_of_scope": ["play some jazz"]})
    dump(tuning / "zh" / "growth.yml", {"language": "zh", "entries": {"number": ["有几个"]}})
    return settings


def test_leaves_the_flows_out_and_all_else_as_it_is(project, tmp_path):
    other = without_flows(project, tmp_path / "other")
    whole, rest = load(project.knowledge), load(other.knowledge)
    assert (list(whole.flows), list(rest.flows)) == (["gift"], [])
    assert rest.entries == whole.entries
    config = read_yaml(other.root / "config.yml")
    named = [part.get("knowledge") for part in (*config["importers"], *config["pipeline"])]
    assert {name for name in named if name} == {str(other.knowledge)}
    assert not other.models.exists()


def test_reads_what_is_out_of_scope_by_language(project):
    assert out_of_scope(project.nlu_data) == {"en": ["play some jazz", "what's the weather"], "zh": []}


@pytest.mark.parametrize(
    ("intent", "confidence", "expected"),
    [
        ("start_flow", 0.9, "flow"),
        ("greet", 0.9, "another wish"),
        ("out_of_scope", 0.9, "declined"),
        ("faq", 0.95, "answered"),
        ("faq", 0.01, "declined"),
    ],
)
def test_says_what_becomes_of_a_message(project, intent, confidence, expected):
    ranking = (("growth.number", confidence),)
    question = Question("how many partnerships are there", intent, confidence, ranking)
    assert verdict(question, load(project.knowledge)) == expected
