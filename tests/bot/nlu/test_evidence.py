from __future__ import annotations

import json

import numpy as np
import pytest

from bot.nlu.evidence import FEATURES, MEANING, SHARED, Evidence, Profile, entry_documents, profiles

LABELS = ["faq/duties.invitation", "faq/duties.precaution", "faq/growth.costs", "greet", "out_of_scope"]


@pytest.fixture(scope="module")
def about(small, recogniser):
    return profiles(LABELS, small, recogniser)


@pytest.fixture(scope="module")
def evidence(small, about):
    questions = [
        (i, question)
        for i, label in enumerate(LABELS[:3])
        for text in small.entries[label.removeprefix("faq/")].texts.values()
        for question in text.questions
    ]
    others = [(3, "hello"), (4, "who won the match")]
    return Evidence.of(LABELS, about, [*questions, *others], entry_documents(LABELS, small))


def _features(evidence, text, entities=()):
    zeros = np.zeros(len(LABELS), dtype=np.float32)
    return dict(zip(FEATURES, evidence.features(text, list(entities), zeros).T.tolist(), strict=True))


def test_knows_what_an_entry_is_about(about):
    costs = about[2]
    assert costs.tags == {("organisation", "who")}
    assert costs.places == {("A/76/319", "21"), ("A/76/319", "annex"), ("A/RES/64/223", "9")}
    assert costs.decisive == "A/76/319 21"


def test_finds_what_the_words_of_an_entry_mention(about):
    assert ("principle", "7") in about[1].mentions
    assert ("area", "environment") in about[1].mentions


def test_knows_nothing_about_other_intents(about):
    assert about[3] == Profile(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize("number", range(4))
def test_keeps_a_profile_as_plain_data(about, number):
    assert Profile.from_list(json.loads(json.dumps(about[number].to_list()))) == about[number]


def test_gives_one_row_per_label(evidence):
    nearest = np.asarray([0.1, 0.2, 0.3, 0.4, 0.0], dtype=np.float32)
    matrix = evidence.features("vaccine", [], nearest)
    assert matrix.shape == (5, len(FEATURES))
    assert matrix[:, FEATURES.index("nearest_example")].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0])


@pytest.mark.parametrize("column", ["questions", "answers", "everything"])
def test_searches_in_questions_answers_and_both(evidence, column):
    values = _features(evidence, "vaccine budget")[column]
    assert values.index(max(values)) == 2
    assert max(values) > 0


def test_tells_entries_from_other_intents(evidence):
    assert _features(evidence, "x")["entry"] == [1, 1, 1, 0, 0]
    assert _features(evidence, "x")["decline"] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("entities", "column", "expected"),
    [
        ([("term", "growth.costs")], "names_it", [0, 0, 1, 0, 0]),
        ([("term", "gone.away")], "names_it", [0, 0, 0, 0, 0]),
        ([("principle", "7")], "tagged", [0, 1, 0, 0, 0]),
        ([("principle", "7")], "mentioned", [0, 0, 0, 0, 0]),
        ([("principle", "7")], "missing", [1, 0, 1, 0, 0]),
        ([("principle", "7"), ("organisation", "who")], "missing", [2, 1, 1, 0, 0]),
        ([("principle", "7"), ("principle", "7")], "tagged", [0, 1, 0, 0, 0]),
        ([("country", "KE")], "missing", [1, 1, 1, 0, 0]),
        ([("document", "A/RES/64/223")], "document", [1, 0, 1, 0, 0]),
        ([("document", "A/RES/64/223")], "other_document", [0, 1, 0, 0, 0]),
        ([], "other_document", [0, 0, 0, 0, 0]),
        ([("paragraph", "9"), ("document", "A/RES/64/223")], "place", [1, 0, 1, 0, 0]),
        ([("paragraph", "9"), ("document", "A/76/319")], "place", [0, 0, 0, 0, 0]),
        ([("paragraph", "annex")], "place", [0, 0, 1, 0, 0]),
        ([("document", "A/RES/64/223")], "place", [0, 0, 0, 0, 0]),
        ([("paragraph", "99")], "place", [0, 0, 0, 0, 0]),
    ],
)
def test_weighs_what_a_message_names(evidence, entities, column, expected):
    assert _features(evidence, "x", entities)[column] == expected


def test_lets_unknown_words_speak_for_declining(evidence):
    assert _features(evidence, "zebra")["unknown_words"] == [0, 0, 0, 0, 1]
    assert _features(evidence, "vaccine")["unknown_words"][4] < 1


@pytest.mark.parametrize("kind", [SHARED, MEANING])
def test_takes_up_the_meaning_of_a_message(evidence, kind):
    zeros = np.zeros(len(LABELS), dtype=np.float32)
    plain = evidence.features("x", [], zeros)
    nearest = np.asarray([0.1, 0.2, 0.7, 0.0, 0.8], dtype=np.float32)
    full = evidence.add_vectors(plain, kind, nearest, nearest / 2)
    columns = dict(zip(FEATURES, full.T.tolist(), strict=True))
    assert columns[f"nearest_{kind}"] == pytest.approx(nearest.tolist())
    assert columns[f"middle_{kind}"] == pytest.approx((nearest / 2).tolist())
    assert columns[f"nearest_{kind}_share"] == pytest.approx((nearest / 0.8).tolist())
    assert columns[f"middle_{kind}_share"] == pytest.approx((nearest / 0.8).tolist())
    assert columns["unlike_anything"] == pytest.approx([0, 0, 0, 0, 0.3 if kind == SHARED else 0], abs=1e-6)
    assert not plain[:, FEATURES.index(f"nearest_{kind}")].any()


def test_says_how_far_a_label_is_ahead(evidence):
    nearest = np.asarray([0.1, 0.2, 0.4, 0.05, 0.0], dtype=np.float32)
    columns = dict(zip(FEATURES, evidence.features("vaccine", [], nearest).T.tolist(), strict=True))
    assert columns["nearest_example_share"] == pytest.approx([0.25, 0.5, 1, 0.125, 0])
    assert columns["nearest_shared_share"] == [0] * 5
    assert max(columns["questions_share"]) == pytest.approx(1)


def test_says_how_much_of_a_message_it_knows(evidence):
    assert evidence.coverage("vaccine budget") == (1.0, pytest.approx(1.0, abs=0.6))
    assert evidence.coverage("zebra") == (0.0, 0.0)


def test_groups_entries_that_rest_on_the_same_place(small):
    place = frozenset({("A/1", "1")})
    nothing = frozenset()
    about = [
        Profile(nothing, nothing, place, "A/1 1"),
        Profile(nothing, nothing, place, "A/1 2"),
        Profile(nothing, nothing, place, "A/1 1"),
        Profile(nothing, nothing, nothing),
        Profile(nothing, nothing, nothing),
    ]
    labels = ["faq/a.a", "faq/a.b", "faq/a.c", "greet", "thank"]
    groups = Evidence.of(labels, about, [(0, "one"), (4, "two")], [(0, "three")]).groups
    assert groups.tolist() == [0, 1, 0, 2, 3]


def test_gathers_the_documents_of_entries_alone(small):
    documents = entry_documents([*LABELS, "faq/gone.away"], small)
    assert [number for number, _ in documents] == [0, 0, 1, 1, 2, 2]
