from __future__ import annotations

import dataclasses

import pytest

from bot.knowledge.joining import Joined, joined, takes_a_place
from bot.knowledge.selection import Question


def _question(text, *entities):
    """A question as Rasa parses it; entities are (kind, value, words)."""
    found = [
        {"entity": kind, "value": value, "start": text.index(words), "end": text.index(words) + len(words)}
        for kind, value, words in entities
    ]
    return Question.from_parsed({"text": text, "entities": found})


BEFORE = _question(
    "What does principle 4 of A/76/319 say?", ("principle", "4", "principle 4"), ("document", "A/76/319", "A/76/319")
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            _question("and one on 7", ("number", "7", "7")),  # "on" says something else
            Joined(f"{BEFORE.text} and one on 7", f"{BEFORE.text} and one on 7"),
        ),
        (
            _question("and 7?", ("number", "7", "7")),
            Joined(*["What does principle 7 of A/76/319 say?"] * 2, is_filled=True, is_whole=True),
        ),
        (
            _question("I mean the A/RES/64/223", ("document", "A/RES/64/223", "A/RES/64/223")),
            Joined(*["What does principle 4 of A/RES/64/223 say?"] * 2, is_filled=True),
        ),
        (
            _question("who checks A/RES/64/223", ("document", "A/RES/64/223", "A/RES/64/223")),
            Joined(*["What does principle 4 of A/RES/64/223 say? who checks A/RES/64/223"] * 2, is_filled=True),
        ),
        (_question("who checks?"), Joined(*[f"{BEFORE.text} who checks?"] * 2)),
    ],
)
def test_reads_a_message_with_the_one_before(said, expected, small):
    assert joined(BEFORE, said, small) == expected


def test_reads_the_question_before_alone_for_what_only_names_another_document(small):
    before = _question("What does it cost?")
    said = _question("I mean the A/76/319", ("document", "A/76/319", "A/76/319"))
    assert joined(before, said, small) == Joined("What does it cost?", "What does it cost? I mean the A/76/319")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (_question("and 7?", ("number", "7", "7")), True),
        (_question("para 3", ("paragraph", "3", "para 3")), True),
        (_question("in Peru", ("country", "PE", "Peru")), True),
        (_question("who checks CoP?", ("term", "glossary.cop", "CoP")), False),
        (_question("why?"), False),
    ],
)
def test_tells_what_may_take_the_place_of_something(said, expected, small):
    assert takes_a_place(said, small) is expected


def test_goes_on_to_the_next_place_though_a_one_is_in_the_words(small):
    languages = {
        code: dataclasses.replace(language, next_words=("the one after that",))
        for code, language in small.languages.items()
    }
    knowledge = dataclasses.replace(small, languages=languages)
    said = _question("and the one after that?", ("number", "1", "one"))
    assert joined(BEFORE, said, knowledge).text == "What does principle 5 of A/76/319 say?"
