"""No language lags behind: what one complete language has, every other has: in knowledge, data and tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import render
from bot.knowledge.loader import KnowledgeBase, load, normal_question, read_yaml, term_questions
from bot.knowledge.numbers import format_figure
from bot.nlu.data_checks import FAQ_INTENT, PAYLOAD_INTENTS, examples
from bot.phrases import load_phrases
from tests.conftest import ROOT

KNOWLEDGE: KnowledgeBase = load(ROOT / "knowledge")
LANGUAGES = [code for code, language in KNOWLEDGE.languages.items() if language.status == "complete"]
ENTRIES = list(KNOWLEDGE.entries.values())
HELD_OUT, TUNING = ROOT / "tests" / "nlu", ROOT / "nlu_data" / "tuning"
WITHOUT = HELD_OUT / "_without_heldout.txt"
PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")


def _each(describe: Any) -> dict[str, Any]:
    """Returns what `describe` says of each complete language."""
    return {code: describe(code) for code in LANGUAGES}


def _assert_equal(described: dict[str, Any]) -> None:
    first, *others = described
    for other in others:
        assert described[other] == described[first]


def test_has_two_languages_to_compare():
    assert {"en", "zh"} <= {*LANGUAGES}
    assert len(ENTRIES) > 100


def test_has_the_same_entries():
    _assert_equal(_each(lambda code: [entry.id for entry in ENTRIES if code in entry.texts]))
    assert [(entry.id, code) for entry in ENTRIES for code in LANGUAGES if code not in entry.texts] == []


def test_has_the_same_topics_and_sources_with_a_title():
    _assert_equal(_each(lambda code: sorted(KNOWLEDGE.languages[code].topic_titles)))
    _assert_equal(_each(lambda code: sorted(KNOWLEDGE.languages[code].source_titles)))


@pytest.mark.parametrize("part", ["audience", "placeholders", "more", "quote"])
def test_has_the_same_parts_in_every_entry(part):
    def describe(code: str) -> dict[str, Any]:
        texts = {entry.id: entry.texts[code] for entry in ENTRIES}
        blocks = {i: "\n".join((t.title, t.answer, t.more, *t.audience.values())) for i, t in texts.items()}
        return {
            entry_id: {
                "audience": sorted(text.audience),
                "placeholders": sorted(set(PLACEHOLDER.findall(blocks[entry_id]))),
                "more": bool(text.more),
                "quote": bool(text.quote),
            }[part]
            for entry_id, text in texts.items()
        }

    _assert_equal(_each(describe))


def test_has_the_same_placeholders_for_each_audience():
    def describe(code: str) -> dict[str, Any]:
        return {
            (entry.id, audience): sorted(set(PLACEHOLDER.findall(words)))
            for entry in ENTRIES
            for audience, words in entry.texts[code].audience.items()
        }

    _assert_equal(_each(describe))


def test_gives_the_same_citations_and_choices():
    def describe(code: str) -> list[Any]:
        replies = [render.answer(entry, KNOWLEDGE, language=code, audience="other") for entry in ENTRIES]
        return [
            (r.entry, [(c.source, c.locators) for c in r.citations], [c.payload for c in r.choices]) for r in replies
        ]

    _assert_equal(_each(describe))


def test_gives_every_figure():
    for entry in ENTRIES:
        for code in LANGUAGES:
            text, language = entry.texts[code], KNOWLEDGE.languages[code]
            said = render.fill(
                "\n".join((text.title, text.answer, text.more, *text.audience.values())), entry, language
            )
            missing = [n for n, figure in entry.figures.items() if format_figure(figure, language) not in said]
            assert missing == [], f"{entry.id} in {code}"
            assert not PLACEHOLDER.search(said), f"{entry.id} in {code}"


def test_knows_the_same_organisations():
    _assert_equal(_each(lambda code: sorted(o for o, names in KNOWLEDGE.organisations.items() if code in names)))


def test_has_the_same_data_files():
    _assert_equal(_each(lambda code: sorted(path.name for path in (ROOT / "nlu_data" / code).iterdir())))


def _said(code: str) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for path in sorted((ROOT / "nlu_data" / code).glob("*.yml")):
        if path.stem not in ("lookups", "phrases"):
            for intent, utterances in examples(path).items():
                said.setdefault(intent, []).extend(utterances)
    return said


def test_hears_the_same_intents_in_the_same_files():
    def describe(code: str) -> dict[str, list[str]]:
        files = sorted((ROOT / "nlu_data" / code).glob("*.yml"))
        return {path.name: sorted(examples(path)) for path in files if path.stem not in ("lookups", "phrases")}

    _assert_equal(_each(describe))


def test_says_the_same_phrases_with_the_same_names():
    phrases = load_phrases(ROOT / "nlu_data", LANGUAGES).texts
    _assert_equal(
        _each(lambda code: {name: sorted(set(PLACEHOLDER.findall(text))) for name, text in phrases[code].items()})
    )


@pytest.mark.parametrize("part", ["patterns", "values"])
def test_recognises_the_same_things(part):
    def describe(code: str) -> dict[str, Any]:
        lookups = read_yaml(ROOT / "nlu_data" / code / "lookups.yml")["lookups"][part]
        return {
            kind: sorted(rows) if isinstance(rows, dict) and kind != "country" else None
            for kind, rows in lookups.items()
        }

    _assert_equal(_each(describe))


# Questions kept from training. -------------------------------------------------------------------------------------


def _questions(folder: Path, code: str) -> Iterator[tuple[str, str]]:
    """Yields (what it asks for, question) of every file: `growth.number`, or the name of an intent."""
    for path in sorted((folder / code).glob("*.yml")):
        for name, part in read_yaml(path).items():
            if name == "entries":
                yield from ((f"{path.stem}.{entry}", q) for entry, questions in part.items() for q in questions or ())
            elif name == "intents":
                yield from ((intent, q) for intent, questions in part.items() for q in questions or ())
            elif isinstance(part, list):
                yield from ((name, question) for question in part)


def _expected(code: str) -> set[str]:
    """What must be asked in the tests; terms are looked up by their names, and nobody says a payload."""
    entries = {entry.id for entry in ENTRIES if not entry.is_term}
    return entries | set(_said(code)) - PAYLOAD_INTENTS - {FAQ_INTENT}


def _lacking() -> list[str]:
    return [
        f"{code} {name}"
        for code in LANGUAGES
        for name in sorted(_expected(code) - {asked for asked, _ in _questions(HELD_OUT, code)})
    ]


def _listed() -> list[str]:
    return [line for line in WITHOUT.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_holds_questions_out_for_every_entry_and_intent():
    assert sorted(set(_lacking()) - set(_listed())) == []


def test_lists_only_what_really_lacks_questions():
    assert sorted(set(_listed()) - set(_lacking())) == []
    assert len(set(_listed())) == len(_listed())


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("folder", [HELD_OUT, TUNING], ids=["nlu", "tuning"])
def test_asks_only_for_what_exists(folder, code):
    known = set(KNOWLEDGE.entries) | set(_said(code))
    assert sorted({asked for asked, _ in _questions(folder, code)} - known) == []


@pytest.mark.parametrize("folder", [HELD_OUT, TUNING], ids=["nlu", "tuning"])
def test_asks_in_files_that_say_their_language(folder):
    files = sorted(folder.glob("*/*.yml"))
    assert files
    assert [path for path in files if read_yaml(path).get("language") != path.parent.name] == []


def _trained(code: str) -> dict[str, str]:
    trained = {normal_question(u): intent for intent, utterances in _said(code).items() for u in utterances}
    for entry in ENTRIES:
        for text in entry.texts.values():
            trained |= {normal_question(question): entry.id for question in (text.title, *text.questions)}
        if entry.is_term:
            trained |= {
                normal_question(question): entry.id for _, question in term_questions(entry, KNOWLEDGE.languages)
            }
    return trained


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("folder", [HELD_OUT, TUNING], ids=["nlu", "tuning"])
def test_never_asks_what_was_trained(folder, code):
    trained = _trained(code)
    questions = list(_questions(folder, code))
    assert len(questions) > 100
    assert [(asked, q, trained[normal_question(q)]) for asked, q in questions if normal_question(q) in trained] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_never_tunes_on_what_is_held_out(code):
    held_out = {normal_question(question) for _, question in _questions(HELD_OUT, code)}
    assert [q for _, q in _questions(TUNING, code) if normal_question(q) in held_out] == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("folder", [HELD_OUT, TUNING], ids=["nlu", "tuning"])
def test_asks_nothing_twice(folder, code):
    questions = [normal_question(question) for _, question in _questions(folder, code)]
    assert [question for question in set(questions) if questions.count(question) > 1] == []


if __name__ == "__main__":  # writes the list anew: .venv/bin/python -m tests.test_parity
    WITHOUT.write_text(
        "# Entries and intents without held-out questions, per language. tests/test_parity.py fails on a line that\n"
        "# is not true any more; .venv/bin/python -m tests.test_parity writes the list anew.\n"
        + "".join(f"{line}\n" for line in _lacking()),
        encoding="utf-8",
    )
