from __future__ import annotations

import shutil

import pytest

from bot.dialogue.training import intents_of
from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.teaching.sentences import Place, Sentences, doubts, held_out, labels_of, sentences_of
from tests.bot import small_base

COSTS = "faq/growth.costs"


@pytest.fixture
def doubt(project, lessons):
    """Adds a lesson and says what speaks against it."""

    def found(label, text, language="en", kind="example"):
        id = lessons.add(kind, label, language, text, "ada")
        knowledge = load(project.knowledge)
        problems = doubts(lessons.standing(), sentences_of(project), knowledge, intents_of(project.nlu_data))
        return [(problem.kind, problem.place and problem.place.where) for problem in problems.get(id, [])]

    return found


def test_has_no_doubt_about_a_new_sentence(doubt):
    assert doubt(COSTS, "do the jabs come cheap") == []


@pytest.mark.parametrize(
    ("label", "text", "kind", "where"),
    [
        (COSTS, "Budget of the vaccine project?", "same", "knowledge/texts/en/growth.yml"),
        ("faq/growth.number", "budget of the vaccine project", "conflict", "knowledge/texts/en/growth.yml"),
        ("thank", "hello", "conflict", "nlu_data/en/small_talk.yml"),
        (COSTS, "the budget of the vaccine projects", "near", "knowledge/texts/en/growth.yml"),
        ("faq/growth.number", "the budget of the vaccine projects", "near_conflict", "knowledge/texts/en/growth.yml"),
        (COSTS, "how dear are the jabs", "measured", "held out"),
        ("out_of_scope", "count the alliances", "measured", "tuning"),
        ("faq/gone.entry", "some other words", "unknown", None),
        (COSTS, "疫苗项目的预算呢", "near", "knowledge/texts/zh/growth.yml"),
    ],
)
def test_doubts_what_repeats_resembles_or_contradicts(doubt, label, text, kind, where):
    assert (kind, where) in doubt(label, text)


def test_doubts_what_two_lessons_say_differently(doubt):
    doubt(COSTS, "zabaglione wobble")
    assert doubt("faq/growth.number", "Zabaglione, wobble") == [("conflict", "taught")]
    assert doubt(COSTS, "zabaglione wobble!") == [("conflict", "taught"), ("same", "taught")]


def test_takes_the_questions_of_a_draft_for_known(doubt, lessons):
    lessons.add("stub", "growth.jobs", "", "", "ada")
    assert doubt("faq/growth.jobs", "zabaglione", kind="question") == []


def test_reads_files_anew_when_they_change(project):
    before = sentences_of(project)
    assert sentences_of(project) is before
    path = project.nlu_data / "en" / "small_talk.yml"
    path.write_text(path.read_text() + "      - much obliged\n")
    assert [place.label for place in sentences_of(project).same("much obliged")] == ["thank"]


def test_names_the_intents_that_people_say(project):
    assert labels_of(project, load(project.knowledge)) == ["greet", "thank"]


def test_orders_what_resembles_by_similarity():
    places = [Place("a", text, "x") for text in ("the costs of vaccines now", "the cost of vaccines", "else")]
    assert [p.text for p in Sentences(places).near("the cost of vaccine")] == ["the cost of vaccines"]


def test_says_what_is_wrong_with_the_questions_that_quality_is_measured_with(project):
    knowledge, folder = load(project.knowledge), project.root / "tests" / "nlu"
    assert [question.text for question in held_out(project, knowledge)] == [
        "how dear are the jabs",
        "what is the weather like",
    ]
    with small_base.edit(folder / "en" / "growth.yml") as data:
        data["entries"]["gone"] = ["where has it gone"]
    with pytest.raises(KnowledgeError, match=r"growth\.yml.*growth\.gone"):
        held_out(project, knowledge)
    shutil.rmtree(folder)
    assert held_out(project, knowledge) == []
