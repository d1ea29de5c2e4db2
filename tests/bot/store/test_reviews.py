from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import StoreError
from bot.store.contacts import ContactStore
from bot.store.lessons import LessonStore
from bot.store.reviews import REVIEW_STATES, ReviewStore
from bot.store.threads import ThreadStore

SECRET = "of the tests, long enough"


def state(log, id):
    return log.get(id).review_state


def test_leaves_an_enquiry_in_the_state_of_the_decision(reviews, recorded, log):
    for number, kind in enumerate(("confirm", "correct", "new_entry", "out_of_scope", "skip")):
        ids = recorded(number + 1)
        decided = reviews.decide({ids[-1]: "new"}, kind, "anna", entry="growth.number" if kind == "correct" else "")
        assert decided.done == (ids[-1],)
        assert state(log, ids[-1]) == REVIEW_STATES[number + 1]


def test_confirms_the_entry_that_was_shown(reviews, recorded):
    [id] = recorded()
    reviews.decide({id: "new"}, "confirm", "anna")
    assert [(d.entry, d.language) for d in reviews.of(id)] == [("due_diligence.world_check", "zh")]


def test_refuses_a_correction_without_an_entry(reviews, recorded):
    [id] = recorded()
    with pytest.raises(ValueError, match="no such decision"):
        reviews.decide({id: "new"}, "correct", "anna")


def test_corrects_to_an_intent_that_is_no_entry(reviews, recorded, log, ready_url):
    [id] = recorded()
    reviews.decide({id: "new"}, "correct", "anna", intent="greet", example="您好")
    assert state(log, id) == "corrected"
    assert reviews.labels([id]) == {id: "greet"}
    with LessonStore(ready_url) as lessons:
        assert [(one.label, one.text) for one in lessons.standing() if one.enquiry == id] == [("greet", "您好")]


@pytest.mark.parametrize(
    ("kind", "named"),
    [("correct", {"entry": "growth.number", "intent": "greet"}), ("confirm", {"intent": "greet"}), ("correct", {})],
)
def test_refuses_what_names_no_one_thing(reviews, recorded, kind, named):
    [id] = recorded()
    with pytest.raises(ValueError, match="no such decision"):
        reviews.decide({id: "new"}, kind, "anna", **named)


def test_rejects_an_entry_that_came_close_and_takes_it_back(reviews, recorded, log):
    [id] = recorded()
    rejected = reviews.reject(id, "new", "growth.number", "anna")
    assert (rejected.done, state(log, id), reviews.labels([id])) == ((id,), "new", {})
    assert reviews.undo(rejected.batch, "anna") == (id,)
    assert reviews.undo(rejected.batch, "anna") == ()
    assert reviews.of(id)[0].undone_by == "anna"


def test_tells_whoever_rejects_too_late(reviews, recorded):
    [id] = recorded()
    reviews.decide({id: "new"}, "confirm", "li")
    late = reviews.reject(id, "new", "growth.number", "anna")
    assert (late.done, late.taken[id].reviewer) == ((), "li")
    assert dict(reviews.reject("gone", "new", "growth.number", "anna").taken) == {"gone": None}


def test_tells_the_second_reviewer_who_was_first(reviews, recorded, log):
    [id] = recorded()
    reviews.decide({id: "new"}, "confirm", "anna")
    late = reviews.decide({id: "new"}, "out_of_scope", "li")
    assert late.done == ()
    assert (late.taken[id].reviewer, late.taken[id].kind) == ("anna", "confirm")
    assert state(log, id) == "confirmed"


def test_lets_one_of_many_at_once_decide(reviews, recorded):
    [id] = recorded()
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda n: reviews.decide({id: "new"}, "confirm", f"r{n}"), range(6)))
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 0, 0, 0, 0, 1]
    assert len(reviews.of(id)) == 1


def test_lets_somebody_who_has_seen_a_decision_make_another(reviews, recorded, log):
    [id] = recorded()
    reviews.decide({id: "new"}, "skip", "anna")
    assert reviews.decide({id: "skipped"}, "confirm", "li").done == (id,)
    assert state(log, id) == "confirmed"


def test_says_that_an_enquiry_is_gone(reviews):
    assert dict(reviews.decide({"gone": "new"}, "confirm", "anna").taken) == {"gone": None}


def test_takes_a_whole_step_back(reviews, recorded, log):
    ids = recorded(3)
    decided = reviews.decide(dict.fromkeys(ids, "new"), "out_of_scope", "anna")
    assert set(reviews.undo(decided.batch, "anna")) == set(ids)
    assert {state(log, id) for id in ids} == {"new"}
    assert reviews.undo(decided.batch, "anna") == ()
    assert all(row.undone_by == "anna" for row in reviews.batch(decided.batch))


def test_takes_nothing_back_that_was_decided_anew(reviews, recorded, log):
    ids = recorded(2)
    first = reviews.decide(dict.fromkeys(ids, "new"), "skip", "anna")
    reviews.decide({ids[0]: "skipped"}, "confirm", "li")
    assert reviews.undo(first.batch, "anna") == (ids[1],)
    assert [state(log, id) for id in ids] == ["confirmed", "new"]


def test_assigns_and_takes_it_back(reviews, recorded, log):
    ids = recorded(2)
    reviews.assign(ids[:1], "li", "anna")
    second = reviews.assign(ids, "joseph", "anna")
    assert {log.get(id).assignee for id in ids} == {"joseph"}
    reviews.undo(second.batch, "anna")
    assert [log.get(id).assignee for id in ids] == ["li", ""]


def test_hands_training_the_sentences_of_standing_decisions(reviews, recorded):
    ids = recorded(3)
    reviews.decide({ids[0]: "new"}, "correct", "anna", entry="growth.number", example=" how many? ")
    undone = reviews.decide({ids[1]: "new"}, "confirm", "anna", example="taken back")
    reviews.undo(undone.batch, "anna")
    reviews.decide({ids[2]: "new"}, "confirm", "anna")
    assert [(row.entry, row.example) for row in reviews.examples()] == [("growth.number", "how many?")]


def test_lets_decisions_go_with_their_enquiry(reviews, recorded, log):
    [id] = recorded()
    reviews.decide({id: "new"}, "confirm", "anna", example="a sentence")
    assert log.forget("a1b2c3") == 1
    assert reviews.of(id) == []
    assert reviews.examples() == []


def test_blanks_words_in_the_whole_conversation(reviews, recorded, log):
    one, other = recorded(2, text="I am Jane Doe of Acme", shown="Dear Jane Doe", feedback="Jane Doe says no")
    reviews.decide({one: "new"}, "confirm", "anna", example="Jane Doe asks")
    assert reviews.redact(one, ["Jane Doe", "", "Doe"], "[…]") == 2
    rows = [log.get(one), log.get(other)]
    assert [(row.text, row.shown, row.feedback) for row in rows] == [
        ("I am […] of Acme", "Dear […]", "[…] says no")
    ] * 2
    assert reviews.of(one)[0].example == "[…] asks"


def test_blanks_words_in_any_case(reviews, recorded, log):
    [id] = recorded(text="i am JANE doe")
    assert reviews.redact(id, ["Jane Doe"], "[…]") == 1
    assert log.get(id).text == "i am […]"


def test_blanks_words_in_the_request_that_was_made_of_it(reviews, recorded, ready_url):
    one, other = recorded(2, text="I am Jane Doe")
    with ContactStore(ready_url, SECRET) as contacts, ThreadStore(ready_url, SECRET) as threads:
        linked = contacts.draft("a1b2c3", "en", "Jane Doe asks", enquiry=other)
        contacts.consent(linked.reference, "a1b2c3", "jane.doe@example.org")
        threads.add(linked.reference, "answer", "", "Yours, Jane Doe")
        unlinked = contacts.draft("d4e5f6", "en", "Jane Doe too")
        assert reviews.redact(one, ["Jane Doe"], "[…]", SECRET) == 4
        found = contacts.get(linked.reference)
        assert (found.question, found.address) == ("[…] asks", "jane.doe@example.org")
        assert [part.text for part in threads.of(linked.reference)] == ["Yours, […]"]
        assert contacts.get(unlinked.reference).question == "Jane Doe too"


def test_blanks_nothing_where_a_request_cannot_be_read(reviews, recorded, log, ready_url):
    [id] = recorded(text="I am Jane Doe")
    with ContactStore(ready_url, SECRET) as contacts:
        contacts.draft("a1b2c3", "en", "Jane Doe asks", enquiry=id)
    with pytest.raises(StoreError, match="PARTNERGUIDE_SECRET"):
        reviews.redact(id, ["Jane Doe"], "[…]", "another secret, long enough")
    assert log.get(id).text == "I am Jane Doe"


def test_leaves_blanked_words_in_no_file(sqlite_url, open_store, make_row, tmp_path):
    log, row = open_store(sqlite_url), make_row(text="I am Jane Doe of Acme")
    log.record(row)
    with ReviewStore(sqlite_url) as reviews:
        assert reviews.redact(row.id, ["Jane Doe"], "[…]") == 1
        assert not [path for path in tmp_path.glob("guide.db*") if b"Jane Doe" in path.read_bytes()]


def test_counts_what_waits_without_small_talk_and_measurements(reviews, log, make_row):
    rows = [{}, {"outcome": "smalltalk"}, {"channel": "jsonl"}, {"review_state": "skipped"}]
    for number, values in enumerate(rows):
        log.record(make_row(number, **values))
    counts = reviews.counts()
    assert (counts["new"], counts["skipped"], counts["confirmed"]) == (1, 1, 0)
