from __future__ import annotations

import dataclasses
import datetime
import shutil
import subprocess
import zipfile

import docx
import pypdf
import pytest

from bot.flows import document
from bot.flows.saying import Teller
from bot.flows.state import RESULT
from tests.bot.flows.conftest import after

TODAY = datetime.date(2026, 11, 30)
OFFICE = shutil.which("soffice")


def words_of(path):
    read = docx.Document(str(path))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in read.paragraphs), *cells])


@pytest.fixture(params=["en", "zh"])
def made(request, guided, flow, tmp_path):
    """The language and the path of a document, its text left to be filled in by hand."""
    state = dataclasses.replace(after(flow, "skill", ["law"], "affirmed", None), phase=RESULT)
    return request.param, document.write(Teller(flow, guided, request.param), state, tmp_path, TODAY)


def test_holds_answers_sources_date_and_room_for_a_hand(made, guided, flow):
    language, path = made
    text, known = flow.texts[language], guided.flow_words[language]
    words = words_of(path)
    assert words.startswith(text.document["title"])
    assert "2026-11-30" in words
    assert guided.version in words
    assert text.labels["skills"]["law"] in words
    assert known.phrases["blank"] in words
    assert known.phrases["no_verdict"] in words
    assert guided.languages[language].source_titles["A/76/319"] in words
    assert f"https://undocs.org/{language}/A/76/319" in words


@pytest.mark.parametrize(("language", "when"), [("en", "; read in 2026;"), ("zh", "；2026年读到；")])
def test_does_not_date_a_page_by_the_day_it_was_read(guided, flow, tmp_path, language, when):
    page = dataclasses.replace(guided.sources["A/76/319"], year=2026, accessed="2026-11-20")
    base = dataclasses.replace(guided, sources={**guided.sources, "A/76/319": page})
    state = dataclasses.replace(after(flow, "skill", ["law"], "affirmed", None), phase=RESULT)
    assert when in words_of(document.write(Teller(flow, base, language), state, tmp_path, TODAY))


def test_names_nobody_as_its_author(made):
    _, path = made
    with zipfile.ZipFile(path) as archive:
        assert b"python-docx" not in archive.read("docProps/core.xml")


def test_leaves_no_file_behind_for_long(made, tmp_path):
    _, path = made
    assert path.stat().st_mode & 0o077 == 0
    assert document.discard_old(tmp_path, path.stat().st_mtime + 4000) == 1


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: no DOCX is converted to PDF")
def test_opens_in_libreoffice(made, tmp_path, flow):
    language, path = made
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = pypdf.PdfReader(tmp_path / f"{path.stem}.pdf").pages
    printed = "".join("".join(page.extract_text().split()) for page in pages)
    assert "".join(flow.texts[language].document["title"].split()) in printed
