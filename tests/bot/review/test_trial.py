from __future__ import annotations

import pytest

from bot.errors import BotError
from bot.knowledge.loader import load
from bot.knowledge.selection import Question
from bot.review.trial import Trial, checks
from bot.settings import Settings
from tests.conftest import ROOT


def test_holds_a_question_against_every_threshold():
    question = Question("x", "faq", 0.5, (("a.b", 0.4), ("c.d", 0.1)), in_scope=0.1, coverage=0.9)
    assert {check.name: check.is_met for check in checks(question)} == {
        "known": True, "in_scope": False, "answer": True, "choices": True, "lead": True,
    }  # fmt: skip
    assert next(check.value for check in checks(question) if check.name == "lead") == pytest.approx(4)
    assert all(check.value >= 0 for check in checks(Question("", "", 0.0, ())))


def test_reads_nothing_before_the_model_is_there(settings):
    trial = Trial(settings)
    assert trial.state == "cold"
    with pytest.raises(BotError, match="not loaded yet"):
        trial.trace("how many partnerships", load(settings.knowledge))
    trial.begin()
    assert trial.wait(240) == "failed"
    assert "partnerguide train" in trial.problem


@pytest.mark.model
def test_shows_everything_that_is_made_of_a_sentence(models):
    settings = Settings.from_env({}, root=ROOT)
    trial, knowledge = Trial(settings), load(settings.knowledge)
    trial.begin()
    assert trial.wait(300) == "ready", trial.problem
    trace = trial.trace("What does A/RES/64/223 say about due diligence?", knowledge)
    assert trace.tokens[:2] == ("what", "does")
    assert ("document", "A/RES/64/223") in trace.question.entities
    assert trace.candidates[0].share >= trace.candidates[-1].share
    assert any(candidate.cited == ("A/RES/64/223",) for candidate in trace.candidates)
    assert trace.decision.kind in ("answer", "choices")
    # What is switched off is not offered.
    gone = frozenset(candidate.entry.id for candidate in trace.candidates[:1])
    after = trial.trace("What does A/RES/64/223 say about due diligence?", knowledge.without(gone))
    assert not gone & {candidate.entry.id for candidate in after.candidates}
    assert trial.begin() == "ready"
