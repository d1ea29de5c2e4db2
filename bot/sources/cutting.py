"""Cuts a document into the places that can be cited: paragraphs, boxes, rows of tables, summary, preamble, annex.

What is printed around the text (page heads, footnotes, links, loose words of charts) is left out. The words for box,
annex and so on are those of `locators` in `knowledge/languages/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.knowledge.models import Language
from bot.sources.furniture import body_lines
from bot.sources.reading import Document
from bot.sources.tables import cells, table_places
from bot.text.normal import is_han

#: A numbered paragraph: "7. Decides …"; not "3.6 billion".
_NUMBERED = re.compile(r"\s*(\d{1,3})[.．、](?!\d)\s*(.*)")
#: The same where the stop was lost: "212《…". Taken only in its turn, after the end of a sentence.
_BARELY_NUMBERED = re.compile(r"\s*(\d{1,3})\s*([《“\"A-Z].*)")
#: Headings of sections: "IV. Recommendations", "四. 建议", "B. Training".
_SECTION = re.compile(r"(?:[IVX]+\.\s|[一二三四五六七八九十]+[.、．])\s*(\S.{0,90})")
_SUBSECTION = re.compile(r"[A-Z]\.\s+(\S.{0,90})")
_SENTENCE_END = tuple("。；：！？.;:!?”)）")
_ENDS_NO_HEADING = tuple("。；，,;")
_SUBPARAGRAPH = re.compile(r"(?:[-–•] )?[(（](?:[a-z]{1,2}|[ivx]+)[)）]")
_NAME_CHARACTERS = 25
# So far ahead a missing number is looked for: a paragraph whose number was lost must not hide all the others.
_MOST_LOST = 3


@dataclass(frozen=True)
class Place:
    """A citable place of a document: its locator as the index spells it, the section it stands in, its text."""

    locator: str
    section: str
    text: str


@dataclass
class _Open:
    locator: str
    section: str
    lines: list[str] = field(default_factory=list)


def cut(document: Document, kind: str, language: Language, names: tuple[str, ...] = ()) -> list[Place]:
    """Returns the places of a document in their order; empty where it holds none that could be cited.

    Args:
        kind: of the source; a `resolution` has a preamble.
        language: of the text.
        names: the document's symbol and aliases: where they stand alone on a line, they are the head of a page, and
            a preamble begins with one of them.
    """
    lines = body_lines(document, names)
    words = _Words(language)
    numbers = _numbers(lines)
    opened: list[_Open] = []
    tables: list[list[str]] = []
    current, section, last = _Open("preamble" if kind == "resolution" else "", ""), "", 0
    opened.append(current)
    for position, line in enumerate(lines):
        row = cells(line)
        if row is not None:
            if not opened[-1].locator.startswith("table"):
                tables.append([])
                opened.append(_Open(f"table {len(tables)}", section))
            tables[-1].append(line)
            continue
        if opened[-1].locator.startswith("table"):
            current = _Open("", section)
            opened.append(current)
        plain = line.strip().lstrip("#").strip()
        number = _NUMBERED.fullmatch(line) or _BARELY_NUMBERED.fullmatch(line)
        marker = words.marker(plain)
        if current.locator == "annex":
            current.lines.append(line)
        elif position in numbers and number:
            last = numbers[position]
            current = _Open(str(last), section, [number.group(2)] if number.group(2).strip() else [])
            opened.append(current)
        elif marker and (marker != "summary" or not last):
            section = plain if marker in ("annex", "summary") else section
            current = _Open(marker, section)
            opened.append(current)
        elif _heading(plain, lines, position) and kind != "resolution":
            section = plain if _SECTION.fullmatch(plain) else f"{section.partition(' / ')[0]} / {plain}"
            current = _Open("", section)
            opened.append(current)
        elif not line.startswith("#"):
            current.lines.append(line)
    return _places(opened, tables, is_wrapped=document.is_wrapped, names=names)


class _Words:
    """The headings by which the places of one language are known."""

    def __init__(self, language: Language) -> None:
        self._alone = {name: language.locators[name].casefold() for name in ("annex", "summary")}
        before, _, after = language.locators["box"].partition("{number}")
        self._box = re.compile(rf"{re.escape(before.strip())}\s*(\d{{1,2}})\s*{re.escape(after.strip())}", re.I)

    def marker(self, line: str) -> str:
        """Returns the locator that a line alone opens (`box 3`, `annex`, `summary`), or an empty string."""
        box = self._box.fullmatch(line)
        if box:
            return f"box {box.group(1)}"
        bare = "".join(line.casefold().split())
        if bare == self._alone["summary"]:
            return "summary"
        # "Annex II" and "附件一" are annexes too.
        return "annex" if re.fullmatch(rf"{re.escape(self._alone['annex'])}[ivx一二三四五]{{0,3}}", bare) else ""


def _numbers(lines: list[str]) -> dict[int, int]:
    """Returns which lines begin the numbered paragraphs: the numbers run on by one, whatever lists stand between."""
    candidates: list[tuple[int, int]] = []
    plainly = {int(match.group(1)) for line in lines if (match := _NUMBERED.fullmatch(line))}
    for position, line in enumerate(lines):
        match = _NUMBERED.fullmatch(line) or _BARELY_NUMBERED.fullmatch(line)
        if match is None or cells(line) is not None:
            continue
        if _NUMBERED.fullmatch(line) or (int(match.group(1)) not in plainly and _ends(lines, position)):
            candidates.append((position, int(match.group(1))))
    found: dict[int, int] = {}
    last = 0
    last_seen = {number: position for position, number in candidates}
    for position, number in candidates:
        is_next = number == last + 1
        closes_gap = last + 1 < number <= last + 1 + _MOST_LOST and not any(
            last_seen.get(lost, -1) > position for lost in range(last + 1, number)
        )
        if is_next or closes_gap:
            found[position] = last = number
    return found


def _ends(lines: list[str], position: int) -> bool:
    return position > 0 and lines[position - 1].rstrip().endswith(_SENTENCE_END)


def _heading(line: str, lines: list[str], position: int) -> bool:
    if not (_SECTION.fullmatch(line) or _SUBSECTION.fullmatch(line)) or line.endswith(_ENDS_NO_HEADING):
        return False
    before = lines[position - 1].strip() if position else ""
    # A line that goes on a sentence may look like a heading ("… in chapter\nIV. of the report").
    return not before or before.endswith(_SENTENCE_END) or not _NUMBERED.match(before)


def _places(opened: list[_Open], tables: list[list[str]], *, is_wrapped: bool, names: tuple[str, ...]) -> list[Place]:
    found: dict[str, Place] = {}
    rows = iter(tables)
    for place in opened:
        made: list[tuple[str, str]] = []
        if place.locator.startswith("table"):
            known = sum(locator.startswith("table row") for locator in found)
            made = [(f"table row {number}", text) for number, text in table_places(next(rows), known)]
        elif place.locator:
            lines = _from_title(place.lines, names) if place.locator == "preamble" else place.lines
            has_title = place.locator.startswith("box")
            # A list of names in an annex has short lines, each a name.
            is_list = place.locator == "annex" and all(len(line.strip()) <= _NAME_CHARACTERS for line in lines)
            made = [(place.locator, join(lines, is_wrapped=is_wrapped and not is_list, has_title=has_title))]
        for locator, text in made:
            if text and locator not in found:
                found[locator] = Place(locator, place.section, text)
    return list(found.values())


def _from_title(lines: list[str], names: tuple[str, ...]) -> list[str]:
    """Returns a preamble from the line on that names the resolution ("64/223. Towards global partnerships")."""
    for position, line in enumerate(lines):
        if any(re.match(rf"\s*{re.escape(name)}[.．]", line) for name in names):
            return lines[position:]
    return lines


def join(lines: list[str], *, is_wrapped: bool, has_title: bool = False) -> str:
    """Returns the text of a place: wrapped lines joined as their script joins words, paragraphs apart by a line end."""
    paragraphs: list[list[str]] = []
    for line in lines:
        text = re.sub(r"\s+", " ", line).strip()
        if not text:
            continue
        last = paragraphs[-1][-1] if paragraphs else ""
        is_indented = line[:1].isspace()
        begins = not is_wrapped or not last
        begins = begins or (last.endswith(_SENTENCE_END) and (is_indented or bool(_SUBPARAGRAPH.match(text))))
        # What follows the title of a box is indented.
        if begins or (has_title and is_indented and len(paragraphs) == 1):
            paragraphs.append([text])
            continue
        is_hyphenated = last.endswith("-") and text[:1].islower()
        paragraphs[-1] += [text] if is_hyphenated or _meet_closely(last[-1], text[0]) else [" ", text]
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _meet_closely(before: str, after: str) -> bool:
    return any(is_han(c) or c in "，。、；：？！（）《》“”" for c in (before, after))
