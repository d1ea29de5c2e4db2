from __future__ import annotations

import logging

import pytest

from bot.dialogue import validation
from bot.dialogue.validation import ACCEPTED, unexpected_warnings, unused_reasons
from bot.settings import Settings
from tests.bot import small_base
from tests.bot.small_base import edit


def _rule(intent, action):
    return {"rule": "one more", "steps": [{"intent": intent}, {"action": action}]}


def _examples(intent, example):
    return {"intent": intent, "examples": f"- {example}\n- {example} {example}\n"}


@pytest.mark.slow
def test_has_nothing_to_say_of_the_products_data(monkeypatch):
    product = Settings(root=small_base.ROOT, var=small_base.ROOT / "var", database_url="sqlite:///none")
    said = validation._warnings(product)
    monkeypatch.setattr(validation, "_warnings", lambda settings: said)  # eleven seconds, needed twice
    assert said
    assert unexpected_warnings(product) == []
    assert unused_reasons(product) == []


def test_has_nothing_to_say_of_a_small_project_either(project):
    assert unexpected_warnings(project) == []


@pytest.mark.parametrize(
    ("path", "key", "added", "said"),
    [
        (
            "domain/faq.yml",
            "intents",
            "nobody_says_it",
            "'nobody_says_it' is listed in the domain file, but is not found",
        ),
        ("domain/faq.yml", "actions", "utter_gone", "'utter_gone' is listed as a response action"),
        (
            "rules/faq.yml",
            "rules",
            _rule("nope", "action_show"),
            "'nope' is used in your stories, but it is not listed",
        ),
        ("rules/faq.yml", "rules", _rule("thank", "action_nope"), "'action_nope' is used in the 'one more' block, but"),
        ("en/small_talk.yml", "nlu", _examples("ghost", "boo"), "labeled with intent 'ghost'"),
        ("en/small_talk.yml", "nlu", _examples("greet", "thanks"), "'thanks' was found labeled with multiple"),
    ],
)
def test_reports_what_rasa_says_of_a_fault(project, path, key, added, said):
    with edit(project.nlu_data / path) as data:
        data[key].append(added)
    assert any(said in text for text in unexpected_warnings(project))


def test_names_the_reasons_that_are_needed_no_more(project):
    unused = unused_reasons(project)
    assert set(unused) < set(ACCEPTED)
    assert any("utter_faq" in pattern for pattern in set(ACCEPTED) - set(unused))


def test_leaves_rasas_log_as_it_was(project):
    rasa_logger = logging.getLogger("rasa")
    before = (rasa_logger.level, list(rasa_logger.handlers))
    unexpected_warnings(project)
    assert (rasa_logger.level, list(rasa_logger.handlers)) == before
