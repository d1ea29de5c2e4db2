"""Reads the lines of an official document from a file, or says in one line why it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError

#: The longest documents that the guide cites have some 60 pages and 200 kB of text.
MAX_BYTES = 30_000_000
MAX_CHARACTERS = 3_000_000

#: What can be read, besides `.jsonl` (see `paragraphs`).
SUFFIXES = (".txt", ".docx", ".pdf")

#: A line of its own where a page ends, as far as a file tells: footnotes end there too.
PAGE_END = "\f"


@dataclass(frozen=True)
class Document:
    """The lines of a document in their order; rows of tables are lines of cells between upright strokes.

    `is_wrapped` tells that lines end where the page does, not where a paragraph does.
    """

    lines: tuple[str, ...]
    is_wrapped: bool


def read(path: Path) -> Document:
    """Returns the lines of a text, Word or PDF file.

    Raises:
        KnowledgeError: the file cannot be read, or holds no text that could be.
    """
    suffix = path.suffix.lower()
    if suffix == ".txt":
        # A form feed ends a page, which `splitlines` would hide.
        text = read_text(path).replace("\f", f"\n{PAGE_END}\n")
        document = Document(tuple(line.rstrip("\r") for line in text.split("\n")), is_wrapped=True)
    elif suffix == ".docx":
        from bot.sources.word import read_word

        document = Document(read_word(path, checked_bytes(path)), is_wrapped=False)
    elif suffix == ".pdf":
        from bot.sources.pdf import read_pdf

        document = Document(read_pdf(path, checked_bytes(path)), is_wrapped=True)
    else:
        known = ", ".join((*SUFFIXES, ".jsonl"))
        raise KnowledgeError(path, f"is of a kind that cannot be read; give one of {known}")
    count = sum(map(len, document.lines))
    if count > MAX_CHARACTERS:
        raise KnowledgeError(path, f"holds {count} characters, more than {MAX_CHARACTERS}; import the document alone")
    if not any(line.strip() for line in document.lines):
        raise KnowledgeError(path, "holds no text; give the document itself")
    return document


def read_text(path: Path) -> str:
    """Returns the text of a UTF-8 file, with or without a byte order mark.

    Raises:
        KnowledgeError: the file cannot be read, is too large, empty, or not in UTF-8.
    """
    data = checked_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if "\0" in text:
        raise KnowledgeError(path, "is no text file; save the document as UTF-8 text, DOCX or PDF")
    return text


def checked_bytes(path: Path) -> bytes:
    """Returns the contents of a file that is not too large.

    Raises:
        KnowledgeError: the file cannot be read, is empty, or larger than MAX_BYTES.
    """
    try:
        if not path.exists():
            raise KnowledgeError(path, "there is no such file")
        if not path.is_file():
            raise KnowledgeError(path, "is no file; give one document at a time")
        with path.open("rb") as stream:
            # One byte more than allowed, whatever size the file claims to have.
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise KnowledgeError(path, f"cannot be read ({error.strerror})") from error
    if len(data) > MAX_BYTES:
        raise KnowledgeError(path, f"is larger than {MAX_BYTES // 1_000_000} MB; import the document alone")
    if not data.strip():
        raise KnowledgeError(path, "is empty; download it again")
    return data
