from __future__ import annotations

from bot.knowledge.loader import load
from bot.teaching.crossing import FOLDS, cross_validate, crossed, last
from bot.teaching.sentences import Place

WORDS = ("apples", "pears", "plums", "grapes", "melons", "figs", "dates", "limes", "kiwis", "cherries")


def places(label, text, code="en"):
    return [Place(label, text.format(word), f"knowledge/texts/{code}/fruit.yml") for word in WORDS]


def test_reads_every_example_by_the_others():
    known = [*places("faq/a.price", "what do {} cost"), *places("faq/a.home", "where are {} grown", "zh")]
    shares = []
    found = crossed(known, ["en", "zh"], lambda share, step: shares.append((share, step)))
    assert found["languages"] == {"en": {"asked": 10, "right": 1.0}, "zh": {"asked": 10, "right": 1.0}}
    assert [row["recall"] for row in found["labels"]] == [1.0, 1.0]
    assert (found["confusions"], found["overlaps"]) == ([], [])
    assert shares[-1] == (1.0, "comparing")
    assert len(shares) == FOLDS
    assert crossed(known, ["en", "zh"]) == found


def test_finds_which_entries_overlap():
    known = [*places("faq/a.price", "what do {} cost"), *places("faq/a.home", "where are {} grown")]
    stray = Place("faq/a.home", "What do apples cost?", "knowledge/texts/en/fruit.yml")
    found = crossed([*known, stray], ["en"])
    assert found["confusions"] == [["faq/a.home", "faq/a.price", 1], ["faq/a.price", "faq/a.home", 1]]
    assert found["overlaps"] == [["faq/a.home", "What do apples cost?", "faq/a.price", "what do apples cost"]]
    assert [(row["label"], row["asked"], row["recall"], row["precision"]) for row in found["labels"]] == [
        ("faq/a.price", 10, 0.9, 0.9),
        ("faq/a.home", 11, 10 / 11, 10 / 11),
    ]


def test_leaves_what_is_out_of_scope_out_of_the_confusions():
    stray = Place("out_of_scope", "what do cars cost", "nlu_data/en/scope.yml")
    found = crossed([*places("faq/a.price", "what do {} cost"), stray], ["en"])
    assert (found["labels"][0]["label"], found["labels"][0]["recall"]) == ("out_of_scope", 0.0)
    assert [label for label, _, _ in found["confusions"]] == ["faq/a.price"]


def test_says_the_same_sentence_once():
    assert crossed([*places("a", "what do {} cost")] * 2, ["en"])["languages"]["en"]["asked"] == 10
    assert crossed([], ["en"])["labels"] == []


def test_keeps_what_it_found_of_the_checkout(project):
    assert last(project) == {}
    knowledge = load(project.knowledge)
    found = cross_validate(project, knowledge, lambda share, step: None)
    assert last(project) == found
    assert found["knowledge_version"] == knowledge.version
    assert sorted(found["languages"]) == ["en", "zh"]
    assert {row["label"] for row in found["labels"]} >= {"faq/growth.costs", "greet"}
