from __future__ import annotations

import pytest

from bot.errors import KnowledgeError
from bot.evaluation.questions import LabelledQuestion, read_questions
from tests.bot.small_base import dump


def test_reads_every_kind_with_what_it_deserves(folder, knowledge):
    assert read_questions(folder, knowledge, language="zh") == [
        LabelledQuestion("zh", "几个", "entry", "growth.number"),
        LabelledQuestion("zh", "你好呀", "intent", "greet"),
        LabelledQuestion("zh", "天气", "outside"),
    ]
    assert [question.language for question in read_questions(folder, knowledge)] == ["en"] * 4 + ["zh"] * 3


def test_reads_which_other_entries_answer_a_question_as_well(tmp_path, knowledge):
    data = {"entries": {"number": ["how many", "which total"]}, "also": {"which total": ["growth.costs"]}}
    dump(tmp_path / "en" / "growth.yml", data)
    assert [q.also for q in read_questions(tmp_path, knowledge)] == [(), ("growth.costs",)]


@pytest.mark.parametrize(
    ("limit", "texts"),
    [
        (1, ["how many"]),
        (2, ["how many", "what price"]),
        (9, ["how many", "which total", "what price", "nice weather"]),
    ],
)
def test_spreads_a_limit_over_the_files(folder, knowledge, limit, texts):
    assert [q.text for q in read_questions(folder, knowledge, language="en", limit=limit)] == texts


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"entries": {"nothing": ["?"]}}, "growth.nothing is no entry of the knowledge base"),
        ({"entries": ["how many"]}, "`entries` must be a mapping"),
        ({"entries": {"number": "how many"}}, "number: must be a list of messages"),
        ({"out_of_scope": ["weather", 64]}, "out_of_scope: must be a list of messages"),
        ({"also": {"how many": ["growth.number"]}}, "also: 'how many' stands under no entry"),
        ({"also": {"how many": ["nothing"]}}, "nothing is no entry of the knowledge base"),
        ({"intents": {"greet": [" "]}}, "greet: must be a list of messages"),
    ],
)
def test_says_in_one_line_what_is_wrong_with_a_file(tmp_path, knowledge, data, problem):
    dump(tmp_path / "en" / "growth.yml", data)
    with pytest.raises(KnowledgeError, match=f"growth.yml: {problem}") as caught:
        read_questions(tmp_path, knowledge)
    assert "\n" not in str(caught.value)


def test_refuses_a_folder_without_questions(tmp_path, knowledge):
    with pytest.raises(KnowledgeError, match="holds no labelled questions; wanted are files <language>/<topic>.yml"):
        read_questions(tmp_path / "nowhere", knowledge)


def test_names_the_languages_there_are(folder, knowledge):
    with pytest.raises(KnowledgeError, match="no questions in 'fr'; there are en, zh"):
        read_questions(folder, knowledge, language="fr")
