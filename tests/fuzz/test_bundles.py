"""Bundles of lessons from another installation: taken in, or refused in one line, and then nothing of them stays."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.lessons import LessonStore
from bot.store.switches import SwitchStore
from bot.teaching.exporting import ROWS_NAME, Export, as_bundle
from bot.teaching.importing import take_in
from tests.bot import small_base
from tests.fuzz import zipped
from tests.fuzz.cases import cases, damaged, json_values

_FOLDER = TemporaryDirectory(prefix="fuzz")
_ROW = {"kind": "example", "label": "faq/growth.costs", "language": "en", "text": "what must we lay out"}
_BUNDLE = zipped.with_member(
    as_bundle(Export()), ROWS_NAME, json.dumps({"lessons": [_ROW] * 2, "switched_off": ["growth.costs"]}).encode()
)
#: Each opens a database and reads a knowledge base.
_costly = settings(cases, max_examples=cases.max_examples // 5)


@lru_cache(maxsize=1)
def _settings():
    root = small_base.write(Path(_FOLDER.name) / "project")
    return Settings(root=root, var=root / "var", database_url=f"sqlite:///{root / 'guide.db'}")


def _taken_or_refused(data):
    path = Path(_FOLDER.name) / "lessons.zip"
    path.write_bytes(data)
    with LessonStore.from_settings(_settings()) as lessons, SwitchStore.from_settings(_settings()) as switches:
        said = ""
        try:
            take_in(_settings(), path, "jo")
        except StoreError as error:
            said = str(error)
        assert "\n" not in said
        assert not (said and lessons.standing())
        for lesson in lessons.standing():
            assert lesson.text.isprintable()
            lessons.drop(lesson.id)
        for entry in switches.switched_off():
            switches.on(entry, "jo")


@_costly
@given(damaged(_BUNDLE))
def test_takes_in_or_refuses_any_file(data):
    _taken_or_refused(data)


@_costly
@given(damaged(zipped.member(_BUNDLE, ROWS_NAME)))
@example(b"\xff")
def test_takes_in_or_refuses_damaged_rows(rows):
    _taken_or_refused(zipped.with_member(_BUNDLE, ROWS_NAME, rows))


def test_refuses_rows_that_are_nested_without_end():
    """Found by this file: the reader of JSON gave up with an error that nobody expected."""
    _taken_or_refused(zipped.with_member(_BUNDLE, ROWS_NAME, b"[" * 100_000))


_ROWS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["example", "question", "stub", "turn"]) | json_values},
    optional={name: json_values | st.text(max_size=20) for name in ("label", "language", "text", "details")},
)


@_costly
@given(st.lists(st.just(_ROW) | _ROWS, max_size=3), st.lists(st.just("growth.costs") | json_values, max_size=2))
@example([{**_ROW, "text": "\ud800 [a](b)\n"}], [])
def test_takes_in_or_refuses_rows_of_any_shape(lessons, off):
    rows = json.dumps({"lessons": lessons, "switched_off": off}).encode()
    _taken_or_refused(zipped.with_member(_BUNDLE, ROWS_NAME, rows))
