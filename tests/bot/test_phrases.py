from __future__ import annotations

import pytest

from bot.errors import KnowledgeError
from bot.phrases import Phrases, check_phrases, load_phrases

PHRASES = Phrases(
    {
        "en": {"hello": "Hello {name}, {name}!", "plain": "Just {} this {9} {Name}"},
        "zh": {"hello": "你好，{name}！", "plain": "如此"},
    }
)


@pytest.mark.parametrize(("language", "expected"), [("en", "Hello {x} 7, {x} 7!"), ("zh", "你好，{x} 7！")])
def test_fills_in_names_once(language, expected):
    assert PHRASES.get("hello", language, name="{x} 7", other=1) == expected


def test_leaves_other_braces_alone():
    assert PHRASES.get("plain", "en") == "Just {} this {9} {Name}"


@pytest.mark.parametrize(("name", "language"), [("nothing", "en"), ("hello", "fr"), ("hello", "en")])
def test_says_which_phrase_language_or_name_is_missing(name, language):
    with pytest.raises(KeyError):
        PHRASES.get(name, language)


def _write(folder, code, content):
    (folder / code).mkdir(parents=True)
    (folder / code / "phrases.yml").write_text(content, encoding="utf-8")


def test_reads_the_phrases_of_each_language(tmp_path):
    _write(tmp_path, "en", "phrases:\n  hello: |\n    Hello\n    there\n\n")
    _write(tmp_path, "zh", "phrases: {hello: 你好}\n")
    assert load_phrases(tmp_path, ["en", "zh"]).texts == {"en": {"hello": "Hello\nthere"}, "zh": {"hello": "你好"}}


@pytest.mark.parametrize("content", ["other: {}\n", "phrases: [a]\n", "phrases: {a: 5}\n", "phrases: {a: {b: c}}\n"])
def test_refuses_phrases_of_another_shape(tmp_path, content):
    _write(tmp_path, "en", content)
    with pytest.raises(KnowledgeError, match="phrases.yml: `phrases` must be a mapping of names to texts"):
        load_phrases(tmp_path, ["en"])


def test_says_when_a_file_is_missing(tmp_path):
    with pytest.raises(KnowledgeError, match=r"fr/phrases.yml: cannot be read"):
        load_phrases(tmp_path, ["fr"])


def test_finds_no_difference_between_equals():
    assert check_phrases(Phrases({code: {"a": "{x} {y}"} for code in ("en", "zh")})) == []


@pytest.mark.parametrize(
    ("chinese", "problems"),
    [
        ({}, ["nlu_data/zh/phrases.yml: a: missing"]),
        ({"a": "{x}", "b": "more"}, ["nlu_data/en/phrases.yml: b: missing"]),
        (
            {"a": "{y}"},
            [
                "nlu_data/en/phrases.yml: a: its {names} differ from those in zh",
                "nlu_data/zh/phrases.yml: a: its {names} differ from those in en",
            ],
        ),
    ],
)
def test_tells_what_differs_between_languages(chinese, problems):
    assert check_phrases(Phrases({"en": {"a": "{x}"}, "zh": chinese})) == problems


def test_reads_how_other_languages_are_declined(tmp_path):
    _write(tmp_path, "en", "phrases: {hello: hi}\n")
    (tmp_path / "foreign.yml").write_text(
        "foreign:\n  fr: {script: Latin, line: 'Désolé : {languages}'}\n  en: {script: Latin, line: Sorry}\n",
        encoding="utf-8",
    )
    foreign = load_phrases(tmp_path, ["en"]).foreign
    assert {code: (one.script, one.line) for code, one in foreign.items()} == {"fr": ("Latin", "Désolé : {languages}")}


def test_says_what_is_wrong_with_the_lines_of_other_languages(tmp_path):
    _write(tmp_path, "en", "phrases: {hello: hi}\n")
    (tmp_path / "foreign.yml").write_text("foreign: {fr: {script: Latin}}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="must map language codes to `script` and `line`"):
        load_phrases(tmp_path, ["en"])
