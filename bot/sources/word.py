"""Reads the paragraphs and tables of a Word file, after a look at what its archive would unpack to."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from bot.errors import KnowledgeError

#: A Word file of 60 pages unpacks to some 3 MB; pictures in it are hardly smaller packed.
MAX_UNPACKED_BYTES = 100_000_000
MAX_MEMBERS = 2_000
_OLE = b"\xd0\xcf\x11\xe0"
_DAMAGED = "is no Word file, or a damaged one; download it again, or save it as .docx"


def read_word(path: Path, data: bytes) -> tuple[str, ...]:
    """Returns the paragraphs of a DOCX file, a line each, its tables as lines of cells between upright strokes.

    Raises:
        KnowledgeError: it is damaged, protected, or made to blow up when it is unpacked.
    """
    if data.startswith(_OLE):
        raise KnowledgeError(path, "is protected by a password or of the old .doc kind; save it as .docx without one")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(path, archive)
        body = docx.Document(io.BytesIO(data))
        return tuple(_lines(body))
    except KnowledgeError:
        raise
    except (
        Exception
    ) as error:  # python-docx 1.2 raises what comes on damaged files: BadZipFile, KeyError, XMLSyntaxError
        raise KnowledgeError(path, _DAMAGED) from error


def _check(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuses an archive by its own list of contents, then XML that declares entities; nothing is unpacked before."""
    members = archive.infolist()
    # `zipfile` never unpacks more of a member than the list declares, so the list is all that need be believed.
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
        raise KnowledgeError(
            path,
            f"would unpack to {unpacked // 1_000_000} MB in {len(members)} parts, more than a document needs; "
            "save its text alone as .docx or .txt",
        )
    if any(member.flag_bits & 1 for member in members):
        raise KnowledgeError(path, "is protected by a password; save it without one")
    for member in members:
        if not member.filename.lower().endswith((".xml", ".rels")):
            continue
        try:
            content = archive.read(member)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError) as error:
            raise KnowledgeError(path, _DAMAGED) from error
        # Without its zero bytes UTF-16 looks like ASCII. Word itself declares neither.
        plain = content.replace(b"\0", b"").upper()
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise KnowledgeError(path, "declares XML entities, which no Word file does; it is not read")


def _lines(document: Any) -> Iterator[str]:
    numbers: Counter[str] = Counter()
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:p"):
            yield from _paragraph(Paragraph(child, document), numbers)
        elif child.tag == qn("w:tbl"):
            yield from _table(Table(child, document), numbers)


def _paragraph(paragraph: Paragraph, numbers: Counter[str]) -> Iterator[str]:
    text = paragraph.text.replace("\t", " ").strip()
    if text:
        yield from (_automatic_number(paragraph, numbers) + text).splitlines()


def _automatic_number(paragraph: Paragraph, numbers: Counter[str]) -> str:
    """Returns the number that Word itself writes before a paragraph ("7. "), counted along; empty where it writes none.

    Of the formats only the outermost decimal one counts: paragraphs of UN documents are numbered so.
    """
    properties: Any = paragraph._p.pPr
    numbering = None if properties is None else properties.numPr
    if numbering is None or numbering.numId is None:
        return ""
    level = 0 if numbering.ilvl is None else numbering.ilvl.val
    number_id = str(numbering.numId.val)
    if level or not _is_decimal(paragraph, number_id):
        return ""
    numbers[number_id] += 1
    return f"{numbers[number_id]}. "


def _is_decimal(paragraph: Paragraph, number_id: str) -> bool:
    root = paragraph.part.numbering_part.element  # type: ignore[attr-defined]  # a document's part has it
    link = root.xpath(f'./w:num[@w:numId="{number_id}"]/w:abstractNumId/@w:val')
    if not link:
        return False
    formats = root.xpath(f'./w:abstractNum[@w:abstractNumId="{link[0]}"]/w:lvl[@w:ilvl="0"]/w:numFmt/@w:val')
    return bool(formats == ["decimal"])


def _table(table: Table, numbers: Counter[str]) -> Iterator[str]:
    for row in table.rows:
        # Cells that are merged come once per column.
        cells = list(dict.fromkeys(row.cells))
        if len(table.columns) == 1:
            # One column is a frame around a box.
            for cell in cells:
                for paragraph in cell.paragraphs:
                    yield from _paragraph(paragraph, numbers)
            continue
        written = ("<br>".join(p.text.strip() for p in cell.paragraphs if p.text.strip()) for cell in cells)
        yield f"| {' | '.join(text.replace('|', '/') for text in written)} |"
