from __future__ import annotations

from copy import deepcopy

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.errors import KnowledgeError
from bot.knowledge.loader import folder_hash
from bot.nlu.importer import Question
from tests.bot import small_base
from tests.bot.nlu.conftest import importer_of


def _examples(root, label):
    data = importer_of(root).get_nlu_data()
    key = INTENT_RESPONSE_KEY if "/" in label else INTENT
    return {message.get(TEXT) for message in data.training_examples if message.get(key) == label}


@pytest.mark.parametrize(
    ("entry", "questions"),
    [
        (
            "growth.costs",
            {"what does the vaccine project cost", "疫苗谁付钱", "What a vaccine project costs", "疫苗项目的花费"},
        ),
        ("duties.precaution", {"precautionary duty", "预防义务"}),
    ],
)
def test_reads_titles_and_questions_of_every_entry(project, entry, questions):
    assert questions <= _examples(project, f"faq/{entry}")
    assert len(_examples(project, f"faq/{entry}")) == 22


def test_a_copied_question_is_the_same_and_independent():
    question = Question.build(text="who pays", intent="faq/growth.costs")
    copied = deepcopy(question)
    assert (copied, copied.data, copied.fingerprint()) == (question, question.data, question.fingerprint())
    copied.set(TEXT, "who decides", add_to_output=True)
    copied.set("tokens", ["who"])
    assert question.data == {TEXT: "who pays", INTENT: "faq", INTENT_RESPONSE_KEY: "faq/growth.costs"}
    assert copied != question


def test_a_copied_question_shares_nothing_that_can_change():
    question = Question.build(text="who pays", intent="greet")
    question.set("tokens", ["who"])
    deepcopy(question).get("tokens").append("pays")
    assert question.get("tokens") == ["who"]


def test_a_question_counts_as_the_message_that_rasa_would_have_made():
    words = {"text": "who pays", "intent": "faq/growth.costs"}
    assert Question.of(Message.build(**words)) == Question.build(**words)
    assert Question.build(**words).data == Message.build(**words).data


def test_a_question_with_another_text_or_more_fields_is_another():
    question, other = Question.build(text="who pays", intent="greet"), Question.build(text="who paid", intent="greet")
    assert question.fingerprint() != other.fingerprint()
    before = question.fingerprint()
    question.set("tokens", ["who"])
    assert question.fingerprint() != before


def test_reads_the_project_s_own_examples_too(project):
    assert all(isinstance(message, Question) for message in importer_of(project).get_nlu_data().training_examples)
    assert {"hello", "你好"} <= _examples(project, "greet")


def test_makes_every_entry_a_part_of_one_intent(project):
    data = importer_of(project).get_nlu_data()
    assert data.intents == {"faq", "greet", "thank"}
    assert data.retrieval_intents == {"faq"}


def test_picks_up_a_new_file_without_an_edit_elsewhere(own_project):
    knowledge = own_project / "knowledge"
    fact = {"kind": "role", "references": [{"source": "A/76/319", "locators": ["22"]}]}
    small_base.dump(knowledge / "entries" / "people.yml", {"topic": "people", "entries": {"helper": fact}})
    for code, question in (("en", "who lends a hand"), ("zh", "谁来帮忙")):
        words = {"title": question + "?", "answer": "Somebody will do it.", "questions": [question]}
        data = {"language": code, "title": "People", "entries": {"helper": words}}
        small_base.dump(knowledge / "texts" / code / "people.yml", data)
    expected = {"who lends a hand", "who lends a hand?", "谁来帮忙", "谁来帮忙?"}
    assert _examples(own_project, "faq/people.helper") == expected


def test_leaves_terms_to_be_looked_up(own_project):
    with small_base.edit(own_project / "knowledge" / "entries" / "growth.yml") as data:
        data["entries"]["number"]["kind"] = "term"
    assert _examples(own_project, "faq/growth.number") == set()
    assert len(_examples(own_project, "faq/growth.costs")) == 22


def test_gives_components_the_version_of_the_knowledge(own_project):
    version = folder_hash(own_project / "knowledge")
    tokenizer, recogniser, selector = importer_of(own_project).get_config()["pipeline"]
    assert "knowledge_version" not in tokenizer
    assert recogniser["knowledge_version"] == selector["knowledge_version"] == version
    with small_base.edit(own_project / "knowledge" / "texts" / "en" / "growth.yml") as data:
        data["entries"]["number"]["answer"] += " More."
    assert importer_of(own_project).get_config()["pipeline"][1]["knowledge_version"] != version


def test_stops_at_a_knowledge_base_that_cannot_be_read(own_project):
    (own_project / "knowledge" / "entries" / "growth.yml").write_text("entries: [")
    with pytest.raises(KnowledgeError, match="growth.yml"):
        importer_of(own_project).get_nlu_data()


def test_is_found_by_rasa_under_its_name(own_project):
    config = own_project / "config.yml"
    with small_base.edit(config) as data:
        data["importers"] = [
            {"name": "bot.nlu.importer.KnowledgeImporter", "knowledge": str(own_project / "knowledge")}
        ]
    importer = TrainingDataImporter.load_from_config(
        str(config), str(own_project / "nlu_data" / "domain"), [str(own_project / "nlu_data")]
    )
    data = importer.get_nlu_data()
    assert {"faq/growth.costs", "faq/growth.number"} <= {m.get(INTENT_RESPONSE_KEY) for m in data.training_examples}
