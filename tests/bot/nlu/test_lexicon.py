from __future__ import annotations

import json

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.nlu.lexicon import Lexicon, build
from tests.bot import small_base


@pytest.fixture(scope="module")
def lexicon(small, project):
    return build(small, project / "nlu_data")


@pytest.mark.parametrize(
    "phrase",
    [
        ("organisation", "who", "WHO"),
        ("organisation", "who", "世卫组织"),
        ("document", "A/RES/64/223", "A/RES/64/223"),
        ("document", "A/RES/64/223", "64/223"),
        ("document", "A/76/319", "2021年报告"),
        ("term", "growth.number", "partnership count"),
        ("term", "growth.number", "伙伴关系总数"),
        ("country", "KE", "Kenya"),
        ("country", "KE", "肯尼亚"),
        ("area", "environment", "environment"),
        ("area", "environment", "环境"),
        ("paragraph", "annex", "附件"),
    ],
)
def test_knows_names_of_both_languages(lexicon, phrase):
    assert phrase in lexicon.phrases


@pytest.mark.parametrize("region", ["EU", "UN", "ZZ", "001", "150"])
def test_takes_no_union_or_region_for_a_country(lexicon, region):
    assert region not in {value for entity, value, _ in lexicon.phrases if entity == "country"}


@pytest.mark.parametrize(
    "pattern",
    [
        ("principle", "", "principle {number}"),
        ("paragraph", "", "第 {number} 段"),
        ("paragraph", "box", "方框 {number}"),
        ("paragraph", "table row", "table row {number}"),
        ("sdg", "", "sdg {number}"),
    ],
)
def test_gives_patterns_of_places_their_prefix(lexicon, pattern):
    assert pattern in lexicon.patterns


def test_knows_kind_and_year_of_every_document(lexicon):
    assert sorted(lexicon.documents) == [
        ("A/76/319", "report", 2021),
        ("A/RES/64/223", "resolution", 2009),
        ("UNGC", "principles", 2004),
    ]


def test_holds_nothing_twice(lexicon):
    assert len(set(lexicon.phrases)) == len(lexicon.phrases)
    assert len(set(lexicon.patterns)) == len(lexicon.patterns)


def test_survives_the_way_into_a_model_and_back(lexicon):
    assert Lexicon.from_dict(json.loads(json.dumps(lexicon.to_dict()))) == lexicon


def test_says_when_the_words_of_a_language_are_missing(own_project):
    (own_project / "nlu_data" / "zh" / "lookups.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"zh/lookups.yml: cannot be read"):
        build(load(own_project / "knowledge"), own_project / "nlu_data")


def test_says_when_there_are_no_lookups(own_project):
    small_base.dump(own_project / "nlu_data" / "zh" / "lookups.yml", {"words": {}})
    with pytest.raises(KnowledgeError, match=r"`lookups` is missing or no mapping"):
        build(load(own_project / "knowledge"), own_project / "nlu_data")


def test_takes_lookups_with_empty_parts(own_project):
    data = {"lookups": {"numbers": None, "patterns": None, "values": None}}
    small_base.dump(own_project / "nlu_data" / "zh" / "lookups.yml", data)
    lexicon = build(load(own_project / "knowledge"), own_project / "nlu_data")
    assert ("principle", "", "principle {number}") in lexicon.patterns
