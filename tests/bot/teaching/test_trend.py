from __future__ import annotations

from bot.dialogue.training import ModelRecord
from bot.teaching import trend


def record(version, trained_at="2026-11-30T03:00:00+00:00"):
    return ModelRecord(f"{version}.tar.gz", "0" * 64, version, "i" * 12, "k" * 12, trained_at)


def test_keeps_the_figures_of_models_that_are_gone(project):
    project.models.mkdir(parents=True)
    assert trend.measured(project) == []
    figures = {"en": {"asked": 9, "right": 0.5, "topics": [{"topic": "growth"}]}}
    trend.keep(project, record("m1"), figures)
    trend.keep(project, record("m2", "2026-12-01T03:00:00+00:00"), {"en": {"right": 0.7}})
    trend.keep(project, record("m1"), {"en": {"asked": 9, "right": 0.6}})  # measured anew
    assert [(one.version, one.figures["en"]["right"]) for one in trend.measured(project)] == [("m2", 0.7), ("m1", 0.6)]
    assert set(trend.measured(project)[0].figures["en"]) == set(trend.FIGURES)


def test_begins_anew_where_the_file_is_damaged(project):
    project.models.mkdir(parents=True)
    (project.models / "measured.json").write_text('{"models": [{"version": 1}]}')
    assert trend.measured(project) == []
    trend.keep(project, record("m1"), {})
    assert trend.measured(project) == []
    trend.keep(project, record("m1"), {"en": {"right": 0.5}})
    assert [one.version for one in trend.measured(project)] == ["m1"]
