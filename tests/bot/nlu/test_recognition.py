from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.lexicon import build
from bot.nlu.recognition import Entity, Recogniser


def _values(recogniser, text, kind):
    return [entity.value for entity in recogniser.find(text) if entity.entity == kind]


@pytest.mark.parametrize(
    "text",
    [
        "A/RES/64/223",
        "a/res/64/223",
        "A / RES / 64 / 223",
        "res. 64/223",
        "resolution 64/223",
        "GA res 64/223 please",
        "第64/223号决议",
        "第６４/２２３号决议",
        "第64/223號決議",
        "Ａ/ＲＥＳ/６４/２２３",
        "（A/RES/64/223）",
        "the 2009 resolution",
        "the resolution of 2009",
        "resolution, that of 2009",
        "2009年决议",
        "2009年的大会决议",
        "二零零九年决议，也就是64/223",
    ],
)
def test_recognises_a_known_document(recogniser, text):
    assert _values(recogniser, text, "document") == ["A/RES/64/223"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A/RES/70/224", ["A/RES/70/224"]),
        ("resolution 70/224", ["70/224"]),
        ("第70/224号决议", ["70/224"]),
        ("a/hrc/17/31 and JIU/REP/2017/8", ["A/HRC/17/31", "JIU/REP/2017/8"]),
        ("E/2020/55", ["E/2020/55"]),
        ("A/76/319 and A/RES/64/223", ["A/76/319", "A/RES/64/223"]),
        ("the 2021 report and the 2021 resolution", ["A/76/319"]),
        ("2021年报告", ["A/76/319"]),
        ("the 2008 resolution", []),
        ("a 50/50 joint venture", []),
        ("80/20", []),
        ("by 12/25", []),
        ("24/7", []),
        ("and/or 2020/2021", []),
        ("on 31/12/2021", []),
    ],
)
def test_recognises_symbols_and_nothing_like_them(recogniser, text, expected):
    assert _values(recogniser, text, "document") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("para 9", "9"),
        ("para. 9", "9"),
        ("paragraph nine", "9"),
        ("Paragraph 9", "9"),
        ("paras 9", "9"),
        ("par. 9", "9"),
        ("¶9", "9"),
        ("¶ 9", "9"),
        ("§9", "9"),
        ("OP 9", "9"),
        ("OP9", "9"),
        ("op. 9", "9"),
        ("operative paragraph 9", "9"),
        ("第9段", "9"),
        ("第 9 段", "9"),
        ("第９段", "9"),
        ("第九段", "9"),
        ("第十二段", "12"),
        ("第二十段", "20"),
        ("第一百零五段", "105"),
        ("第105段", "105"),
        ("执行部分第九段", "9"),
        ("執行部分第九段", "9"),
        ("A/RES/64/223第9段", "9"),
        ("box 6", "box 6"),
        ("Box six", "box 6"),
        ("方框6", "box 6"),
        ("方框 6", "box 6"),
        ("方框六", "box 6"),
        ("框6", "box 6"),
        ("table row 5", "table row 5"),
        ("表格第5行", "table row 5"),
        ("the annex", "annex"),
        ("附件", "annex"),
        ("序言部分", "preamble"),
    ],
)
def test_recognises_a_place_in_all_spellings(recogniser, text, expected):
    assert _values(recogniser, text, "paragraph") == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "principle 7",
        "Principle seven",
        "principles 7",
        "principle no. 7",
        "principle #7",
        "P7",
        "p 7",
        "(P7)?",
        "the seventh principle",
        "the 7th principle",
        "第七项原则",
        "第7项原则",
        "第７項原則",
        "原则七",
        "原则7",
        "原則七",
        "第7条原则",
        "第七條原則",
    ],
)
def test_recognises_a_principle_in_all_spellings(recogniser, text):
    assert _values(recogniser, text, "principle") == ["7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("principle 10", ["10"]),
        ("第十项原则", ["10"]),
        ("principle 11", ["11"]),
        ("principle 7 and principle 8", ["7", "8"]),
        ("原则一和原则二", ["1", "2"]),
        ("the ten principles", []),
        ("十项原则", []),
        ("principle 100", []),
        ("第3项可持续发展目标", []),
        ("app7 and up 7", []),
    ],
)
def test_recognises_the_principles_that_are_named(recogniser, text, expected):
    assert _values(recogniser, text, "principle") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WHO", ["who"]),
        ("ask WHO about it", ["who"]),
        ("ＷＨＯ", ["who"]),
        ("who runs it?", []),
        ("Who runs it?", []),
        ("the World Health Organization", ["who"]),
        ("世卫组织", ["who"]),
        ("世衛組織", ["who"]),
        ("undp", ["undp"]),
        ("UNDP 和世卫组织", ["undp", "who"]),
        ("UN development programme", ["undp"]),
        ("开发署", ["undp"]),
        ("開發署", ["undp"]),
        ("undpx", []),
    ],
)
def test_recognises_organisations(recogniser, text, expected):
    assert _values(recogniser, text, "organisation") == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("SDG 7", "sdg", ["7"]),
        ("SDG7", "sdg", ["7"]),
        ("sdgs 13", "sdg", ["13"]),
        ("Goal 17", "sdg", ["17"]),
        ("目标17", "sdg", ["17"]),
        ("可持续发展目标十七", "sdg", ["17"]),
        ("可持續發展目標7", "sdg", ["7"]),
        ("第3项可持续发展目标", "sdg", ["3"]),
        ("in 2007 and 2021", "year", ["2007", "2021"]),
        ("2007年", "year", ["2007"]),
        ("２００７年", "year", ["2007"]),
        ("FY2020", "year", ["2020"]),
        ("2020–2023", "year", ["2020", "2023"]),
        ("1850 or 3000", "year", []),
        ("JIU/REP/2017/8", "year", []),
        ("20071", "year", []),
        ("Kenya", "country", ["KE"]),
        ("KENYA", "country", ["KE"]),
        ("肯尼亚", "country", ["KE"]),
        ("肯尼亞", "country", ["KE"]),
        ("the United States of America", "country", ["US"]),
        ("中国和法国", "country", ["CN", "FR"]),
        ("and Africa?", "region", ["africa"]),
        ("那亚太地区呢", "region", ["asia_pacific"]),
        ("那亞太地區呢", "region", ["asia_pacific"]),
        ("Arab States or the Caribbean", "region", ["arab_states", "latin_america_caribbean"]),
        ("Europe and Central Asia", "region", ["europe_central_asia"]),
        ("拉丁美洲和加勒比", "region", ["latin_america_caribbean"]),
        ("South Africa", "region", []),
        ("南非", "region", []),
        ("South Africa, in Africa", "region", ["africa"]),
        ("anti-corruption", "area", ["anti_corruption"]),
        ("反腐敗", "area", ["anti_corruption"]),
        ("human rights and labour", "area", ["human_rights", "labour"]),
        ("partnership count", "term", ["growth.number"]),
        ("伙伴關係總數", "term", ["growth.number"]),
    ],
)
def test_recognises_goals_years_countries_regions_areas_and_terms(recogniser, text, kind, expected):
    assert _values(recogniser, text, kind) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("見 第６４/２２３號決議 第９段", {"document": "６４/２２３", "document_kind": "決議", "paragraph": "第９段"}),
        ("😀😀 Ask WHO, para 9!", {"organisation": "WHO", "paragraph": "para 9"}),
        ("a\u200b b A/RES/64/223", {"document": "A/RES/64/223"}),
        ("ﬁne: P7", {"principle": "P7"}),
        ("the 2009 resolution", {"document": "2009", "year": "2009", "document_kind": "resolution"}),
        ("在肯尼亞，SDG 7", {"country": "肯尼亞", "sdg": "SDG 7"}),
    ],
)
def test_places_entities_in_the_text_as_typed(recogniser, text, expected):
    found = {e.entity: text[e.start : e.end] for e in recogniser.find(text)}
    assert found == expected


@pytest.mark.parametrize("text", ["the next one", "下一段呢", "那下一條呢", "the year before"])
def test_takes_no_step_for_a_number(small, project, text):
    words = {
        "en": {"next_words": ("next one",), "previous_words": ("year before",)},
        "zh": {"next_words": ("下一",), "previous_words": ()},
    }
    languages = {code: dataclasses.replace(one, **words[code]) for code, one in small.languages.items()}
    recogniser = Recogniser(build(dataclasses.replace(small, languages=languages), project / "nlu_data"))
    assert recogniser.find(text) == []


def test_gives_entities_in_the_order_of_their_places(recogniser):
    text = "principle 7 in Kenya, para 9 of A/RES/64/223"
    places = [entity.start for entity in recogniser.find(text)]
    assert places == sorted(places)
    assert len(places) == 4


def test_takes_the_longest_of_overlapping_names(recogniser):
    assert recogniser.find("human rights") == [Entity("area", "human_rights", 0, 12)]


@pytest.mark.parametrize("text", ["", "   ", "hello", "你好", "?!", "//", "第段", "principle", "para"])
def test_finds_nothing_where_nothing_is_named(recogniser, text):
    assert recogniser.find(text) == []


@given(
    st.lists(st.sampled_from([*"aA/第段项原则9０7零百十 .WHO\u200b😀", "res", "principle", "2009", "para "])).map(
        "".join
    )
)
def test_takes_any_text(recogniser, text):
    for entity in recogniser.find(text):
        assert 0 <= entity.start < entity.end <= len(text)


def test_finds_the_same_again(recogniser):
    text = "principle 7, WHO, para 9 of 64/223 in Kenya, 2021"
    assert recogniser.find(text) == recogniser.find(text)
