from __future__ import annotations

import dataclasses
import datetime
import shutil
import subprocess
import zipfile

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from bot.flows import document
from bot.flows.saying import Teller
from bot.flows.state import RESULT
from bot.knowledge.flows import YES_NO, Step
from bot.knowledge.loader import load
from bot.knowledge.models import Reference
from tests.bot import small_base
from tests.bot.flows.conftest import after

TODAY = datetime.date(2026, 11, 30)
PERSON = "a1b2c3"
OFFICE = shutil.which("soffice")
#: As in the small flow, but not under the heading of the words.
OPEN = Step("open", "yes_no", YES_NO, part="what")


def words_of(path):
    read = docx.Document(str(path))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in read.paragraphs), *cells])


def pages_of(path, folder):
    """Returns the words of each page as LibreOffice prints a document."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [page.extract_text() for page in pypdf.PdfReader(folder / f"{path.stem}.pdf").pages]


@pytest.fixture(params=["en", "zh"])
def made(request, guided, flow, tmp_path):
    """The language and the path of a document, its text left to be filled in by hand."""
    state = dataclasses.replace(after(flow, "skill", ["law"], "affirmed", None), phase=RESULT)
    return request.param, document.write(Teller(flow, guided, request.param), state, tmp_path, TODAY, PERSON)


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
    assert when in words_of(document.write(Teller(flow, base, language), state, tmp_path, TODAY, PERSON))


@pytest.mark.parametrize(("language", "before", "behind"), [("en", "Page ", ""), ("zh", "第", "页")])
def test_numbers_its_pages_as_the_language_does(guided, flow, language, before, behind):
    made = document.compose(Teller(flow, guided, language), after(flow, "money"), TODAY)
    runs = made.sections[0].footer.paragraphs[0].runs
    assert [run.text for run in runs] == [before, "", behind]
    assert "PAGE" in runs[1]._r.xml


@pytest.mark.parametrize(
    ("language", "said"), [("en", {"val": "en-GB", "eastAsia": "en-US"}), ("zh", {"val": "en-US", "eastAsia": "zh-CN"})]
)
def test_says_in_which_language_its_lines_are_broken(guided, flow, language, said):
    made = document.compose(Teller(flow, guided, language), after(flow, "money"), TODAY)
    (default,) = made.styles.element.xpath("w:docDefaults//w:lang")
    assert {name: default.get(qn(f"w:{name}")) for name in said} == said


def test_writes_the_words_of_a_note_over_the_whole_width(guided, flow):
    flow = dataclasses.replace(flow, document="note", steps={**flow.steps, "open": OPEN})
    state = after(flow, "skill", ["law"], "affirmed", "our own words\nin two lines")
    made = document.compose(Teller(flow, guided, "en"), state, TODAY)
    said = [paragraph.text for paragraph in made.paragraphs]
    where = said.index("How")
    assert said[where : where + 3] == ["How", "our own words", "in two lines"]
    assert [row.cells[0].text for table in made.tables for row in table.rows] == ["Kind", "Skills", "Openness"]


def test_names_the_places_of_a_source_in_their_order(guided, flow):
    kind = dataclasses.replace(flow.steps["kind"], references=(Reference("A/76/319", ("annex", "21", "20")),))
    flow = dataclasses.replace(flow, steps={**flow.steps, "kind": kind})
    made = document.compose(Teller(flow, guided, "en"), after(flow, "skill", ["law"]), TODAY)
    assert "A/76/319 paras. 20, 21, annex; Report of 2021" in made.paragraphs[-1].text


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
    printed = "".join("".join(page.split()) for page in pages_of(path, tmp_path))
    assert "".join(flow.texts[language].document["title"].split()) in printed


IDEA = {
    "en": "We deliver parcels and want to bring vaccines to clinics in two provinces, with our own vans. " * 4,
    "zh": "我们是快递公司，想用自己的车队把疫苗送到两个省的诊所，与世卫组织合作，为期三年。" * 4,
}


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: no DOCX is converted to PDF")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("answer", YES_NO)
def test_puts_an_idea_of_a_few_lines_on_one_page(tmp_path, language, answer):
    knowledge = load(small_base.ROOT / "knowledge")
    flow = knowledge.flows["idea_check"]
    state = after(flow, IDEA[language], *(answer for _ in range(len(flow.steps) - 1)))
    path = document.write(Teller(flow, knowledge, language), state, tmp_path, TODAY, PERSON)
    assert len(pages_of(path, tmp_path)) == 1
