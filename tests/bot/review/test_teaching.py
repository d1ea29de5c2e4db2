"""Themes and Teach in the console."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile

import pytest

from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.reviews import ReviewStore
from bot.store.switches import SwitchStore
from tests.bot.review.conftest import VISAS, actions

COSTS = "faq/growth.costs"


@pytest.fixture
def lessons(console):
    return console.store(LessonStore)


# Themes


def test_shows_themes_largest_first(editor, unanswered):
    page = editor.get("/themes").text
    shown = [page.index(text) for text in ("3 questions", "questions that are like no other")]
    assert shown == sorted(shown)
    for text in (*VISAS, "where is the cafeteria", "no good answer"):
        assert text in page
    assert "Nothing went unanswered" in editor.get("/themes?language=zh").text


def test_drafts_an_entry_of_a_theme(editor, browse, unanswered, lessons, console):
    address = re.search(r'href="(/themes/\w+/draft\?days=30)"', editor.get("/themes").text)[1]
    form = editor.get(address).text
    ids = re.findall(r'name="question_([^"]+)"', form)
    assert len(ids) == 3
    taken = {f"take_{id}": "1" for id in ids[:2]}
    words = {"topic": "travel", "name": "visas", "title_en": "Visas", "title_zh": "签证"}
    wording = {f"question_{id}": f"rewritten {number}" for number, id in enumerate(ids)}
    make = address.replace("/draft", "/make")
    refused = editor.submit(make, **taken, **words, **wording)
    assert (refused.status_code, "Confirm that you have read" in refused.text) == (400, True)
    assert lessons.standing() == []
    assert editor.submit(make, **taken, **words, **wording, is_clean="1").headers["location"] == "/teach?said=drafted"
    stub, *questions = sorted(lessons.standing(), key=lambda lesson: lesson.kind != "stub")
    assert (stub.label, stub.details) == ("travel.visas", {"titles": {"en": "Visas", "zh": "签证"}})
    assert {(q.kind, q.label, q.text, q.is_rewritten) for q in questions} == {
        ("question", "faq/travel.visas", f"rewritten {number}", True) for number in range(2)
    }
    assert lessons.examples() == []
    assert actions(console)[-1] == ("editor", "draft_entry", "travel.visas")
    page = editor.get("/teach").text
    assert "Visas · 签证" in page
    assert "rewritten 1" in page
    assert browse("reviewer").get(address).status_code == 403


def test_leads_from_an_enquiry_to_the_draft_of_its_theme(editor, reviewer, unanswered, record):
    id = record(11, text="my visa application for partners", outcome="fallback", entry="", conversation="c11")
    assert f"/themes/of/{id}" in editor.get(f"/inbox/enquiries/{id}").text
    assert f"/themes/of/{id}" not in reviewer.get(f"/inbox/enquiries/{id}").text
    draft = editor.get(editor.get(f"/themes/of/{id}").headers["location"])
    assert "my visa application for partners" in draft.text
    assert VISAS[0] in draft.text
    gone = editor.get("/themes/of/nobody-knows").headers["location"]
    assert "belongs to no theme now" in editor.get(gone).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Visas!"}, "must begin with a letter"),
        ({"topic": "growth", "name": "costs"}, "is there already"),
        ({"title_en": ""}, "Give a title"),
    ],
)
def test_says_what_is_wrong_with_a_draft(editor, unanswered, change, said):
    address = re.search(r'href="(/themes/\w+/draft\?days=30)"', editor.get("/themes").text)[1]
    form = {"topic": "travel", "name": "visas", "title_en": "Visas", "is_clean": "1", **change}
    answer = editor.submit(address.replace("/draft", "/make"), **form)
    assert (answer.status_code, said in answer.text) == (400, True)


def test_knows_no_theme_that_has_changed(editor):
    assert editor.get("/themes/0123456789abcdef/draft").status_code == 404


# Lessons


def test_teaches_a_judged_sentence_only_after_it_was_read(reviewer, record, console, lessons):
    id = record(text="Jane wants jabs for free", outcome="fallback", entry="")
    console.reviews.decide({id: "new"}, "correct", "reviewer", entry="growth.costs")
    page = reviewer.get("/teach").text
    assert "1 sentence waits to be read" in page
    assert "Jane wants jabs for free" in page
    form = {"enquiry": id, "label": COSTS, "language": "en", "text": "jabs for free"}
    assert reviewer.submit("/teach/lessons/add", **form).headers["location"] == "/teach?said=unread"
    assert lessons.examples() == []
    reviewer.submit("/teach/lessons/add", **form, is_clean="1")
    (lesson,) = lessons.standing()
    assert (lesson.text, lesson.label, lesson.is_rewritten, lesson.enquiry) == ("jabs for free", COSTS, True, id)
    assert "wait to be read" not in reviewer.get("/teach").text
    assert actions(console)[-1] == ("reviewer", "add_lesson", lesson.id)
    lessons.mark([lesson.id], "exported")
    assert "to be read" not in reviewer.get("/teach").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"label": "gone.entry", "text": "x y"}, "unknown"),
        ({"label": "show_entry", "text": "x y"}, "unknown"),  # which only buttons say
        ({"label": "growth.costs", "text": " "}, "empty"),
        ({"label": "growth.costs", "text": "x", "language": "xx"}, "empty"),
    ],
)
def test_teaches_nothing_wrong(reviewer, lessons, form, said):
    answer = reviewer.submit("/teach/lessons/add", **{"language": "en", "is_clean": "1", **form})
    assert answer.headers["location"] == f"/teach?said={said}"
    assert lessons.standing() == []


def test_shows_what_speaks_against_a_lesson(reviewer, lessons):
    lessons.add("example", "faq/growth.number", "en", "Budget of the vaccine project", "ada")
    page = reviewer.get("/teach").text
    assert "stands under another label" in page
    assert "knowledge/texts/en/growth.yml" in page


def test_changes_and_drops_a_lesson(reviewer, browse, lessons):
    id = lessons.add("example", COSTS, "en", "what do jabs cost", "ada")
    reviewer.submit(f"/teach/lessons/{id}/change", what="change", label="greet", text="hello jabs")
    assert [(one.label, one.text) for one in lessons.examples()] == [("greet", "hello jabs")]
    assert browse("viewer").submit(f"/teach/lessons/{id}/change", what="drop").status_code == 403
    reviewer.submit(f"/teach/lessons/{id}/change", what="drop")
    assert lessons.standing() == []
    assert reviewer.submit(f"/teach/lessons/{id}/change", what="drop").status_code == 404


def test_escapes_what_people_wrote(editor, record, lessons):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    record(0, text=hostile, outcome="fallback", entry="")
    lessons.add("example", COSTS, "en", hostile, "ada")
    for address in ("/themes", "/teach", "/teach/diff"):
        page = editor.get(address).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_takes_lessons_out_as_patch_and_as_bundle(editor, reviewer, lessons, console):
    lessons.add("example", COSTS, "en", "what do jabs cost", "ada")
    console.store(SwitchStore).off("growth.number", "ada")
    page = editor.get("/teach/diff").text
    assert "<ins>+    - what do jabs cost</ins>" in page
    assert "<ins>+    switched_off: true</ins>" in page
    assert reviewer.submit("/teach/export", format="patch").status_code == 403
    patch = editor.submit("/teach/export", format="patch")
    assert patch.headers["content-disposition"] == 'attachment; filename="partnerguide-lessons.patch"'
    assert "+    - what do jabs cost\n" in patch.text
    bundle = editor.submit("/teach/export", format="bundle")
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        assert archive.read("changes.patch").decode() == patch.text
    assert lessons.counts()["exported"] == 1
    assert "exported" in editor.get("/teach").text
    assert [action for _, action, _ in actions(console)] == ["export_lessons", "export_lessons"]


def test_marks_what_the_files_hold(editor, lessons):
    lessons.add("example", COSTS, "en", "budget of the vaccine project", "ada")
    assert editor.submit("/teach/import").headers["location"] == "/teach?said=absorbed"
    assert lessons.counts()["absorbed"] == 1


# Training and models


def test_asks_for_one_training_at_a_time_and_shows_its_progress(editor, reviewer, console):
    assert reviewer.submit("/teach/train").status_code == 403
    editor.submit("/teach/train")
    editor.submit("/teach/train")
    jobs = console.store(JobStore)
    (job,) = jobs.list()
    assert (job.kind, job.requested_by) == ("train", "editor")
    jobs.progress(jobs.take(), 0.5, "EntrySelector")
    for address in ("/teach", "/teach/progress"):
        page = editor.get(address).text
        assert 'value="50"' in page
        assert "weighing the evidence" in page
        assert "data-busy" in page
    jobs.fail(jobs.get(job.id), "x")


# A dialogue to be tested


def test_makes_a_test_of_a_dialogue(reviewer, record, console, lessons):
    first = record(3, text="what is it", entry="growth.number")
    last = record(2, text="Jane wants to know what jabs cost", outcome="fallback", entry="")
    record(1, text="said afterwards")
    console.reviews.decide({last: "new"}, "correct", "reviewer", entry="growth.costs")
    page = reviewer.get(f"/inbox/enquiries/{last}/test").text
    assert "what is it" in page
    assert "said afterwards" not in page
    form = {
        f"take_{first}": "1", f"text_{first}": "what is it", f"entry_{first}": "growth.number",
        f"take_{last}": "1", f"text_{last}": "what do jabs cost", f"entry_{last}": "growth.costs",
    }  # fmt: skip
    make = f"/inbox/enquiries/{last}/test/make"
    for wrong, said in (({}, "Confirm that you have read"), ({f"entry_{last}": "no.entry"}, "does not exist")):
        refused = reviewer.submit(make, **{**form, **({"is_clean": "1"} if wrong else {}), **wrong})
        assert (refused.status_code, said in refused.text) == (400, True)
    assert lessons.standing() == []
    assert reviewer.submit(make, **form, is_clean="1").headers["location"] == "/teach?said=tested"
    turns = sorted(lessons.standing(), key=lambda lesson: lesson.details["number"])
    assert [(turn.text, turn.details["expect"]["entry"], turn.enquiry) for turn in turns] == [
        ("what is it", "growth.number", first),
        ("what do jabs cost", "growth.costs", last),
    ]
    assert actions(console)[-1] == ("reviewer", "make_test", turns[0].label)
    assert "what do jabs cost" in reviewer.get("/teach").text
    assert "1 sentence waits to be read" in reviewer.get("/teach").text  # a test teaches nothing
    reviewer.submit(f"/teach/lessons/{turns[0].id}/change", what="drop")
    assert lessons.standing() == []


def test_forgets_a_dialogue_with_its_person(reviewer, record, console, lessons):
    id = record(text="Jane asks")
    form = {f"take_{id}": "1", f"text_{id}": "Jane asks", f"entry_{id}": "growth.number", "is_clean": "1"}
    reviewer.submit(f"/inbox/enquiries/{id}/test/make", **form)
    assert len(lessons.standing()) == 1
    console.enquiries.forget("a1b2c3d4")
    assert lessons.standing() == []


# Two persons


@pytest.fixture
def two_persons(console):
    console.settings = dataclasses.replace(console.settings, review_two_persons=True)
    console._stores.pop(LessonStore, None)
    console._stores.pop(ReviewStore, None)
    return console.store(LessonStore)


def test_asks_a_second_person_before_anything_is_learned(two_persons, reviewer, editor, record, console):
    id = record(text="what do jabs cost", outcome="fallback", entry="")
    decision = {"decision": "correct:growth.costs", "seen": "new", "example": "what do jabs cost", "is_clean": "1"}
    reviewer.submit(f"/inbox/enquiries/{id}/decide", **decision)
    (lesson,) = two_persons.standing()
    assert lesson.state == "proposed"
    assert two_persons.examples() == []
    assert "Nothing would change" in reviewer.get("/teach/diff").text
    own = f"/teach/lessons/{lesson.id}/approve"
    assert "Approve" not in reviewer.get("/teach").text
    assert reviewer.submit(own).headers["location"] == "/teach?said=own"
    assert "Proposed by reviewer" in editor.get("/teach").text
    assert editor.submit(own).headers["location"] == "/teach?said=approved"
    assert [example.text for example in two_persons.examples()] == ["what do jabs cost"]
    assert actions(console)[-1] == ("editor", "approve_lesson", lesson.id)
    assert editor.submit(own).status_code == 404
    editor.submit(
        f"/teach/lessons/{lesson.id}/change", what="change", text="what does a jab cost", label="growth.costs"
    )
    assert (two_persons.get(lesson.id).state, two_persons.get(lesson.id).author) == ("proposed", "editor")


def test_has_a_draft_approved_with_its_questions_by_another_editor(two_persons, reviewer, editor, admin):
    stub = two_persons.add("stub", "travel.visas", "", "", "editor", details={"titles": {"en": "Visas"}})
    two_persons.add("question", "faq/travel.visas", "en", "who gives visas", "editor")
    assert reviewer.submit(f"/teach/lessons/{stub}/approve").status_code == 403
    assert "Nothing would change" in editor.get("/teach/diff").text
    admin.submit(f"/teach/lessons/{stub}/approve")
    assert {lesson.state for lesson in two_persons.standing()} == {"confirmed"}
    assert "knowledge/drafts/travel.visas.yml" in editor.get("/teach/diff").text


def test_needs_no_second_person_unless_told(reviewer, lessons):
    form = {"label": "growth.costs", "language": "en", "text": "jabs for free", "is_clean": "1"}
    reviewer.submit("/teach/lessons/add", **form)
    assert [lesson.state for lesson in lessons.standing()] == ["confirmed"]


@pytest.mark.parametrize("address", ["/themes", "/teach", "/teach/diff", "/teach/models"])
def test_speaks_chinese(editor, address, unanswered):
    page = editor.get(address, headers={"accept-language": "zh-CN"}).text
    assert '<html lang="zh">' in page
    assert re.search(r"<h1>[^a-zA-Z]+</h1>", page)


def test_works_on_an_empty_database(editor):
    for address in ("/themes", "/teach", "/teach/diff", "/teach/models", "/teach/progress"):
        assert editor.get(address).status_code == 200, address
