from __future__ import annotations

import dataclasses
import time

import pytest

from bot.sources.cutting import Place
from bot.sources.overlap import problems
from bot.sources.paragraphs import OfficialText, read_folder

TWENTY = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
SIXTY = "abcde fghij klmno pqrst uvwxy zabcd efghi jklmn opqrs tuvwx yzabc defgh"


def _with(knowledge, code, **changes):
    entry = knowledge.entries["growth.number"]
    text = dataclasses.replace(entry.texts[code], **changes)
    changed = dataclasses.replace(entry, texts={**entry.texts, code: text})
    return dataclasses.replace(knowledge, entries={**knowledge.entries, entry.id: changed})


def _text(code, words, symbol="A/76/319", locator="20"):
    return OfficialText(symbol, code, (Place("1", "", "另一段"), Place(locator, "", words)))


@pytest.mark.parametrize(
    ("code", "words", "number"),
    [("zh", TWENTY, 20), ("en", SIXTY, 60), ("zh", f"{TWENTY[:10]}，3200 {TWENTY[10:]}", 20)],
)
def test_reports_a_run_that_is_too_long(small, code, words, number):
    found = problems(_with(small, code, answer=f"One. {words} two."), [_text(code, f"x {words}！y")])
    path = f"knowledge/texts/{code}/growth.yml: number"
    assert found == [f"{path}: answer shares {number} characters with A/76/319 20: “{words}”"]


@pytest.mark.parametrize("part", ["more", "audience"])
def test_looks_into_every_part(small, part):
    changes = {"more": TWENTY} if part == "more" else {"audience": {"company": TWENTY}}
    (found,) = problems(_with(small, "zh", **changes), [_text("zh", TWENTY)])
    assert f"{part if part == 'more' else 'audience.company'} shares 20 characters" in found


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": TWENTY[1:]},  # too short
        {"answer": f"{TWENTY[:10]}x{TWENTY[10:]}"},  # in other words
        {"answer": "无", "quote": TWENTY},  # marked as official wording
        {"answer": f"{TWENTY[:8]}世卫组织{TWENTY[8:18]}"},  # with a name
        {"answer": f"《{TWENTY}》"},  # a title
    ],
)
@pytest.mark.parametrize("words", [TWENTY, f"{TWENTY[:8]}世卫组织{TWENTY[8:]}", f"《{TWENTY}》"])
def test_lets_own_words_names_and_quotations_pass(small, changes, words):
    assert problems(_with(small, "zh", **changes), [_text("zh", words)]) == []


def test_compares_only_with_what_the_entry_cites_and_in_its_language(small):
    changed = _with(small, "zh", answer=TWENTY)
    assert problems(changed, [_text("zh", TWENTY, symbol="A/RES/64/223"), _text("en", TWENTY)]) == []


def test_reports_two_runs_at_two_places(small):
    other = TWENTY[::-1]
    changed = _with(small, "zh", answer=f"{TWENTY}；{other}")
    text = OfficialText("A/76/319", "zh", (Place("20", "", TWENTY), Place("21", "", other + TWENTY)))
    assert [line.split(" with ")[1].split(":")[0] for line in problems(changed, [text])] == [
        "A/76/319 20",
        "A/76/319 21",
    ]


def test_compares_the_whole_base_quickly(real, official_texts):
    texts = read_folder(official_texts, real)
    began = time.perf_counter()
    found = problems(real, texts)
    assert time.perf_counter() - began < 30
    assert [line for line in found if not line.startswith("knowledge/texts/zh/")] == []
