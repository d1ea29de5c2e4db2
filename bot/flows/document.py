"""Writes the answers and the result of a flow as a DOCX: made, sent, deleted."""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.flows import result
from bot.flows.files import discard_old, folder, new_path
from bot.flows.pages import Block, merged
from bot.flows.saying import Teller
from bot.flows.state import State, answers_of, path
from bot.knowledge import render
from bot.knowledge.flows import Step

#: For alphabets and for Han characters: fonts that come with the office programs; others put their own in their place.
_LATIN, _HAN = "Calibri", "Microsoft YaHei"
_GREY, _BLUE = RGBColor(0x55, 0x55, 0x55), RGBColor(0x1F, 0x4E, 0x79)
_COLUMNS = (Cm(5.5), Cm(11.0))
#: Sizes in points of text, title, headings of first and second level; a note has to fit on one page.
_SIZES = {"record": (10.5, 20, 14, 11.5), "note": (9, 16, 11.5, 10)}
_MARGINS = {"record": Cm(2.0), "note": Cm(1.3)}
#: Room in points above and below what stands in a cell.
_CELL_SPACE = {"record": 2, "note": 0.5}
#: Room for what is filled in by hand.
_BLANK_LINES = 2
#: Stands for the number of a page until the document is opened.
_PAGE = "\N{REPLACEMENT CHARACTER}"


def write(teller: Teller, state: State, var: Path, today: datetime.date, person: str) -> Path:
    """Writes the document of a person's finished flow and returns its path.

    Side effects: a file for this account's eyes only; earlier ones that are too old go.

    Raises:
        OSError: it cannot be written.
    """
    folder(var).mkdir(parents=True, exist_ok=True, mode=0o700)
    discard_old(var)
    made = compose(teller, state, today)
    path = new_path(var, teller.flow.name, person)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        made.save(file)
    return path


def compose(teller: Teller, state: State, today: datetime.date) -> Any:
    """Returns the document: head, answers by part, notes, sources."""
    made = docx.Document()
    _set_up(made, teller)
    # The template's own date and remark would say something of the program, and nothing of the document.
    made.core_properties.comments = ""
    made.core_properties.created = made.core_properties.modified = datetime.datetime.combine(today, datetime.time())
    words = teller.text.document
    made.add_heading(words.get("title", teller.text.title), level=0)
    date = teller.phrase("document_date", date=today.isoformat(), version=teller.knowledge.version)
    _grey(made.add_paragraph(date))
    for name in ("lead", "no_verdict"):
        said = words.get(name) or (teller.phrase("no_verdict") if name == "no_verdict" else "")
        if said:
            made.add_paragraph(said)
    _answers(made, teller, state)
    blocks = result.blocks(teller.flow, state, teller.knowledge, teller.language)[:-1]
    if blocks:
        made.add_heading(teller.phrase("document_result"), level=1)
        for block in blocks:
            if block.heading:
                made.add_heading(block.text, level=2)
            else:
                _shaded(made.add_paragraph(block.text.removeprefix("- "), style="List Bullet"))
    cited = [Block("", teller.flow.steps[step.id].references) for step in path(teller.flow, state)]
    _sources(made, teller, [*cited, *blocks])
    if "closing" in words:
        made.add_paragraph()
        for part in words["closing"].splitlines():
            made.add_paragraph(part)
    return made


def _set_up(made: Any, teller: Teller) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.25)
    kind = teller.flow.document or "record"
    section.top_margin = section.bottom_margin = _MARGINS[kind]
    if kind == "note":
        made.styles["Normal"].paragraph_format.space_after = Pt(3)
        for name in ("Heading 1", "Heading 2"):
            made.styles[name].paragraph_format.space_before = Pt(6)
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = made.styles[name]
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            if fonts.get(qn(attribute)) is not None:
                del fonts.attrib[qn(attribute)]
        fonts.set(qn("w:ascii"), _LATIN)
        fonts.set(qn("w:hAnsi"), _LATIN)
        fonts.set(qn("w:eastAsia"), _HAN)
    for name, size in zip(("Normal", "Title", "Heading 1", "Heading 2"), _SIZES[kind], strict=True):
        made.styles[name].font.size = Pt(size)
        if name != "Normal":
            made.styles[name].font.color.rgb = _BLUE
    made.core_properties.title = teller.text.document.get("title", teller.text.title)
    made.core_properties.author = ""
    locale = teller.phrase("document_locale")
    made.core_properties.language = locale
    # Without it a program breaks lines, picks characters and checks the spelling as in American English. Names in Latin
    # letters stay English among Han characters, or LibreOffice 7.4 breaks lines inside them.
    (default,) = made.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    has_spaces = result.language_has_spaces(teller.language, teller.knowledge)
    default.set(qn("w:val" if has_spaces else "w:eastAsia"), locale)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    before, _, behind = teller.phrase("document_page", page=_PAGE).partition(_PAGE)
    footer.add_run(before)
    _field(footer.add_run(), "PAGE")
    footer.add_run(behind)


def _field(run: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _grey(paragraph: Any) -> None:
    for run in paragraph.runs:
        run.font.color.rgb = _GREY
        run.font.size = Pt(9)


def _shaded(paragraph: Any) -> None:
    paragraph.paragraph_format.space_after = Pt(2)


def _parts(teller: Teller, state: State) -> Iterator[tuple[str, list[Step]]]:
    """Yields the headings with their steps: those that were asked, and those that leave room for a hand."""
    asked = {step.id for step in path(teller.flow, state)}
    parts: dict[str, list[Step]] = {}
    for step in teller.flow.steps.values():
        if not step.channels and (step.id in asked or step.is_blank):
            parts.setdefault(step.part, []).append(step)
    yield from parts.items()


def _answers(made: Any, teller: Teller, state: State) -> None:
    answers = answers_of(teller.flow, state)
    space = Pt(_CELL_SPACE[teller.flow.document or "record"])
    for part, steps in _parts(teller, state):
        made.add_heading(teller.text.parts.get(part, teller.phrase("document_answers")), level=1)
        if teller.flow.document == "note" and [step.kind for step in steps] == ["text"]:
            # Under its heading, over the whole width: half a page of words leaves room for the rest of the note.
            for line in _lines(teller, steps[0], answers):
                made.add_paragraph(line)
            continue
        table = made.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        table.autofit = False
        for column, width in zip(table.columns, _COLUMNS, strict=True):
            column.width = width
        for step in steps:
            row = table.add_row()
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            cells = row.cells
            cells[0].text = teller.text.shorts[step.id]
            cells[0].paragraphs[0].runs[0].font.bold = True
            places = result.short_places(step.references, teller.knowledge, teller.language)
            # In a note the places stand behind the remarks; twice they would need a second page.
            if places and teller.flow.document != "note":
                _grey(cells[0].add_paragraph(places.strip("[]")))
            _answer(cells[1], teller, step, answers)
            for cell, width in zip(cells, _COLUMNS, strict=True):
                cell.width = width
                cell.paragraphs[0].paragraph_format.space_before = space
                cell.paragraphs[-1].paragraph_format.space_after = space


def _answer(cell: Any, teller: Teller, step: Step, answers: dict[str, Any]) -> None:
    is_empty = answers.get(step.id) is None
    if is_empty and step.is_blank:
        cell.text = teller.phrase("blank")
        _grey(cell.paragraphs[0])
        for _ in range(_BLANK_LINES):
            cell.add_paragraph()
        return
    lines = _lines(teller, step, answers)
    cell.text = lines[0]
    for line in lines[1:]:
        cell.add_paragraph(line)


def _lines(teller: Teller, step: Step, answers: dict[str, Any]) -> list[str]:
    said = teller.said(step, answers[step.id]) if step.id in answers else teller.phrase("not_asked")
    return said.splitlines() or [""]


def _sources(made: Any, teller: Teller, blocks: list[Block]) -> None:
    known = teller.knowledge.languages[teller.language]
    references = merged(blocks)
    if not references:
        return
    made.add_heading(teller.phrase("document_sources"), level=1)
    for reference in references:
        source = teller.knowledge.sources[reference.source]
        # In the order in which they stand in the source: whoever looks them up turns the pages once.
        ordered = sorted(reference.locators, key=lambda locator: int(locator) if locator.isdigit() else math.inf)
        place = render.written_locators(tuple(ordered), known)
        title = known.source_titles.get(reference.source, "")
        url = source.url_in(teller.language)
        year = "" if str(source.year) in title else str(source.year)
        # A page without a date is indexed with the year in which it was read: that is not when it was written.
        if year and source.accessed.startswith(year):
            year = teller.phrase("document_read", year=year)
        parts = [f"{reference.source} {place}".strip(), title, year, url]
        paragraph = made.add_paragraph(known.source_join.join(part for part in parts if part), style="List Bullet")
        _shaded(paragraph)
