"""Takes out of a document's lines what is printed around its text: page heads, footnotes, links, words of charts."""

from __future__ import annotations

import html
import re

from bot.sources.reading import PAGE_END, Document
from bot.sources.tables import cells

#: The rule above footnotes: of underscores, or of so many blanks where a converter left it empty.
_RULE = re.compile(r"\s*_{8,}\s*|\s{40,}|-{3,}")
_LINK = re.compile(r"\s*(?:https?://|www\.)\S+\s*")
#: Page numbers ("7", "3/20"), job numbers ("21-11735 (C)"), marks of footnotes ("*", "12").
_MARK = re.compile(r"\s*(?:\d{1,3}|\d{1,3}/\d{1,3}|\d{2}-\d{5}(?:\s*\([A-Z]\))?|\*{1,3})\s*")
#: A footnote that shows itself as one wherever it stands: "<sup>2</sup> Ibid.", "* A/76/150."
_PLAIN_FOOTNOTE = re.compile(r"\s*(?:<sup>[^<]*</sup>.*|\\?\*{1,3} ?[A-Z][\w./-]+[。.]?\s*)")
_FOOTNOTE = re.compile(r"\s*(?:\d{1,3}|\*{1,3})\s+\S.*")
_PUNCTUATION = re.compile(r"[。；，：？！,;:?!]|\.$")
# Labels of a chart come as lines this short, at least so many of them, in the middle of a sentence.
_LABEL_CHARACTERS = 12
_FEWEST_LABELS = 3


def body_lines(document: Document, names: tuple[str, ...]) -> list[str]:
    """Returns the lines of a document's text and tables, marks of Markdown and HTML taken off."""
    lines: list[str] = []
    is_footnote = False
    after_mark = False
    for raw in document.lines:
        if raw == PAGE_END:
            is_footnote = False
            continue
        if document.is_wrapped and _RULE.fullmatch(raw):
            is_footnote = True
            continue
        if _PLAIN_FOOTNOTE.fullmatch(raw):
            continue
        line = _unmarked(raw)
        if not line.strip() or _LINK.fullmatch(line) or _is_page_head(line, names):
            continue
        if _MARK.fullmatch(line):
            after_mark = is_footnote
            continue
        if is_footnote:
            # A footnote begins with its number; any other line that is indented begins the next page.
            is_footnote = after_mark or bool(_FOOTNOTE.fullmatch(line)) or not (line[0].isspace() or cells(line))
            after_mark = False
            if is_footnote and not _begins_anew(line):
                continue
            is_footnote = False
        lines.append(line)
    return _without_labels(lines) if document.is_wrapped else lines


def _unmarked(line: str) -> str:
    line = re.sub(r"<sup>[^<]*</sup>", "", line)
    if cells(line) is None:
        line = re.sub(r"<[a-z/][^<>]*>", "", line)
    return html.unescape(line.replace("**", "").replace("\\*", "*"))


def _is_page_head(line: str, names: tuple[str, ...]) -> bool:
    return "".join(line.split()) in {"".join(name.split()) for name in names}


def _begins_anew(line: str) -> bool:
    """Returns whether a line under a rule is none of its footnotes: a numbered paragraph, or the title of a section."""
    return bool(
        re.match(r"\s*(?:\d{1,3}[.．](?!\d)\s*\D|[一二三四五六七八九十]+[.、．]|[IVX]+\.\s|[(（][a-z][)）]\s)", line)
    )


def _without_labels(lines: list[str]) -> list[str]:
    kept: list[str] = []
    run: list[str] = []
    for line in [*lines, ""]:
        if line and len(line.strip()) < _LABEL_CHARACTERS and not _PUNCTUATION.search(line.strip()):
            run.append(line)
            continue
        is_broken_off = bool(kept) and not kept[-1].rstrip().endswith(tuple("。；：！？.;:!?"))
        if not (len(run) >= _FEWEST_LABELS and is_broken_off and line[:1].isspace()):
            kept += run
        run = []
        if line:
            kept.append(line)
    return kept
