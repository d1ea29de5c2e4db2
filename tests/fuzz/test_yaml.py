"""The YAML loaders: any text is a mapping, or refused in one line."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.loader import load, read_yaml
from bot.phrases import check_phrases, load_phrases
from bot.store.lessons import sentence
from bot.teaching.writing import quoted
from tests.bot import small_base, small_flows
from tests.fuzz.cases import cases, damaged

_FOLDER = TemporaryDirectory(prefix="fuzz")
_ROOT = small_flows.add(small_base.write(Path(_FOLDER.name) / "small"))
_FILES = {path: path.read_bytes() for path in sorted(_ROOT.rglob("*.yml"))}
_PIECES = [
    ": ",
    "- ",
    "? ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "!!int ",
    "!!timestamp ",
    "!!map ",
    "x",
    "2020-99-99",
]


def _read(text):
    path = Path(_FOLDER.name) / "a.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    try:
        return _one_line("" if isinstance(read_yaml(path), dict) else "no mapping")
    except KnowledgeError as error:
        return _one_line(str(error))


def _one_line(said):
    assert "\n" not in said
    assert said != "no mapping"
    return said


@cases
@given(st.text(max_size=80) | st.binary(max_size=80) | st.lists(st.sampled_from(_PIECES), max_size=20).map("".join))
@example("? [a]\n: b")
@example("{{a: b}: c}")
@example("a: 2020-99-99")
@example("a: !!int x")
@example("a: !!timestamp x")
@example("a: !!bool x")
@example("!!map [a]")
@example("a: " + "9" * 5000)
def test_reads_or_refuses_any_yaml(text):
    _read(text)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a: [", "  - - "])
def test_refuses_what_is_nested_without_end(opening):
    """Found by this file: libyaml's reader in C followed 100,000 brackets until the process died of it."""
    assert "nested too deeply" in _read(f"x: y\n{opening * 100_000}")


def test_refuses_aliases_that_grow():
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    assert "by an alias" in _read("\n".join(lines))


def test_refuses_more_than_a_file_holds():
    assert "characters, more than" in _read("a: " + "x" * 1_000_001)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!!python/object:x.Y"])
def test_builds_no_object_of_python(tag, monkeypatch):
    monkeypatch.setattr(os, "system", lambda *_: pytest.fail("it was called"))
    assert _read(f"a: {tag} ['true']")


@settings(cases, max_examples=cases.max_examples // 5)  # each loads a whole knowledge base
@given(st.sampled_from(sorted(_FILES)).flatmap(lambda path: st.tuples(st.just(path), damaged(_FILES[path]))))
def test_loads_or_refuses_a_knowledge_base_with_a_damaged_file(file):
    path, data = file
    path.write_bytes(data)
    said = ""
    try:
        load(_ROOT)
    except KnowledgeError as error:
        said = str(error)
    finally:
        path.write_bytes(_FILES[path])
    _one_line(said)


_PHRASES = Path(_FOLDER.name) / "phrases"
_PHRASE_FILES = {
    name: (small_base.ROOT / "nlu_data" / name).read_bytes()
    for name in ("en/phrases.yml", "zh/phrases.yml", "foreign.yml")
}


@settings(cases, max_examples=cases.max_examples // 5)  # each reads all of them
@given(st.sampled_from(sorted(_PHRASE_FILES)).flatmap(lambda n: st.tuples(st.just(n), damaged(_PHRASE_FILES[n]))))
@example(("foreign.yml", b"foreign: [a]"))
@example(("en/phrases.yml", b"phrases: {a: 1}"))
def test_loads_or_refuses_damaged_phrases(file):
    for name, data in {**_PHRASE_FILES, file[0]: file[1]}.items():
        (_PHRASES / name).parent.mkdir(parents=True, exist_ok=True)
        (_PHRASES / name).write_bytes(data)
    said = ""
    try:
        check_phrases(load_phrases(_PHRASES, ["en", "zh"]))
    except KnowledgeError as error:
        said = str(error)
    _one_line(said)


@cases
@given(st.text(max_size=40) | st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
@example("2026-13-45")
@example("!!int x")
def test_writes_any_sentence_so_that_it_is_read_again(text):
    words = sentence(text)
    assert yaml.safe_load(f"- {quoted(words)}") == [words]
    assert yaml.safe_load(f"[{quoted(words, on_one_line=True)}]") == [words]
