from __future__ import annotations

import re

import pytest

from bot.dialogue.training import intents_of
from bot.review.filtering import read_queue
from bot.store.lessons import LessonStore
from bot.store.queue import QueueStore
from tests.bot.review.conftest import actions


def state(console, id):
    return console.store(QueueStore).get(id).review_state


def test_works_without_any_enquiry(admin):
    assert "Nothing waits here" in admin.get("/inbox").text


def test_shows_what_waits_with_its_count(admin, record):
    record(0)
    record(1, review_state="confirmed")
    record(2, outcome="smalltalk")
    page = admin.get("/inbox").text
    assert re.findall(r">(question \d)</a>", page) == ["question 0"]
    assert '<span class="badge" title="waiting">1' in page


def test_keeps_filters_in_the_address(admin, record):
    record(0, language="zh", text="谁来做尽职调查？")
    record(1)
    page = admin.get("/inbox?language=zh&text=尽职&state=any").text
    assert re.findall(r'class="asked"[^>]*>([^<]+)</a>', page) == ["谁来做尽职调查？"]
    assert "language=zh&amp;text=%E5%B0%BD%E8%81%8C&amp;state=any" in page


def test_says_how_many_enquiries_a_filter_finds(admin, record):
    for number in range(60):
        record(number, text="is it dear" if number < 55 else "who asks")
    for text, count in (("dear", 55), ("who", 5), ("nowhere", 0)):
        page = admin.get(f"/inbox?text={text}").text
        assert f'<span class="dim">{count} enquiries</span>' in page


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ({}, ""),
        ({"state": "new", "order": "newest"}, ""),
        (
            {
                "state": "nonsense",
                "from": "-3",
                "to": "abc",
                "since": "yesterday",
                "until": "9999-12-31",
                "topic": "a b",
            },
            "",
        ),
        ({"to": "40", "from": "20", "language": "zh"}, "language=zh&from=20&to=40"),
        ({"until": "2026-03-01", "state": "any"}, "until=2026-03-01&state=any"),
    ],
)
def test_writes_filters_in_one_way(query, canonical):
    assert read_queue(query).query == canonical


def test_includes_the_last_day_of_a_range():
    wanted = read_queue({"since": "2026-03-01", "until": "2026-03-01"}).wanted
    assert (wanted.until - wanted.since).days == 1


def test_shows_one_enquiry_with_its_dialogue_and_notes_that_it_was_read(reviewer, record, console):
    record(2, text="before", outcome="smalltalk")
    id = record(1, runner_up="duties.precaution", runner_up_confidence=0.25)
    record(0, text="after")
    record(3, conversation="c2", text="somebody else")
    page = reviewer.get(f"/inbox/enquiries/{id}").text
    for shown in ("before", "after", "answer 1", "A/76/319", "50%", "Principle 7", "year: 2021", "a1b2c3d4", "40 ms"):
        assert shown in page, shown
    assert "somebody else" not in page
    assert actions(console)[-1] == ("reviewer", "read_dialogue", id)
    assert "question" not in str(actions(console))


def test_decides_and_goes_on_to_the_next_of_the_queue(reviewer, record, console):
    ids = [record(number, language="zh") for number in range(3)]
    record(9)
    response = reviewer.submit(
        f"/inbox/enquiries/{ids[0]}/decide", decision="confirm", seen="new", queue__language="zh"
    )
    assert response.headers["location"].startswith(f"/inbox/enquiries/{ids[1]}?language=zh&done=")
    assert "1 confirmed." in reviewer.get(response.headers["location"]).text
    assert state(console, ids[0]) == "confirmed"
    assert ("reviewer", "confirm", ids[0]) in actions(console)
    for id in ids[1:]:
        last = reviewer.submit(f"/inbox/enquiries/{id}/decide", decision="skip", seen="new", queue__language="zh")
    assert last.headers["location"].startswith("/inbox?language=zh&done=")


def test_corrects_to_an_entry_found_by_search(reviewer, record, console):
    id = record(text="is it dear")
    page = reviewer.get(f"/inbox/enquiries/{id}?find=vaccines budget").text
    assert "correct:growth.costs" in page
    reviewer.submit(
        f"/inbox/enquiries/{id}/decide", decision="correct:growth.costs", seen="new", example="is it dear", is_clean="1"
    )
    [decision] = console.reviews.of(id)
    assert (decision.kind, decision.entry, decision.example) == ("correct", "growth.costs", "is it dear")


@pytest.mark.parametrize(
    "decision", ["correct:no.entry", "correct", "confirm:growth.costs", "delete", "", "intent", "assign"]
)
def test_refuses_what_is_no_decision(reviewer, record, decision):
    id = record()
    assert reviewer.submit(f"/inbox/enquiries/{id}/decide", decision=decision, seen="new").status_code == 400


@pytest.mark.parametrize("intent", ["show_entry", "out_of_scope", "growth.costs", "no_intent"])
def test_refuses_an_intent_that_people_do_not_say(reviewer, record, intent):
    id = record()
    form = {"decision": "intent", "intent": intent, "seen": "new"}
    assert reviewer.submit(f"/inbox/enquiries/{id}/decide", **form).status_code == 400


@pytest.mark.parametrize(("code", "called"), [("en", "Greeting"), ("zh", "问候")])
def test_corrects_to_an_intent_that_is_no_entry(reviewer, record, console, code, called):
    id = record(text="ahoy there")
    reviewer.cookies.set("partnerguide_language", code)
    assert f'<option value="greet">{called}</option>' in reviewer.get(f"/inbox/enquiries/{id}").text
    form = {"decision": "intent", "intent": "greet", "seen": "new", "example": "ahoy there", "is_clean": "1"}
    reviewer.submit(f"/inbox/enquiries/{id}/decide", **form)
    assert (state(console, id), console.reviews.labels([id])) == ("corrected", {id: "greet"})
    assert called in reviewer.get(f"/inbox/enquiries/{id}").text.split('class="plain history"')[1]
    # What training is handed; of intents it leaves out those that are not among these.
    assert [(one.label, one.text) for one in console.store(LessonStore).examples()] == [("greet", "ahoy there")]
    assert "greet" in intents_of(console.settings.nlu_data)


def test_gives_training_no_sentence_that_was_not_read(reviewer, record, console):
    id = record()
    reviewer.submit(f"/inbox/enquiries/{id}/decide", decision="confirm", seen="new", example="call Jane Doe")
    assert console.reviews.of(id)[0].example == ""


def test_tells_the_second_reviewer(browse, reviewer, record, console):
    id = record()
    browse("editor").submit(f"/inbox/enquiries/{id}/decide", decision="out_of_scope", seen="new")
    response = reviewer.submit(f"/inbox/enquiries/{id}/decide", decision="confirm", seen="new")
    page = reviewer.get(response.headers["location"]).text
    assert "editor has decided this in the meantime (out of scope" in page
    assert state(console, id) == "out_of_scope"


def test_takes_back_ones_own_decision_and_others_as_an_editor(browse, reviewer, record, console):
    id = record()
    for undoing, expected in (("reviewer", 303), ("editor", 303)):
        reviewer.submit(f"/inbox/enquiries/{id}/decide", decision="confirm", seen="new")
        batch = console.reviews.of(id)[0].batch
        assert browse(undoing).submit("/inbox/undo", batch=batch, back="//evil").status_code == expected
        assert state(console, id) == "new"
    browse("editor").submit(f"/inbox/enquiries/{id}/decide", decision="confirm", seen="new")
    assert reviewer.submit("/inbox/undo", batch=console.reviews.of(id)[0].batch).status_code == 403


def test_decides_many_at_once_and_leaves_what_others_decided(reviewer, record, console):
    ids = [record(number) for number in range(3)]
    console.reviews.decide({ids[2]: "new"}, "confirm", "editor")
    seen = {f"seen:{id}": "new" for id in ids}
    response = reviewer.submit("/inbox/decide", id=ids, decision="out_of_scope", **seen)
    page = reviewer.get(response.headers["location"]).text
    assert "2 marked as out of scope." in page
    assert "Somebody else had decided one of them" in page
    assert [state(console, id) for id in ids] == ["out_of_scope", "out_of_scope", "confirmed"]


def test_says_that_nothing_was_ticked(reviewer, record):
    record()
    response = reviewer.submit("/inbox/decide", decision="confirm")
    assert "Nothing was ticked" in reviewer.get(response.headers["location"]).text


def test_assigns_one_and_many(reviewer, record, console):
    ids = [record(number) for number in range(2)]
    reviewer.submit("/inbox/decide", id=ids, decision="assign", assign_to="editor")
    reviewer.submit(f"/inbox/enquiries/{ids[0]}/assign", assign_to="reviewer")
    assert "1 enquiry" in reviewer.get("/inbox?assignee=editor").text
    reviewer.submit(f"/inbox/enquiries/{ids[0]}/assign", assign_to="viewer")  # may not decide, so nobody
    assert console.store(QueueStore).get(ids[0]).assignee == ""


def test_blanks_words_for_good(reviewer, record, console):
    id = record(text="I am Jane Doe")
    reviewer.submit(f"/inbox/enquiries/{id}/redact", words="Jane Doe\nnobody")
    assert console.store(QueueStore).get(id).text == "I am […]"
    assert ("reviewer", "redact", id) in actions(console)
    assert "Jane" not in str(actions(console))


def test_blanks_words_in_the_request_made_of_an_enquiry(reviewer, record, console):
    id = record(text="I am Jane Doe")
    contact = console.contacts.draft("a1b2c3d4", "en", "I am Jane Doe, call me", enquiry=id)
    reviewer.submit(f"/inbox/enquiries/{id}/redact", words="jane doe")
    assert console.contacts.get(contact.reference).question == "I am […], call me"


def test_keeps_filters_under_a_name(reviewer, console):
    reviewer.submit("/inbox/filters/keep", filter_name="Chinese", queue__language="zh", queue__state="any")
    assert 'href="/inbox?language=zh&amp;state=any">Chinese</a>' in reviewer.get("/inbox").text
    reviewer.submit("/inbox/filters/drop", id=console.filters.of("reviewer")[0].id)
    assert "Chinese</a>" not in reviewer.get("/inbox").text


def test_shows_decisions_to_reviewers_only(browse, record):
    id = record()
    page = browse("viewer").get(f"/inbox/enquiries/{id}").text
    assert "question 0" in page
    assert 'name="decision"' not in page


def test_shows_more_of_a_long_dialogue(reviewer, record):
    ids = [record(number, text=f"turn {number}.") for number in range(40)]
    page = reviewer.get(f"/inbox/enquiries/{ids[20]}?language=en").text
    assert ("turn 5." in page, "turn 4." in page, "turn 36." in page) == (True, False, False)
    more = re.findall(r'href="([^"]+#dialogue)">Show more (before|after)</a>', page)
    assert [where for _, where in more] == ["before", "after"]
    assert more[0][0] == f"/inbox/enquiries/{ids[20]}?language=en&amp;turns=65#dialogue"
    whole = reviewer.get(more[0][0].replace("&amp;", "&")).text
    assert all(f"turn {number}." in whole for number in range(40))
    assert "#dialogue" not in whole
    assert reviewer.get(f"/inbox/enquiries/{ids[20]}?turns=x").status_code == 200


def test_narrows_by_intent_and_by_close_calls(admin, record):
    record(0, intent="greet", text="hey")
    record(1, runner_up="growth.costs", runner_up_confidence=0.45, text="close one")
    asked = r'class="asked"[^>]*>([^<]+)</a>'
    assert re.findall(asked, admin.get("/inbox?intent=greet").text) == ["hey"]
    assert re.findall(asked, admin.get("/inbox?close=yes").text) == ["close one"]
    assert read_queue({"intent": "faq/a.b", "close": "yes"}).query == "intent=faq%2Fa.b&close=yes"
    assert read_queue({"intent": "a b", "close": "no"}).query == ""


def test_says_that_an_enquiry_is_gone(admin):
    assert admin.get("/inbox/enquiries/gone").status_code == 404


def test_notes_something_for_the_other_reviewers(reviewer, browse, record, console):
    id = record()
    assert "knows Nairobi" not in browse("viewer").get(f"/inbox/enquiries/{id}").text
    reviewer.submit(f"/inbox/enquiries/{id}/note", note="knows Nairobi, ask Li")
    assert "knows Nairobi, ask Li" in browse("viewer").get(f"/inbox/enquiries/{id}").text
    assert browse("viewer").submit(f"/inbox/enquiries/{id}/note", note="x").status_code == 403
    assert ("reviewer", "note_enquiry", id) in actions(console)
    # A note is no decision: it changes nothing, teaches nothing and cannot be taken for one.
    assert console.reviews.counts()["new"] == 1
    assert console.reviews.examples() == []
    console.reviews.decide({id: "new"}, "confirm", "reviewer")
    console.reviews.undo(console.reviews.of(id)[0].batch, "reviewer")
    assert console.reviews.counts()["new"] == 1
    reviewer.submit(f"/inbox/enquiries/{id}/redact", words="Li")
    assert "ask […]" in reviewer.get(f"/inbox/enquiries/{id}").text
