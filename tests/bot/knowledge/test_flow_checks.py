from __future__ import annotations

import pytest

from bot.knowledge.checks import check
from bot.knowledge.loader import load
from tests.bot import small_base, small_flows
from tests.bot.small_base import dump, edit


@pytest.fixture
def folder(tmp_path):
    """A small knowledge base with a flow, without a problem."""
    return small_flows.add(small_base.write(tmp_path))


def test_finds_nothing_in_a_flow_without_problem(folder):
    assert check(folder) == []


def test_takes_a_further_flow_that_is_files_alone(folder):
    text = {code: {**words, "title": words["title"] + " 2"} for code, words in small_flows.TEXTS.items()}
    dump(folder / "flows" / "more.yml", small_flows.FLOW)
    for code, words in text.items():
        start = [f"{example} 2" for example in words["start"]]
        dump(folder / "flow_texts" / code / "more.yml", {"language": code, "flow": "more", **words, "start": start})
    assert check(folder) == []
    assert set(load(folder).flows) == {"gift", "more"}


def _flow(*keys, value):
    return "flows/gift.yml", keys, value


def _words(code, *keys, value):
    return f"flow_texts/{code}/gift.yml", keys, value


REMOVED = object()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_flow("steps", "kind", "references", value=[{"source": "A/1", "locators": ["1"]}]), "'A/1' is no source"),
        (
            _flow("steps", "kind", "references", value=[{"source": "A/76/319", "locators": ["999"]}]),
            "A/76/319 has no place '999'",
        ),
        (_flow("steps", "skills", "when", value={"words": ["skipped"]}), "'words', which is no step before it"),
        (_flow("steps", "skills", "when", value={"kind": ["gold"]}), "'gold', which 'kind' does not offer"),
        (
            _flow("steps", "words", "when", value={"kind": ["money"], "skills": ["law"]}),
            "words: no answers lead to it",
        ),
        (
            _flow("sections", "next", "items", "tell", "when", value={"kind": ["money"], "skills": ["law"]}),
            "next.tell: no answers lead to it",
        ),
        (_flow("sections", value=REMOVED), "ends without a result"),
        (_flow("sections", "next", "items", "ask", value={}), "next.ask: has neither a source nor an office"),
        (
            _flow("sections", "fit", "items", "gift", "points", value={"kind.gold": 2}),
            "'kind.gold', which is no answer",
        ),
        (_flow("sections", "next", "items", "tell", "entries", value=["growth.no"]), "'growth.no' is no entry"),
        (_flow("steps", "kind", "options", value=["money", "m" * 60]), "does not fit on a button"),
        (_flow("request", value=True), "without a yes_no step `consent`"),
        (_flow("draw", value=2), "its right answer '' is none of its options"),
        (_words("zh", "steps", "open", value=REMOVED), "steps: open: missing"),
        (_words("zh", "steps", "kind", "options", "skill", value=REMOVED), "steps.kind.options: skill: missing"),
        (_words("en", "steps", "kind", "why", value=REMOVED), "has sources, but no `why`"),
        (_words("en", "steps", "kind", "why", value="It counts 17 of them."), "the number 17 stands at no cited place"),
        (_words("zh", "sections", "next", "items", "tell", value=REMOVED), "sections.next.items: tell: missing"),
        (_words("en", "parts", "how", value=REMOVED), "parts: how: missing"),
        (_words("en", "steps", "open", "short", value="Kind"), "two steps have the same short name"),
        (_words("en", "steps", "kind", "typed", value={"gold": ["gold"]}), "steps.kind.typed: gold"),
    ],
)
def test_tells_what_is_wrong(folder, change, problem):
    path, keys, value = change
    with edit(folder / path) as data:
        for key in keys[:-1]:
            data = data[key]
        if value is REMOVED:
            del data[keys[-1]]
        else:
            data[keys[-1]] = value
    problems = check(folder)
    assert any(problem in told for told in problems), problems
    assert all(told.startswith("knowledge/flow") for told in problems)


def test_wants_every_complete_language(folder):
    (folder / "flow_texts" / "zh" / "gift.yml").unlink()
    assert "knowledge/flow_texts/zh/gift.yml: missing" in check(folder)


def test_wants_no_words_without_a_flow(folder):
    (folder / "flows" / "gift.yml").unlink()
    assert any("flows/gift.yml is missing" in told for told in check(folder))


def test_holds_the_shared_words_of_the_languages_equal(folder):
    with edit(folder / "flow_words" / "zh.yml") as data:
        del data["phrases"]["cancelled"]
        data["phrases"]["busy"] = "忙"
    told = "\n".join(check(folder))
    assert "flow_words/zh.yml: phrases.cancelled: missing" in told
    assert "flow_words/zh.yml: phrases.busy: its {names} differ" in told


def test_refuses_a_way_to_ask_that_belongs_to_an_entry(folder):
    question = next(iter(load(folder).entries["growth.number"].texts["en"].questions))
    with edit(folder / "flow_texts" / "en" / "gift.yml") as data:
        data["start"][0] = question
    assert any("also belongs to growth.number" in told for told in check(folder))
