"""Official-looking documents made by the tests: PDF by hand, DOCX by python-docx."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
from docx.oxml.ns import qn

#: A short resolution; nothing in it stands in any real one.
RESOLUTION = """\
A/RES/64/223
64/223. Towards global partnerships
 The General Assembly,
 Recalling the many years in which it has been said that all of this is of use,
 1. Notes that the work is done by those who have the time for it;
 2. Decides that:
 (a) It will meet again in the year that comes after this one;
 (b) The cost of 3.5 million is to be borne by all;
 3. Asks for a report on what has been done."""

REPORT_ZH = """\
 摘要

 这是摘要。

一. 导言

1. 第一段写到这里
还没有完。

 方框 1

标题在此

 方框的正文比标题要长一些，说明某件事情。

2. 第二段。

附件

开发署

世卫组织
"""


def pdf(pages: list[list[str]]) -> bytes:
    """Returns a PDF file of the given lines of ASCII text, a page per list."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for lines in pages:
        shown = "".join(f"({_escaped(line)}) Tj T* " for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 60 780 Td {shown}ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
        objects.append(f"{page}/Resources << /Font << /F1 3 0 R >> >> >>".encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def word(path: Path, lines: list[str], *, table: list[list[str]] = (), frame: list[str] = ()) -> Path:  # type: ignore[assignment]
    """Writes a DOCX file of paragraphs, then a table, then a frame of one cell, and returns its path."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    if frame:
        cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
        cell.text = frame[0]
        for line in frame[1:]:
            cell.add_paragraph(line)
    document.save(str(path))
    return path


def numbered_word(path: Path, lines: list[str]) -> Path:
    """Writes a DOCX file whose paragraphs Word itself numbers, and returns its path."""
    document = docx.Document()
    document.add_paragraph("Heading")
    for line in lines:
        paragraph = document.add_paragraph(line)
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_numId().val = _decimal_list(document)
        properties.get_or_add_ilvl().val = 0
    document.save(str(path))
    return path


def _decimal_list(document: docx.document.Document) -> int:
    style = document.styles["List Number"].element
    return int(style.find(f".//{qn('w:numId')}").get(qn("w:val")))


def changed_archive(original: Path, changed: Path, name: str, content: bytes) -> Path:
    """Writes a copy of a DOCX file with one of its parts replaced or added, and returns its path."""
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
        target.writestr(name, content)
    return changed


def encrypted(data: bytes, password: str) -> bytes:
    """Returns a PDF file protected by a password."""
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt(password, algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
