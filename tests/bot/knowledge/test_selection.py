from __future__ import annotations

import dataclasses

import pytest

from bot.knowledge.context import Context, leans_on_the_last
from bot.knowledge.loader import load
from bot.knowledge.selection import Decision, Question, Thresholds, decide
from tests.bot import small_base

SURE = ("growth.costs", 0.9), ("growth.number", 0.05)
CLOSE = ("growth.costs", 0.5), ("growth.number", 0.4)
LONG = "a message that is long enough to stand on its own without what was said"


def _question(text=LONG, *, ranking=SURE, confidence=0.9, intent="faq", entities=(), rest=None):
    return Question(text, intent, confidence, tuple(ranking), tuple(entities), rest=rest)


def test_answers_what_is_sure(small):
    assert decide(_question(), small) == Decision("answer", ("growth.costs",), 0.9)


def test_names_close_entries_beside_the_answer(small):
    question = _question(ranking=[("growth.costs", 0.5), ("growth.number", 0.4), ("duties.precaution", 0.01)])
    assert decide(question, small).runners_up == ("growth.number",)


@pytest.mark.parametrize(
    ("confidence", "kind"),
    [(0.2, "answer"), (0.199, "choices"), (0.09, "choices"), (0.089, "fallback"), (0.0, "fallback")],
)
def test_decides_by_the_thresholds(small, confidence, kind):
    assert decide(_question(ranking=CLOSE, confidence=confidence), small).kind == kind


def test_takes_the_thresholds_of_the_question(small):
    question = Question(LONG, "faq", 0.5, CLOSE, (), Thresholds(answer=0.6, choices=0.1))
    assert decide(question, small).kind == "choices"


@pytest.mark.parametrize(
    ("second", "confidence", "kind"), [(0.25, 0.1, "answer"), (0.26, 0.1, "choices"), (0.01, 0.05, "fallback")]
)
def test_answers_with_a_clear_lead_where_it_would_ask_back(small, second, confidence, kind):
    question = _question(ranking=[("growth.costs", 0.5), ("growth.number", second)], confidence=confidence)
    assert decide(question, small).kind == kind


def test_answers_with_the_only_entry_where_it_would_ask_back(small):
    assert decide(_question(ranking=[("growth.costs", 0.1)], confidence=0.1), small).kind == "answer"


def test_guesses_nothing_from_words_it_does_not_know(small):
    assert decide(dataclasses.replace(_question("???"), coverage=0.0), small) == Decision("fallback")


def test_offers_only_likely_choices(small):
    ranking = [*CLOSE, ("duties.precaution", 0.01)]
    assert decide(_question(ranking=ranking, confidence=0.1), small).entries == ("growth.costs", "growth.number")


@pytest.mark.parametrize("ranking", [(), [("gone.away", 0.9)]])
def test_declines_without_any_entry(small, ranking):
    assert decide(_question(ranking=ranking), small).kind == "fallback"


def test_passes_over_entries_that_are_gone(small):
    question = _question(ranking=[("gone.away", 0.9), ("growth.number", 0.1)])
    assert decide(question, small).entries == ("growth.number",)


def test_declines_what_is_no_question(small):
    assert decide(_question(intent="out_of_scope"), small).kind == "fallback"


@pytest.mark.parametrize("number", ["0", "11", "99"])
def test_knows_ten_principles(small, number):
    question = _question(entities=[("principle", number)])
    assert decide(question, small) == Decision("no_principle", locator=number)


def test_answers_on_an_existing_principle(small):
    assert decide(_question(entities=[("principle", "10")]), small).kind == "answer"


def test_says_when_it_does_not_hold_a_document(small):
    question = _question(entities=[("document", "A/RES/70/224")])
    assert decide(question, small) == Decision("no_document", source="A/RES/70/224")


def test_answers_on_a_foreign_document_that_an_answer_speaks_of(small):
    question = _question(entities=[("document", "Vaccine")], ranking=[("growth.costs", 0.9)])
    assert decide(question, small).kind == "no_document"
    spoken_of = _question(entities=[("document", "HEALTH AGENCY")], ranking=[("growth.costs", 0.9)])
    assert decide(spoken_of, small).kind == "answer"


def test_answers_on_a_place_named_outright_with_the_narrowest_entry(small):
    question = _question(
        "A/RES/64/223 para 9", ranking=(), intent="out_of_scope", confidence=0.1,
        entities=[("document", "A/RES/64/223"), ("paragraph", "9")],
    )  # fmt: skip
    assert decide(question, small) == Decision("answer", ("duties.invitation",), 0.9, runners_up=("growth.costs",))


def test_lets_the_words_choose_among_the_entries_on_a_place(small):
    question = _question(entities=[("document", "A/RES/64/223"), ("paragraph", "9")])
    assert decide(question, small).entries == ("growth.costs",)


def test_says_when_a_document_has_no_such_place(small):
    question = _question(entities=[("document", "A/RES/64/223"), ("paragraph", "99")])
    assert decide(question, small) == Decision("no_place", source="A/RES/64/223", locator="99")


def test_says_when_no_entry_rests_on_a_place(small):
    question = _question(entities=[("document", "A/RES/64/223"), ("paragraph", "12")])
    assert decide(question, small) == Decision("no_entry_for_place", source="A/RES/64/223", locator="12")


def test_reads_a_place_in_the_document_answered_from_last(small):
    question = _question("and para 10?", ranking=(), confidence=0.0, entities=[("paragraph", "10")])
    assert decide(question, small, Context("duties.invitation")).entries == ("duties.invitation",)
    assert decide(question, small).kind == "fallback"


def test_trusts_a_clear_question_more_than_a_place_without_a_document(small):
    question = _question(entities=[("paragraph", "99")])
    assert decide(question, small, Context("duties.invitation")).kind == "answer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("and in 2007?", True),
        ("那环境方面呢", True),
        ("one two three four five six seven eight " * 2, True),
        ("one two three four five six seven eight " * 2 + "nine", False),
        ("一二三四五六七八九十一二三四" * 2, True),
        ("一二三四五六七八九十一二三四" * 2 + "五", False),
        ("", True),
    ],
)
def test_knows_messages_that_lean_on_the_last(text, expected):
    assert leans_on_the_last(text) is expected


UNDECIDED = ("duties.precaution", 0.22), ("growth.number", 0.2)


def test_weighs_the_other_reading_of_a_short_question_in(small):
    question = _question("and then?", ranking=UNDECIDED, confidence=0.3)
    together = (("growth.number", 0.9), ("growth.costs", 0.05))
    assert decide(question, small).entries == ("duties.precaution",)
    taken = decide(question, small, Context("growth.costs", together, 1.0))
    assert (taken.kind, taken.entries, taken.leans) == ("answer", ("growth.number",), True)


def test_keeps_its_own_judgement_for_a_long_question(small):
    question = _question(LONG * 2, ranking=UNDECIDED, confidence=0.3)
    together = (("growth.number", 0.9),)
    assert decide(question, small, Context("growth.costs", together, 1.0)).entries == ("duties.precaution",)


def test_takes_up_the_question_before_for_what_a_correction_names(small):
    before = (("duties.precaution", 0.5), ("duties.invitation", 0.4))
    question = _question(
        "I mean the resolution", ranking=[("growth.number", 0.2)], confidence=0.1, intent="out_of_scope",
        entities=[("document", "A/RES/64/223")], rest="I mean the ",
    )  # fmt: skip
    assert decide(question, small, Context("duties.precaution", before)).entries[0] == "duties.invitation"


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ([("principle", "7")], "duties.precaution"),
        ([("area", "environment")], "duties.precaution"),
        ([("organisation", "who")], "growth.costs"),
        ([("year", "2009")], "growth.costs"),
        ([("document", "UNGC")], "duties.precaution"),
    ],
)
def test_takes_up_the_question_before_by_any_definite_thing(small, entities, expected):
    before = (("growth.costs", 0.3), ("duties.invitation", 0.3), ("duties.precaution", 0.3))
    question = _question("that one", ranking=[("growth.number", 0.002)], confidence=0.0, entities=entities)
    assert decide(question, small, Context("", before)).entries[0] == expected


def test_leaves_small_talk_alone_after_an_answer(small):
    question = _question("nice weather", ranking=UNDECIDED, confidence=0.05, intent="out_of_scope")
    aside = dataclasses.replace(question, in_scope=0.02, coverage=0.5)
    assert decide(aside, small, Context("growth.costs", SURE, 0.5)).kind == "fallback"


def test_leaves_what_is_out_of_reach_alone_even_if_it_names_a_thing(small):
    question = _question(
        "pizza in Kenya", ranking=[("growth.number", 0.1)], confidence=0.02, intent="out_of_scope",
        entities=[("country", "KE")],
    )  # fmt: skip
    aside = dataclasses.replace(question, in_scope=0.02, coverage=0.5)
    assert decide(aside, small, Context("growth.costs", SURE, 0.5)).kind == "fallback"


def test_forgets_a_last_answer_that_is_gone(small):
    question = _question("and para 10?", confidence=0.0, entities=[("paragraph", "10")])
    assert decide(question, small, Context("gone.away")).kind == "fallback"


@pytest.fixture(scope="module")
def with_term(tmp_path_factory):
    folder = small_base.write(tmp_path_factory.mktemp("term")) / "knowledge"
    with small_base.edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["kind"] = "term"
    return load(folder)


@pytest.mark.parametrize("text", ["What is partnership count?", "伙伴关系总数是什么", "PARTNERSHIP COUNT"])
def test_looks_a_term_up(with_term, text):
    decision = decide(_question(text, confidence=0.3), with_term)
    assert decision == Decision("answer", ("growth.number",), 1.0, runners_up=("growth.costs",))
    assert decide(_question(text, intent="out_of_scope"), with_term).entries == ("growth.number",)


def test_offers_nothing_beside_a_term_that_is_gone(with_term):
    ranking = [("gone.away", 0.5), ("growth.number", 0.4), ("growth.costs", 0.1)]
    question = _question("What is partnership count?", ranking=ranking, confidence=0.3)
    assert decide(question, with_term).runners_up == ()


def test_looks_a_term_up_that_no_other_entry_speaks_of(with_term):
    unknown = dataclasses.replace(_question("partnership count", ranking=()), coverage=0.0)
    assert decide(unknown, with_term).entries == ("growth.number",)


def test_explains_a_term_asked_for_by_its_name_whatever_the_ranking(with_term):
    assert decide(_question("What is partnership count?", confidence=0.9), with_term).entries == ("growth.number",)


def test_gives_the_values_of_one_kind_in_order():
    question = _question(entities=[("year", "2009"), ("sdg", "7"), ("year", "2007")])
    assert question.values("year") == ["2009", "2007"]


@pytest.mark.parametrize(
    ("in_scope", "coverage", "kind"),
    [(0.6, 0.3, "answer"), (0.59, 0.3, "choices"), (0.49, 1.0, "fallback"), (1.0, 0.29, "fallback")],
)
def test_answers_only_what_is_of_the_field(small, in_scope, coverage, kind):
    question = Question(LONG, "faq", 0.9, CLOSE, in_scope=in_scope, coverage=coverage)
    assert decide(question, small).kind == kind


def test_takes_a_principle_for_a_place_of_the_document_that_has_it(small):
    places = {"principle 7": frozenset(), "principle 17": frozenset()}
    source = dataclasses.replace(small.sources["UNGC"], places=places)
    knowledge = dataclasses.replace(small, sources={**small.sources, "UNGC": source})
    question = _question(entities=[("document", "UNGC"), ("principle", "17")])
    assert decide(question, knowledge) == Decision("no_entry_for_place", source="UNGC", locator="principle 17")
    bare = _question(entities=[("principle", "17")])
    assert decide(bare, knowledge) == Decision("no_principle", locator="17")


def test_answers_from_the_place_a_principle_names(small):
    question = _question(entities=[("document", "UNGC"), ("principle", "7")])
    assert decide(question, small).entries[0] == "duties.precaution"


# Entries that are switched off


@pytest.mark.parametrize(("second", "kind"), [(0.3, "answer"), (0.2, "answer"), (0.19, "choices"), (0.08, "fallback")])
def test_gives_no_answer_the_confidence_of_one_that_is_switched_off(small, second, kind):
    left = small.without(frozenset({"growth.costs"}))
    decision = decide(_question(ranking=[("growth.costs", 0.6), ("growth.number", second)]), left)
    assert decision.kind == kind
    assert "growth.costs" not in (*decision.entries, *decision.runners_up)


def test_shows_another_entry_for_a_place_when_the_first_is_switched_off(small):
    question = _question("paragraph 9", entities=[("document", "A/RES/64/223"), ("paragraph", "9")])
    left = small.without(frozenset({"duties.invitation"}))
    assert decide(question, small).entries == ("growth.costs",)
    assert decide(question, left.without(frozenset({"growth.costs"}))).kind == "no_entry_for_place"


@pytest.mark.parametrize(
    ("text", "rest", "number", "last"),
    [("and 9?", "and  ?", "9", "duties.invitation"), ("那7呢", "那 呢", "7", "duties.precaution")],
)
def test_takes_a_number_alone_for_a_place_like_the_last(small, text, rest, number, last):
    question = Question(text, "out_of_scope", 0.0, (), (("number", number),), rest=rest)
    assert decide(question, small, Context(last)).entries[0] == last
    assert decide(question, small).kind == "fallback"
    assert decide(dataclasses.replace(question, rest=" companies"), small, Context(last)).kind == "fallback"


def test_answers_a_subject_alone_whatever_it_sounds_like(small):
    question = Question(
        "I mean the agency",
        "out_of_scope",
        0.6,
        (("growth.costs", 0.3),),
        (("organisation", "who"),),
        rest="I mean the ",
    )
    assert decide(question, small).entries == ("growth.costs",)
    assert decide(dataclasses.replace(question, rest="pizza at the "), small).kind == "fallback"


def _parsed(*parts, text, subjects=("alpha", "beta")):
    middle = text.index("?") + 1
    spans = [(0, middle), (middle, len(text))]
    several = [
        {"start": start, "end": end, "content": True, "confidence": 0.9, "ranking": [{"entry": entry, "share": 0.9}]}
        for (start, end), entry in zip(spans, parts, strict=True)
    ]
    whole = {"confidence": 0.9, "ranking": [{"entry": parts[0], "share": 0.9}], "several": several}
    entities = [
        {"entity": "organisation", "value": value, "start": start + 1, "end": start + 3}
        for (start, _), value in zip(spans, subjects, strict=True)
        if value
    ]
    return {"text": text, "intent": {"name": "faq"}, "selection": whole, "entities": entities}


def test_asks_which_of_two_questions_comes_first(small):
    text = "What does the project cost? What did the Assembly ask for?"
    decision = decide(Question.from_parsed(_parsed("growth.costs", "duties.invitation", text=text)), small)
    assert (decision.kind, decision.several) == ("choices", True)
    assert decision.entries == ("growth.costs", "duties.invitation")


@pytest.mark.parametrize(
    "text",
    ["What does the project cost? And how many vaccines?", "What does the project cost? How many vaccines is it?"],
    ids=["goes on", "refers"],
)
def test_tells_of_another_question_that_is_surely_understood_alone(small, text):
    message = _parsed("growth.costs", "duties.invitation", text=text, subjects=("alpha", ""))
    message["selection"]["several"][1] |= {"confidence": 0.89}
    assert decide(Question.from_parsed(message), small).also == ""
    message["selection"]["several"][1] |= {"confidence": 0.9}
    decision = decide(Question.from_parsed(message), small)
    assert (decision.kind, decision.entries, decision.also) == ("answer", ("growth.costs",), "duties.invitation")


def test_tells_of_no_other_question_where_neither_is_the_one_that_is_answered(small):
    text = "What does the project cost? And how many vaccines?"
    message = _parsed("growth.costs", "duties.invitation", text=text, subjects=("alpha", ""))
    message["selection"]["ranking"] = [{"entry": "duties.precaution", "share": 0.9}]
    decision = decide(Question.from_parsed(message), small)
    assert (decision.entries, decision.also) == (("duties.precaution",), "")


@pytest.mark.parametrize(
    ("second", "text", "subjects"),
    [
        ("growth.costs", "What does the project cost? What is to be paid?", ("alpha", "beta")),
        ("duties.invitation", "What does the project cost? Who asked for it?", ("alpha", "beta")),
        ("duties.invitation", "What does the project cost? How much in all?", ("alpha", "")),
        ("duties.invitation", "What does the project cost? What did the Assembly ask?", ("alpha", "alpha")),
    ],
    ids=["one answer", "refers", "no subject of its own", "one subject"],
)
def test_answers_where_two_questions_are_one(small, second, text, subjects):
    decision = decide(Question.from_parsed(_parsed("growth.costs", second, text=text, subjects=subjects)), small)
    assert (decision.kind, decision.several, decision.entries) == ("answer", False, ("growth.costs",))


def test_answers_the_whole_where_one_of_two_questions_is_not_understood(small):
    message = _parsed("growth.costs", "duties.invitation", text="What does the project cost? Will the sun shine today?")
    message["selection"]["several"][1]["in_scope"] = 0.1
    decision = decide(Question.from_parsed(message), small)
    assert (decision.kind, decision.entries) == ("answer", ("growth.costs",))
