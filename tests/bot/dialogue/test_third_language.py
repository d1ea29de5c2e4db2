"""A third language by files alone: as a draft it harms nobody, and complete it is spoken from end to end."""

from __future__ import annotations

import contextlib
import dataclasses

import docx
import pytest

from bot import services
from bot.dialogue import training
from bot.dialogue.door import open_dialogue
from bot.knowledge.checks import check
from bot.knowledge.loader import load
from bot.nlu.data_checks import check_data
from bot.phrases import load_phrases
from bot.services import Services
from bot.store.enquiries import EnquiryStore
from bot.store.texts import TextStore
from tests.bot import small_third
from tests.bot.dialogue.conftest import Talk
from tests.bot.small_third import MARK

# What Rasa says of the data while it trains is held elsewhere, by bot.dialogue.validation.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning:rasa")]

ASKED = "Que demande l'Assemblée générale aux entreprises ?"


def code_of(root):
    """What is no file of a language: code, configuration, domain, rules."""
    kept = ("actions/", "bot/", "config.yml", "nlu_data/domain/", "nlu_data/rules/")
    paths = (path for path in root.rglob("*") if path.is_file() and path.relative_to(root).as_posix().startswith(kept))
    return {path: path.read_bytes() for path in paths}


@contextlib.contextmanager
def opened(settings):
    """Opens the dialogue with a model of the files as they are now."""
    training.train(settings)
    knowledge = load(settings.knowledge)
    phrases = load_phrases(settings.nlu_data, list(knowledge.spoken))
    before = services._services
    with EnquiryStore.from_settings(settings) as store, TextStore.from_settings(settings) as texts:
        services.use(Services(settings, knowledge, phrases, store, texts, "s" * 32))
        yield open_dialogue(settings)
        services.use(before)


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    settings = small_third.write(tmp_path_factory.mktemp("draft") / "project")
    before = code_of(settings.root)
    small_third.add_draft(settings.root)
    # What a complete language says is nothing that a draft needs.
    (settings.nlu_data / "fr" / "phrases.yml").unlink()
    assert code_of(settings.root) == before
    return dataclasses.replace(settings, operator="Partnerships Desk", contact="desk@example.org")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    settings = small_third.write(tmp_path_factory.mktemp("whole") / "project")
    before = code_of(settings.root)
    small_third.add_draft(settings.root)
    small_third.complete(settings.root)
    assert code_of(settings.root) == before
    return dataclasses.replace(settings, operator="Partnerships Desk", contact="desk@example.org")


@pytest.fixture(scope="module")
def dialogue(whole):
    with opened(whole) as dialogue:
        yield dialogue


def test_a_draft_may_lack_what_a_complete_language_needs(draft):
    root = draft.root
    assert check(draft.knowledge) == []
    assert check_data(root, load(draft.knowledge)) == []


def test_says_what_a_draft_lacks_to_be_complete(tmp_path):
    root = small_third.write(tmp_path / "project").root
    small_third.add_draft(root)
    with small_third.edit(root / "knowledge" / "languages" / "fr.yml") as language:
        language["status"] = "complete"
    assert check(root / "knowledge") == [
        "knowledge/flow_texts/fr/gift.yml: missing",
        "knowledge/flow_words/fr.yml: missing",
        "knowledge/texts/fr/growth.yml: costs: missing",
        "knowledge/texts/fr/growth.yml: number: missing",
    ]


async def test_a_draft_is_not_spoken(draft):
    with opened(draft) as dialogue:
        talk = Talk(dialogue)
        reply = await talk.say(ASKED, language_hint="fr")
        assert (reply.language, reply.entry) == ("en", "duties.invitation")
        assert reply.title == "What the Assembly invites business to do"
        wanted = await talk.send(command='/change_language{"language": "fr"}', text="/language fr")
        assert wanted.text == dialogue.phrases.get("language_unknown", "en", languages="English, 中文")
        # As before, who writes in it is told in it that it is not spoken.
        assert dialogue.phrases.foreign["fr"].script == "Latin"


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("En 2021, {partnerships} partenariats pour 46,2 milliards.", "46200000000.0"),
        ("Le principe 8 vaut {partnerships} fois.", ""),
        ("ODD 8 : {partnerships} partenariats.", ""),
        ("Objectif 8 : {partnerships} partenariats.", "8"),
    ],
)
def test_finds_a_number_of_nobody_in_the_manner_of_the_language(tmp_path, answer, number):
    root = small_third.write(tmp_path / "project").root
    small_third.add_draft(root)
    small_third.complete(root)
    with small_third.edit(root / "knowledge" / "texts" / "fr" / "growth.yml") as texts:
        texts["entries"]["number"]["answer"] = answer
    problem = f"knowledge/texts/fr/growth.yml: number: the number {number} stands at no cited place"
    assert check(root / "knowledge") == ([problem] if number else [])


def test_finds_nothing_wrong_with_the_files_of_a_complete_language(whole):
    assert check(whole.knowledge) == []
    assert check_data(whole.root, load(whole.knowledge)) == []


async def test_answers_with_citations_in_the_third_language(dialogue):
    reply = await Talk(dialogue).say(ASKED)
    assert (reply.outcome, reply.language, reply.entry) == ("answer", "fr", "duties.invitation")
    assert reply.title == "Ce que l'Assemblée demande"
    assert reply.sources_line.startswith("Source : A/RES/64/223 par. 9, 10 (https://undocs.org/fr/A/RES/64/223)")
    assert [(cited.source, cited.locators) for cited in reply.citations] == [("A/RES/64/223", ("9", "10"))]


async def test_says_its_phrases_in_the_third_language(dialogue):
    reply = await Talk(dialogue).say("bonjour", language_hint="fr-FR")
    assert (reply.outcome, reply.language) == ("smalltalk", "fr")
    assert reply.body[0].startswith(MARK)


async def test_leads_through_a_flow_in_the_third_language(dialogue):
    talk = Talk(dialogue)
    text = dialogue.knowledge.flows["gift"].texts["fr"]
    reply = await talk.say("commencer don ou travail", language_hint="fr")
    assert reply.intent == "flow/gift.kind"
    assert text.questions["kind"] in reply.body
    assert (await talk.say("pourquoi ?")).body[0] == text.whys["kind"]
    assert (await talk.say("Des compétences")).intent == "flow/gift.skills"
    between = await talk.say(ASKED)
    assert (between.language, between.entry) == ("fr", "duties.invitation")
    assert text.title in between.notes[-1]
    assert (await talk.say("1 et 3")).intent == "flow/gift.open"
    assert (await talk.say("Oui")).intent == "flow/gift.words"
    summary = await talk.say("Nous écrivons où il le faut.")
    assert summary.intent == "flow/gift.summary"
    assert "Le droit ; Les logiciels" in summary.text
    reply = await talk.say("changer ma réponse sur ouverture")
    assert reply.intent == "flow/gift.open"
    assert (await talk.say("Non")).intent == "flow/gift.summary"
    result = await talk.say("d'accord")
    assert result.intent == "flow/gift.result"
    assert "Travailler ensemble." in result.text
    assert "[A/76/319 par. 20]" in result.text
    assert result.sources_line.startswith("Source : ")
    (attachment,) = result.attachments
    assert docx.Document(attachment.path).core_properties.language == "fr-FR"
    last = await talk.say("Terminer")
    assert {said.language for said in (reply, summary, result, last)} == {"fr"}
    assert {row.text for row in talk.rows()} == {""}


@pytest.mark.parametrize("text", ["principe 7", "le septième principe"])
async def test_finds_what_its_words_name(dialogue, text):
    assert (await Talk(dialogue).say(text, language_hint="fr")).entry == "duties.precaution"
