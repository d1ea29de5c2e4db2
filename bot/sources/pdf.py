"""Reads the text layer of a PDF file."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError

from bot.errors import KnowledgeError
from bot.sources.reading import MAX_CHARACTERS, PAGE_END

MAX_PAGES = 600
# A page of a scan holds no more than a stamp; the shortest page of a document holds a signature line.
_FEWEST_CHARACTERS_A_PAGE = 20


def read_pdf(path: Path, data: bytes) -> tuple[str, ...]:
    """Returns the lines of a PDF file, pages apart by a line that is PAGE_END.

    Raises:
        KnowledgeError: it is damaged, protected, too long, or has no text layer.
    """
    # What pypdf thinks of a damaged file is told in our own one line.
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    if b"%PDF-" not in data[:1024]:
        raise KnowledgeError(path, "is no PDF file; download it again")
    try:
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        count = len(pages)
        texts = list(_texts(pages)) if count <= MAX_PAGES else []
    except (FileNotDecryptedError, DependencyError) as error:
        raise KnowledgeError(path, "is protected by a password; save it without one") from error
    except Exception as error:  # pypdf 7.1 raises what comes on damaged files: KeyError, AttributeError, RecursionError
        raise KnowledgeError(path, f"is damaged ({type(error).__name__}); download it again") from error
    if count > MAX_PAGES:
        raise KnowledgeError(path, f"has {count} pages, more than {MAX_PAGES}; import the document alone")
    if sum(len("".join(text.split())) for text in texts) < _FEWEST_CHARACTERS_A_PAGE * max(len(texts), 1):
        raise KnowledgeError(
            path, "has no text layer (a scan); give the DOCX or the text, or have the text recognised (OCR) first"
        )
    return tuple(line for text in texts for line in (*text.splitlines(), PAGE_END))


def _texts(pages: Iterable[pypdf.PageObject]) -> Iterator[str]:
    """Yields the text of each page, and of no more pages than hold what `read` refuses as too much."""
    characters = 0
    for page in pages:
        if characters > MAX_CHARACTERS:
            return
        text = page.extract_text()
        characters += len(text)
        yield text
