"""The importer of sources: any file is read, or refused in one line."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.numbers import numbers_in
from bot.sources.documents import compare, official_texts
from tests.bot import small_base
from tests.bot.sources import files
from tests.fuzz import zipped
from tests.fuzz.cases import cases, damaged

_FOLDER = TemporaryDirectory(prefix="fuzz")


@lru_cache(maxsize=1)
def _knowledge():
    return load(small_base.write(Path(_FOLDER.name) / "small") / "knowledge")


def _word():
    path = files.word(Path(_FOLDER.name) / "original.docx", files.RESOLUTION.splitlines(), table=[["1. a", "b"]])
    return path.read_bytes()


_ROW = '{"source": "A/RES/64/223", "locator": "1", "section": "x", "en": "1. Notes", "zh": "1. 注意"}\n'
ORIGINALS = {
    ".txt": (files.RESOLUTION + "\f\n| 1. a | b |\n" + files.REPORT_ZH).encode(),
    ".pdf": files.pdf([files.RESOLUTION.splitlines()]),
    ".docx": _word(),
    ".jsonl": (_ROW * 3).encode(),
}


def _refused_or_read(suffix, data):
    path = Path(_FOLDER.name) / f"a{suffix}"
    path.write_bytes(data)
    said = ""
    try:
        for text in official_texts(path, _knowledge()):
            compare(text, _knowledge())
    except KnowledgeError as error:
        said = str(error)
    assert "\n" not in said


@pytest.mark.filterwarnings("ignore::UserWarning")  # zipfile's, on names that stand twice
@pytest.mark.parametrize("suffix", sorted(ORIGINALS))
def test_reads_or_refuses_any_file(suffix):
    @cases
    @given(damaged(ORIGINALS[suffix]))
    def tries(data):
        _refused_or_read(suffix, data)

    tries()


_BODY = "word/document.xml"


@cases
@given(damaged(zipped.member(ORIGINALS[".docx"], _BODY)))
def test_reads_or_refuses_a_word_file_that_is_damaged_inside(xml):
    _refused_or_read(".docx", zipped.with_member(ORIGINALS[".docx"], _BODY, xml))


@cases
@given(st.text(alphabet="零一二三十百千万亿0123456789., \u00a0多余million%", max_size=60))
def test_reads_any_number(text):
    numbers_in(text)


@pytest.mark.parametrize("piece", ["零", "亿", "9", "9."])
def test_reads_endless_numbers(piece):
    numbers_in(piece * 5_000)
