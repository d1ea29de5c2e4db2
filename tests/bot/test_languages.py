from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from bot.knowledge import render
from bot.knowledge.checks import check
from bot.knowledge.loader import load
from bot.languages import common_share, foreign_language, reply_language, script_of
from bot.nlu.data_checks import check_data
from bot.nlu.lexicon import build
from bot.nlu.recognition import Recogniser
from bot.phrases import load_phrases
from tests.bot import small_base


@pytest.fixture(scope="module")
def languages(tmp_path_factory):
    return load(small_base.write(tmp_path_factory.mktemp("small")) / "knowledge").languages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("due diligence", "Latin"),
        ("尽职调查", "Han"),
        ("什么是 United Nations Global Compact", "Latin"),
        ("UN Global Compact 是什么意思啊", "Han"),
        ("Что такое ООН", "Cyrillic"),
        ("ＷＨＡＴ ＩＳ ７", "Latin"),
        ("ما هو", "Arabic"),
        ("これはなに", "HIRAGANA"),
        ("¿Qué es esto?", "Latin"),
        ("123 ?! 😀", ""),
        ("", ""),
    ],
)
def test_tells_the_script_of_a_text(text, expected):
    assert script_of(text) == expected


@pytest.mark.parametrize(
    ("text", "wishes", "expected"),
    [
        # The script decides first.
        ("What is due diligence in a partnership?", {}, "en"),
        ("尽职调查是什么？", {}, "zh"),
        ("尽职调查是什么？", {"chosen": "en", "hint": "en"}, "zh"),
        ("什么是 due diligence", {"last": "en"}, "zh"),
        ("How does due diligence work then?", {"chosen": "zh"}, "en"),
        # A short phrase in Latin letters is typed in every language.
        ("due diligence", {"chosen": "zh"}, "zh"),
        ("CoP", {"last": "zh"}, "zh"),
        ("UNGC", {"hint": "zh-hans"}, "zh"),
        ("due diligence", {}, "en"),
        # Then what the person chose, then the last reply, then the channel's hint.
        ("😀", {"chosen": "zh", "last": "en", "hint": "en"}, "zh"),
        ("123", {"last": "zh", "hint": "en"}, "zh"),
        ("", {"hint": "zh-TW"}, "zh"),
        ("", {"hint": "fr-FR"}, "en"),
        ("", {"chosen": "fr", "last": "zh"}, "zh"),
        ("", {}, "en"),
        # A script that no language here is written in.
        ("Что такое ООН?", {}, "en"),
        ("Что такое ООН?", {"hint": "zh"}, "zh"),
    ],
)
def test_chooses_the_language_of_the_reply(languages, text, wishes, expected):
    assert reply_language(text, languages, **wishes) == expected


def test_never_replies_in_a_draft(languages):
    draft = {**languages, "zh": dataclasses.replace(languages["zh"], status="draft")}
    assert reply_language("尽职调查是什么？", draft, chosen="zh") == "en"


@pytest.fixture
def three(tmp_path):
    """A project to which the files of a third language were added, and nothing else was touched."""
    root = small_base.write(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    small_base.add_language(root, "fr")
    assert {path: path.read_bytes() for path in before} == before
    return root


def test_takes_a_third_language_by_its_files_alone(three):
    knowledge = load(three / "knowledge")
    assert check(three / "knowledge") == []
    assert check_data(three, knowledge) == []
    assert list(knowledge.languages) == ["en", "fr", "zh"]


def test_answers_in_a_third_language(three):
    knowledge = load(three / "knowledge")
    reply = render.answer(knowledge.entries["growth.costs"], knowledge, language="fr", audience="company")
    assert reply.text == (
        "Le coût du projet de vaccination\n\n"
        "Le projet de santé avait un budget de 1 millions dollars.\n\n"
        "Les entreprises paient leur part.\n\n"
        "Source : A/76/319 par. 21, annexe (https://undocs.org/fr/A/76/319) ; "
        "A/RES/64/223 par. 9 (https://undocs.org/fr/A/RES/64/223)"
    )
    assert [choice.label for choice in reply.choices] == [
        "Combien de partenariats existent",
        "Principe 7 : précaution",
    ]


def test_speaks_phrases_of_a_third_language(three):
    phrases = load_phrases(three / "nlu_data", list(load(three / "knowledge").languages))
    assert phrases.get("too_long", "fr", limit=5) == "5 caractères au plus."


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("le principe 7", "principle", "7"),
        ("le septième principe", "principle", "7"),
        ("le 7e principe", "principle", "7"),
        ("paragraphe 9", "paragraph", "9"),
        ("selon OMS", "organisation", "who"),
        ("en Allemagne", "country", "DE"),
        ("la résolution de 2009", "document", "A/RES/64/223"),
        ("nombre de partenariats", "term", "growth.number"),
        ("principle 7", "principle", "7"),
        ("第七项原则", "principle", "7"),
    ],
)
def test_recognises_entities_in_a_third_language(three, text, kind, value):
    recogniser = Recogniser(build(load(three / "knowledge"), three / "nlu_data"))
    assert value in [found.value for found in recogniser.find(text) if found.entity == kind]


@pytest.mark.parametrize(
    ("text", "wishes", "expected"),
    [
        ("Quels sont les principes du pacte pour une entreprise ?", {}, "fr"),
        ("What are the principles of the compact for us?", {}, "en"),
        ("Quels sont les principes du pacte ?", {"chosen": "en"}, "en"),
        ("due diligence", {"hint": "fr-FR"}, "fr"),
        ("due diligence", {"last": "zh"}, "zh"),
        ("尽职调查", {"chosen": "fr"}, "zh"),
    ],
)
def test_tells_two_languages_of_one_script_apart(three, text, wishes, expected):
    assert reply_language(text, load(three / "knowledge").languages, **wishes) == expected


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("knowledge/texts/fr/growth.yml", "knowledge/texts/fr/growth.yml: costs: missing"),
        ("knowledge/organisations/fr.yml", "knowledge/organisations/fr.yml: who: missing"),
        ("nlu_data/fr/small_talk.yml", "nlu_data/fr: intent greet: has no examples"),
        ("nlu_data/fr/phrases.yml", "nlu_data/fr/phrases.yml: missing, another language has it"),
    ],
)
def test_tells_what_a_third_language_lacks(three, file, problem):
    (three / file).unlink()
    assert problem in [*check(three / "knowledge"), *check_data(three, load(three / "knowledge"))]


SCRIPTS = {"ar": "Arabic", "es": "Latin", "it": "Latin", "ru": "Cyrillic"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿Cuáles son los diez principios del Pacto Mundial?", "es"),
        ("Necesito saber si mi empresa puede ser socia", "es"),
        ("Как компания может стать партнером ООН?", "ru"),
        ("ما هي المبادئ العشرة؟", "ar"),
        ("What are the ten principles of the Global Compact?", ""),
        ("hola amigos", ""),  # too little to tell
        ("principio 7", ""),
        ("十项原则是什么", ""),
        ("", ""),
        ("グローバル・コンパクト", ""),
    ],
)
def test_tells_a_language_that_is_not_spoken_here(languages, text, expected):
    assert foreign_language(text, languages, SCRIPTS) == expected


def test_takes_no_language_for_a_foreign_one_where_none_is_known(languages):
    assert foreign_language("¿Cuáles son los diez principios del Pacto Mundial?", languages, {}) == ""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "what is the"),
        ("zh", "的 了 和"),
        ("fr", "est-ce que les"),
        ("es", "que es la"),
        ("ru", "что это такое"),
        ("ar", "هل هذا في"),
    ],
)
def test_knows_the_common_words_of_a_language(code, text):
    assert common_share(text, code) >= 2 / 3
    assert common_share("xyzzy", code) == 0


def test_loads_no_language_to_know_its_common_words():
    """The rules of French take seconds, in which a running bot answers nobody."""
    look = "import sys, bot.languages; bot.languages.common_share('que', 'fr'); print('spacy.lang.fr' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "False\n"
