"""The models in the console: listed, compared, activated, thrown away."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from bot.dialogue import registry
from bot.dialogue.training import ModelRecord, current
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.jobs import JobStore
from bot.teaching import trend
from bot.teaching.working import Worker, model_handlers
from tests.bot.review.conftest import actions

COSTS = "faq/growth.costs"


@pytest.fixture
def made(settings):
    """Makes a model that looks like a trained one."""

    def make(name, figures=None):
        settings.models.mkdir(parents=True, exist_ok=True)
        archive = settings.models / f"{name}.tar.gz"
        archive.write_bytes(name.encode())
        digest = hashlib.sha256(name.encode()).hexdigest()
        record = ModelRecord(archive.name, digest, name, "i" * 12, "k" * 12, "2026-11-30T03:00:00+00:00")
        data = {"record": dataclasses.asdict(record), "figures": figures or {}}
        archive.with_name(f"{name}.json").write_text(json.dumps(data))
        return name

    return make


def test_lists_models_with_hash_data_and_figures(editor, settings, made):
    made("m1", {"en": {"right": 0.846, "offered": 0.02, "wrong": 0.1, "declined": 0.9}})
    registry.activate(settings, made("m2"))
    page = editor.get("/teach/models").text
    for shown in (hashlib.sha256(b"m1").hexdigest(), "iiiiiiiiiiii", "84.6%", "in use", "Not measured yet"):
        assert shown in page
    assert "Roll back" not in page


def test_shows_a_candidate_beside_the_model_in_use(editor, settings, console, made, record):
    figures = {"en": {"right": 0.8}}
    registry.activate(settings, made("m1", {"en": {"right": 0.7}}))
    made("m2", figures)
    ids = [record(number, text=f"past question {number}") for number in range(2)]
    jobs = console.store(JobStore)
    jobs.add("evaluate", {"version": "m2"})
    job = jobs.take()
    console.store(ComparisonStore).keep(
        job.id,
        [
            AnswerChange(ids[0], "growth.number", "growth.costs|duties.precaution"),
            AnswerChange(ids[1], "", "growth.costs", COSTS),
        ],
    )
    result = {
        "version": "m2",
        "compared_with": "m1",
        "replayed": 9,
        "leaning": 3,
        "changed": 2,
        "better": 1,
        "worse": 0,
    }
    jobs.finish(job, result)
    page = editor.get("/teach/models/m2").text
    for shown in (
        "80%",
        "70%",
        "2 of the last 9",
        "3 of them lean on",
        "becomes right",
        "Asked back:",
        "What a vaccine project costs",
    ):
        assert shown in page, shown
    assert page.index("past question 1") < page.index("past question 0")  # what was judged comes first
    assert ("editor", "read_comparison", "m2") in actions(console)
    assert editor.get("/teach/models/m9").status_code == 404


def test_shows_where_a_model_fails(editor, made):
    topics = [{"topic": "growth", "asked": 1200, "precision": 0.9, "recall": 0.75}]
    confusions = [
        {"wanted": "growth.costs", "found": "growth.number", "count": 3, "same_place": False},
        {"wanted": "growth.costs", "found": "greet", "count": 2, "same_place": False},
    ]
    entries = [
        {"entry": "growth.costs", "asked": 8, "precision": 0.625, "recall": 0.5},
        {"entry": "growth.number", "asked": 4, "precision": 1.0, "recall": 1.0},
    ]
    made("m1", {"en": {"right": 0.8, "topics": topics, "entries": entries, "confusions": confusions}})
    page = editor.get("/teach/models/m1").text
    for shown in (
        "1,200",
        "90%",
        "75%",
        "1 of 2 entries are not always recognised",
        "62%",
        "50%",
        "What a vaccine project costs → ",
        "Greeting",
        "3×",
    ):
        assert shown in page, shown
    assert "m1" in editor.get("/teach/models").text


def test_asks_the_worker_to_activate_throw_away_and_go_back(editor, reviewer, settings, console, made):
    registry.activate(settings, made("m1"))
    registry.activate(settings, made("m2"))
    made("m3")
    assert reviewer.submit("/teach/models/m3/act", what="activate").status_code == 403
    for what in ("activate", "evaluate", "discard"):
        editor.submit("/teach/models/m3/act", what=what)
    assert editor.submit("/teach/models/m3/act", what="sell").status_code == 400
    assert "Roll back" in editor.get("/teach/models").text
    editor.submit("/teach/models/back")
    asked = [(job.kind, job.arguments) for job in reversed(console.store(JobStore).list())]
    assert asked == [
        ("activate", {"version": "m3"}),
        ("evaluate", {"version": "m3"}),
        ("discard", {"version": "m3"}),
        ("activate", {"back": True}),
    ]
    assert current(settings).version == "m2"  # the console itself moves nothing


def test_shows_how_models_that_are_gone_were_measured(editor, settings, made):
    registry.activate(settings, made("m1"))
    made("m2")
    for name, right in (("m1", 0.812), ("m2", 0.823)):
        trend.keep(settings, registry.model(settings, name).record, {"en": {"asked": 1500, "right": right}})
    registry.discard(settings, "m2")
    page = editor.get("/teach/models").text.partition("All models that were measured")[2]
    for shown in ("81.2%", "82.3%", "1,500", ">m2</code>", 'href="/teach/models/m1"'):
        assert shown in page, shown
    assert 'href="/teach/models/m2"' not in page


def test_compares_the_examples_on_request(editor, reviewer, settings, console):
    assert "have not been compared yet" in editor.get("/teach/examples").text
    assert reviewer.submit("/teach/examples/check").status_code == 403
    for _ in range(2):  # asked twice, done once
        editor.submit("/teach/examples/check")
    jobs = console.store(JobStore)
    assert [job.kind for job in jobs.list()] == ["cross_validate"]
    assert "Comparing examples" in editor.get("/teach/examples").text
    assert Worker(jobs, model_handlers(settings, jobs)).run_once()
    assert jobs.list()[0].problem == ""
    page = editor.get("/teach/examples").text
    for shown in ("Nearest to one of its own", "Told apart worst", "Much alike", 'href="/knowledge/growth.costs"'):
        assert shown in page, shown
    assert "has changed since" not in page
    assert ("editor", "cross_validate", jobs.list()[0].id) in actions(console)
