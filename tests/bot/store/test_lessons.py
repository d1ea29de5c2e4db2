from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from bot.store import lessons
from bot.store.blanking import searched
from bot.store.lessons import Example, LessonStore, digest, present_digest, sentence
from bot.store.reviews import ReviewStore

LABEL = "faq/growth.costs"
NOW = datetime(2026, 11, 20, tzinfo=timezone.utc)


@pytest.fixture
def store(url):
    with LessonStore(url) as opened:
        yield opened


@pytest.fixture
def log(url, open_store, store):
    store.counts()  # makes the tables
    return open_store(url)


def test_teaches_what_was_confirmed(store):
    store.add("example", LABEL, "en", " what does\nit cost? ", "ada")
    store.add("example", "greet", "zh", "您好", "ada")
    assert store.examples() == [Example(LABEL, "en", "what does it cost?"), Example("greet", "zh", "您好")]


def test_teaches_the_same_sentence_once(store):
    store.add("example", LABEL, "en", "what does it cost?", "ada")
    store.add("example", LABEL, "en", "what does it cost?", "bob")
    assert len(store.examples()) == 1


@pytest.mark.parametrize(
    ("kind", "label", "text"), [("song", LABEL, "x"), ("example", "", "x"), ("example", LABEL, " \n")]
)
def test_refuses_what_is_no_lesson(store, kind, label, text):
    with pytest.raises(ValueError, match="no lesson"):
        store.add(kind, label, "en", text, "ada")


def test_keeps_the_questions_of_an_unwritten_entry_from_training(store):
    store.add("stub", "growth.jobs", "", "", "ada", details={"titles": {"en": "Jobs", "zh": "就业"}})
    store.add("question", "faq/growth.jobs", "en", "how many jobs", "ada")
    assert store.examples() == []
    assert store.begin_to_learn("growth.jobs") == 1
    assert store.examples() == [Example("faq/growth.jobs", "en", "how many jobs")]


def test_drops_a_stub_with_its_questions(store):
    stub = store.add("stub", "growth.jobs", "", "", "ada")
    store.add("question", "faq/growth.jobs", "en", "how many jobs", "ada")
    other = store.add("question", "faq/growth.pay", "en", "how much pay", "ada")
    assert store.drop(stub)
    assert [lesson.id for lesson in store.standing()] == [other]


def test_moves_on_until_the_checkout_holds_it(store):
    id = store.add("example", LABEL, "en", "what does it cost?", "ada")
    assert store.mark([id], "exported") == 1
    assert len(store.examples()) == 1  # it is learned until the files hold it
    assert store.mark([id], "absorbed") == 1
    assert store.examples() == []
    assert store.standing() == []
    assert store.mark([id], "exported") == 0
    assert store.counts() == {"proposed": 0, "confirmed": 0, "exported": 0, "absorbed": 1}


def test_changes_what_is_not_exported(store):
    id = store.add("example", LABEL, "en", "what does it cost?", "ada")
    assert store.change(id, "greet", "hello there")
    assert store.examples() == [Example("greet", "en", "hello there")]
    store.mark([id], "exported")
    assert not store.change(id, LABEL, "x")


# Forgetting


def test_forgets_the_words_of_a_person_and_keeps_what_a_reviewer_wrote(store, log, make_row):
    row = make_row(text="what does the vaccine of Jane cost?")
    log.record(row)
    for text in (row.text, "What does the vaccine of Jane cost", "what does the vaccine cost?", "price of a dose"):
        store.add("example", LABEL, "en", text, "ada", enquiry=row.id)
    assert log.forget(row.pseudonym) == 1
    (left,) = store.standing()
    assert (left.text, left.enquiry, left.is_rewritten) == ("price of a dose", "", True)


def test_forgets_by_what_a_lesson_says_after_its_change(store, log, make_row):
    row = make_row(text="what does the vaccine of Jane cost?")
    log.record(row)
    near, far = (
        store.add("example", LABEL, "en", text, "ada", enquiry=row.id) for text in ("price of a dose", row.text)
    )
    store.change(near, LABEL, "what does the vaccine cost")
    store.change(far, LABEL, "how much is a jab")
    log.forget(row.pseudonym)
    assert [lesson.text for lesson in store.standing()] == ["how much is a jab"]


def test_forgets_with_age_alike(store, log, make_row):
    row = make_row()
    log.record(row)
    store.add("example", LABEL, "zh", row.text, "ada", enquiry=row.id)
    assert log.purge(1, NOW) == 1
    assert store.standing() == []


def test_keeps_what_was_exported_already(store, log, make_row):
    row = make_row()
    log.record(row)
    id = store.add("example", LABEL, "zh", row.text, "ada", enquiry=row.id)
    store.mark([id], "exported")
    log.forget(row.pseudonym)
    (left,) = store.standing()
    assert (left.text, left.enquiry, left.decision) == (row.text, "", None)


def test_blanks_words_in_what_is_tied_to_an_enquiry(store, log, make_row):
    row = make_row(text="the vaccine of Jane Roe")
    log.record(row)
    store.add("example", LABEL, "en", row.text, "ada", enquiry=row.id)
    store.add("example", LABEL, "en", "Jane Roe herself", "ada")
    with store._connection() as connection:
        lessons.blank(connection, row.id, searched(["Jane Roe"]), "[…]")
    assert sorted(lesson.text for lesson in store.standing()) == ["Jane Roe herself", "the vaccine of […]"]


def test_leaves_nothing_in_a_file_of_what_was_changed_or_dropped(sqlite_url, tmp_path):
    with LessonStore(sqlite_url) as store:
        changed, dropped = (store.add("example", LABEL, "en", f"Jane Roe {n}", "ada") for n in range(2))
        assert store.change(changed, LABEL, "a company")
        assert store.drop(dropped)
        assert not [path for path in tmp_path.glob("guide.db*") if b"Jane Roe" in path.read_bytes()]


# The digest


def test_tells_apart_what_is_taught():
    one, two = Example(LABEL, "en", "a"), Example(LABEL, "en", "b")
    assert digest([]) == ""
    assert len({digest([one]), digest([two]), digest([one, two])}) == 3


def test_reads_the_digest_without_making_a_database(tmp_path):
    settings = SimpleNamespace(database_url=f"sqlite:///{tmp_path / 'guide.db'}")
    assert present_digest(settings) == ""
    assert list(tmp_path.iterdir()) == []


def test_reads_the_digest_of_what_is_there(store, url):
    settings = SimpleNamespace(database_url=url)
    store.add("example", LABEL, "en", "what does it cost?", "ada")
    assert present_digest(settings) == digest(store.examples()) != ""


def test_knows_no_digest_where_the_database_is_away_or_old(tmp_path):
    settings = SimpleNamespace(database_url=f"sqlite:///{tmp_path / 'guide.db'}")
    (tmp_path / "guide.db").write_bytes(b"")
    assert present_digest(settings) is None


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\tb\u2028c\x00", "a b c"),
        ("  两 行\n ", "两 行"),
        ("x" * 600, "x" * 500),
        ("[a](b) [c]{d}", "[a] (b) [c] {d}"),
    ],
)
def test_writes_a_sentence_on_one_line(text, clean):
    assert sentence(text) == clean


# Decisions


@pytest.fixture
def reviews(url):
    with ReviewStore(url) as opened:
        yield opened


def test_teaches_what_a_decision_gives_for_training(store, log, reviews, make_row):
    rows = [make_row(number, text=f"question {number}", language="en") for number in range(4)]
    for row in rows:
        log.record(row)
    reviews.decide({rows[0].id: "new"}, "correct", "ada", entry="growth.costs", example="question 0")
    reviews.decide({rows[1].id: "new"}, "out_of_scope", "ada", example="question one")
    reviews.decide({rows[2].id: "new"}, "confirm", "ada", example="question 2")
    reviews.decide({rows[3].id: "new"}, "confirm", "ada")
    found = {lesson.enquiry: (lesson.label, lesson.text, lesson.is_rewritten) for lesson in store.standing()}
    assert found == {
        rows[0].id: (LABEL, "question 0", False),
        rows[1].id: ("out_of_scope", "question one", True),
        rows[2].id: ("faq/due_diligence.world_check", "question 2", False),
    }


def test_unteaches_what_was_decided_anew_or_taken_back(store, log, reviews, make_row):
    row = make_row(language="en")
    log.record(row)
    reviews.decide({row.id: "new"}, "correct", "ada", entry="growth.costs", example="first")
    second = reviews.decide({row.id: "corrected"}, "correct", "bob", entry="growth.number", example="second")
    assert store.examples() == [Example("faq/growth.number", "en", "second")]
    reviews.undo(second.batch, "bob")
    assert store.examples() == [Example(LABEL, "en", "first")]


def test_blanks_with_the_enquiry(store, log, reviews, make_row):
    row = make_row(text="Jane asks for money", language="en")
    log.record(row)
    reviews.decide({row.id: "new"}, "correct", "ada", entry="growth.costs", example=row.text)
    reviews.redact(row.id, ["Jane"], "[…]")
    assert store.examples() == [Example(LABEL, "en", "[…] asks for money")]
