from __future__ import annotations

import random

import pytest

from bot.errors import KnowledgeError
from bot.evaluation.noise import (
    NoiseWords,
    disturbances,
    disturbed,
    missing_spaces,
    mixed,
    padded,
    read_noise_words,
    shortened,
    shouted,
    traditional,
    typos,
    with_emoji,
)
from bot.knowledge.loader import load
from bot.text.normal import normalise
from tests.bot.small_base import dump
from tests.conftest import ROOT

QUESTIONS = {
    "en": "How many partnerships does UNDP have with the private sector in total?",
    "zh": "开发署跟UNICEF 合作，私营部门的伙伴关系一共有多少？",
}
WORDS = NoiseWords(("Good morning, a word first.",), ("Many thanks!",), ("how", "many", "does", "the", "in", "with"))


@pytest.fixture(scope="module")
def kinds():
    base = load(ROOT / "knowledge")
    return {code: disturbances(code, base, WORDS) for code in QUESTIONS}


NAMES = ["typos", "missing spaces", "code-mixing", "shouting", "emoji", "very short", "very long"]


@pytest.mark.parametrize("code", QUESTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_is_the_same_for_the_same_seed(kinds, code, name):
    change = kinds[code][name]
    again = [disturbed(QUESTIONS[code], name, change, 7) for _ in range(3)]
    assert again == [again[0]] * 3
    if (code, name) != ("zh", "very short"):  # the words given here are English
        assert again[0] != QUESTIONS[code]


@pytest.mark.parametrize("code", QUESTIONS)
def test_differs_by_seed(kinds, code):
    change = kinds[code]["typos"]
    assert len({disturbed(QUESTIONS[code], "typos", change, seed) for seed in range(20)}) > 5


def test_slips_inside_words_and_never_in_numbers():
    for seed in range(50):
        slipped = typos("A/RES/64/223 paragraph 13", random.Random(seed))
        assert slipped.startswith("A/RES/64/223 p")
        assert slipped.endswith(" 13")


def test_slips_to_characters_that_sound_the_same():
    text = "企业的责任是什么"
    slipped = {typos(text, random.Random(seed)) for seed in range(30)}
    assert all(len(other) == len(text) for other in slipped)
    assert all(sum(a != b for a, b in zip(text, other, strict=True)) == 1 for other in slipped)


@pytest.mark.parametrize(
    ("text", "expected"), [("two words", "twowords"), ("FAO合作 几步", "FAO合作几步"), ("一步", "一步"), ("", "")]
)
def test_loses_spaces(text, expected):
    assert missing_spaces(text, random.Random(1)) == expected


def test_loses_a_third_of_many_spaces():
    assert missing_spaces("a b c d e f g h i j", random.Random(1)).count(" ") == 6


def test_writes_traditional_characters_that_read_the_same():
    assert traditional("联合国与企业的伙伴关系") == "聯合國與企業的夥伴關係"
    assert normalise(traditional("联合国与企业")).text == "联合国与企业"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UNDP and the undp, not UNDPs", "开发署 and the 开发署, not UNDPs"),
        ("WHO/UNDP/3 and UNDP-led", "WHO/UNDP/3 and UNDP-led"),
        ("跟UNDP合作", "跟开发署合作"),
        ("the UN Development Programme", "the 开发署"),
    ],
)
def test_mixes_names_that_stand_alone(text, expected):
    assert mixed(text, {"undp": "开发署", "un development programme": "开发署"}) == expected


def test_knows_names_of_organisations_and_terms_in_the_other_language(kinds):
    source = random.Random(1)
    assert kinds["en"]["code-mixing"]("UNICEF and our private sector", source) == "儿基会 and our 私营部门"
    assert kinds["zh"]["code-mixing"]("儿基会和私营部门", source) == "UNICEF和Private sector"


@pytest.mark.parametrize(("text", "expected"), [("how many?", "HOW MANY?!!!"), ("几个？", "几个？！！！")])
def test_shouts(text, expected):
    assert shouted(text) == expected


def test_adds_signs_and_keeps_the_words():
    found = with_emoji("how many of them", random.Random(3))
    assert [word for word in found.split() if word.isascii()] == ["how", "many", "of", "them"]
    assert sum(not word.isascii() for word in found.split()) == 2


@pytest.mark.parametrize(
    ("text", "fillers", "expected"),
    [
        ("What is the cost of A/RES/64/223?", ("what", "is", "the", "of"), "cost A/RES/64/223"),
        ("theory of the case", ("the", "of"), "theory case"),
        ("请问疫苗要多少钱？", ("请问", "多少"), "疫苗要钱"),
        ("What is it?", ("what", "is", "it"), "What is it?"),
    ],
)
def test_keeps_the_words_that_carry_a_question(text, fillers, expected):
    assert shortened(text, fillers) == expected


def test_tells_a_story_around_a_question():
    told = padded("how many?", WORDS, random.Random(1))
    assert told == "Good morning, a word first. how many? Many thanks!"


def test_goes_without_what_needs_words(knowledge):
    assert not {"very short", "very long"} & set(disturbances("en", knowledge, None))


def test_reads_the_words_of_a_language(tmp_path):
    dump(tmp_path / "en.yml", {"before": ["hi "], "after": ["bye"], "fillers": ["the"]})
    assert read_noise_words(tmp_path / "en.yml") == NoiseWords(("hi",), ("bye",), ("the",))
    assert read_noise_words(tmp_path / "fr.yml") is None


@pytest.mark.parametrize("data", [{"before": ["hi"]}, {"before": ["hi"], "after": ["bye"], "fillers": [True]}])
def test_says_what_a_file_of_words_must_hold(tmp_path, data):
    dump(tmp_path / "en.yml", data)
    with pytest.raises(KnowledgeError, match="en.yml: must hold `before`, `after` and `fillers`, each a list of texts"):
        read_noise_words(tmp_path / "en.yml")


@pytest.mark.parametrize("code", [path.stem for path in sorted((ROOT / "knowledge" / "languages").glob("*.yml"))])
def test_has_words_for_every_language(code):
    words = read_noise_words(ROOT / "tests" / "noise" / f"{code}.yml")
    assert words is not None
    # Longer messages than these are not read at all.
    assert all(len(before) + len(after) < 1000 for before in words.before for after in words.after)
