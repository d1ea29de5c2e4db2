from __future__ import annotations

import io
import re
import zipfile

import pypdf
import pytest

from bot.errors import KnowledgeError
from bot.sources import pdf, reading, word
from bot.sources.reading import read
from tests.bot.sources import files


def _refused(path, said):
    with pytest.raises(KnowledgeError, match=re.escape(said)) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_reads_the_lines_of_a_text(tmp_path):
    path = tmp_path / "a.TXT"
    path.write_bytes("\ufeff1. 甲\r\n乙".encode())
    assert read(path) == reading.Document(("1. 甲", "乙"), is_wrapped=True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "is empty; download it again"),
        ("a.txt", b" \n\t ", "is empty; download it again"),
        ("a.txt", "1. 甲".encode("gb18030"), "is not UTF-8 text (byte 3); save it as UTF-8"),
        ("a.txt", "1. A".encode("utf-16"), "is not UTF-8 text (byte 0); save it as UTF-8"),
        ("a.txt", b"1. a\0b", "is no text file; save the document as UTF-8 text, DOCX or PDF"),
        ("a.doc", b"1. a", "is of a kind that cannot be read; give one of .txt, .docx, .pdf, .jsonl"),
        ("a", b"1. a", "is of a kind that cannot be read"),
        ("a.pdf", b"1. a", "is no PDF file; download it again"),
        ("a.pdf", b"%PDF-1.4\nnothing", "is damaged"),
        ("a.pdf", files.pdf([["1. A paragraph that stands here alone."]])[:300], "is damaged"),
        ("a.docx", b"1. a", "is no Word file, or a damaged one; download it again"),
        ("a.docx", b"PK\x03\x04 and no more", "is no Word file, or a damaged one"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1", "is protected by a password or of the old .doc kind"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    _refused(path, said)


def test_says_that_there_is_no_file(tmp_path):
    _refused(tmp_path / "gone.txt", "there is no such file")
    (tmp_path / "folder.txt").mkdir()
    _refused(tmp_path / "folder.txt", "is no file; give one document at a time")


def test_reads_no_more_than_it_needs_of_a_large_file(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    path = tmp_path / "a.txt"
    path.write_bytes(b"1. abcdefg")
    assert read(path).lines == ("1. abcdefg",)
    path.write_bytes(b"1. abcdefgh")
    _refused(path, "is larger than 0 MB; import the document alone")


def test_refuses_more_text_than_a_document_has(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 5)
    path = tmp_path / "a.txt"
    path.write_bytes(b"1. abc")
    _refused(path, "holds 6 characters, more than 5; import the document alone")


def test_reads_the_pages_of_a_pdf(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(files.pdf([["1. The first page.", "(a) Its item;"], ["2. The second page."]]))
    lines = [line.strip() for line in read(path).lines if line.strip() or line == reading.PAGE_END]
    assert lines == ["1. The first page.", "(a) Its item;", "", "2. The second page.", ""]


def test_reads_a_pdf_that_only_its_owner_may_change(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(files.encrypted(files.pdf([["1. Open to all who read it."]]), ""))
    assert read(path).lines[0] == "1. Open to all who read it."


def test_refuses_a_pdf_with_a_password(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(files.encrypted(files.pdf([["1. Not open to anybody."]]), "secret"))
    _refused(path, "is protected by a password; save it without one")


def test_refuses_a_scan(tmp_path):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    stream = io.BytesIO()
    writer.write(stream)
    path = tmp_path / "a.pdf"
    path.write_bytes(stream.getvalue())
    _refused(path, "has no text layer (a scan); give the DOCX or the text, or have the text recognised (OCR) first")


def test_refuses_a_pdf_of_too_many_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    path = tmp_path / "a.pdf"
    path.write_bytes(files.pdf([["1. One page of text."], ["2. Another page."]]))
    _refused(path, "has 2 pages, more than 1; import the document alone")


def test_reads_paragraphs_tables_and_frames_of_a_word_file(tmp_path):
    path = files.word(
        tmp_path / "a.docx",
        ["1.\tThe first paragraph.", "", "2.\tThe second."],
        table=[["Partner", "Aim"], ["1. States", "to | lead"]],
        frame=["Box 1", "In a frame"],
    )
    assert read(path) == reading.Document(
        (
            "1. The first paragraph.",
            "2. The second.",
            "| Partner | Aim |",
            "| 1. States | to / lead |",
            "Box 1",
            "In a frame",
        ),
        is_wrapped=False,
    )


def test_counts_the_numbers_that_word_writes_itself(tmp_path):
    path = files.numbered_word(tmp_path / "a.docx", ["A first.", "A second."])
    assert read(path).lines == ("Heading", "1. A first.", "2. A second.")


def test_says_that_a_word_file_holds_no_text(tmp_path):
    _refused(files.word(tmp_path / "a.docx", []), "holds no text; give the document itself")


def test_refuses_a_zip_bomb_before_unpacking_it(tmp_path, monkeypatch):
    original = files.word(tmp_path / "a.docx", ["1. A paragraph."])
    bomb = files.changed_archive(original, tmp_path / "b.docx", "word/media/zeros.xml", b"0" * 30_000_000)
    assert bomb.stat().st_size < 100_000
    monkeypatch.setattr(word, "MAX_UNPACKED_BYTES", 20_000_000)

    def unpacks(*arguments):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "read", unpacks)
    _refused(bomb, "would unpack to 30 MB in")


def test_refuses_an_archive_of_too_many_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(word, "MAX_MEMBERS", 3)
    _refused(files.word(tmp_path / "a.docx", ["1. A paragraph."]), "parts, more than a document needs")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_refuses_an_xml_bomb(tmp_path, encoding):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE d [{entities}]><d>&e9;</d>'.encode(encoding)
    original = files.word(tmp_path / "a.docx", ["1. A paragraph."])
    path = files.changed_archive(original, tmp_path / "b.docx", "word/document.xml", bomb)
    _refused(path, "declares XML entities, which no Word file does; it is not read")


def test_refuses_an_archive_that_lies_about_its_sizes(tmp_path):
    original = files.word(tmp_path / "a.docx", ["1. A paragraph."])
    path = files.changed_archive(original, tmp_path / "b.docx", "word/more.xml", b"0" * 1_000_000)
    data = bytearray(path.read_bytes())
    # The list of contents at the end declares the size of each part.
    declared = (1_000_000).to_bytes(4, "little")
    at = data.rindex(declared)
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    _refused(path, "is no Word file, or a damaged one")


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml"])
def test_refuses_a_word_file_whose_parts_are_no_xml(tmp_path, part):
    original = files.word(tmp_path / "a.docx", ["1. A paragraph."])
    _refused(files.changed_archive(original, tmp_path / "b.docx", part, b"<w:p"), "is no Word file, or a damaged one")


def test_refuses_an_archive_that_is_no_word_file(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "1. A paragraph.")
    _refused(path, "is no Word file, or a damaged one")


@pytest.mark.parametrize("name", ["../../evil.xml", "/tmp/evil.xml", "word/../../../evil.xml", "..\\evil.xml"])
def test_writes_no_part_of_an_archive_anywhere(tmp_path, name):
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    original = files.word(folder / "a.docx", ["1. A paragraph."])
    path = files.changed_archive(original, folder / "b.docx", name, b"<evil/>")
    assert read(path).lines == ("1. A paragraph.",)
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["a.docx", "b.docx"]


def test_reads_no_more_pages_than_hold_what_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 100)
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 100)
    path = tmp_path / "a.pdf"
    path.write_bytes(files.pdf([["x" * 90]] * 50))
    _refused(path, "holds 18")  # of the two pages that were read, not of all fifty
