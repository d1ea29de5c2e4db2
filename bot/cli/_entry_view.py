"""How one entry is printed: its languages side by side where the screen is wide enough, the official text below."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from bot.knowledge import render
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry

#: The official text of a place, by language code; empty where none is at hand.
PlaceTexts = dict[tuple[str, str], dict[str, str]]

# Below so many columns each, side by side is harder to read than one after the other.
_NARROWEST_COLUMN = 45


def print_entry(entry: Entry, knowledge: KnowledgeBase, official: PlaceTexts, console: Console) -> None:
    """Prints an entry: its facts, its words per language, and the texts of the places it cites."""
    console.print(Styled(f"{entry.id} ({entry.kind})"), soft_wrap=True)
    for name, figure in entry.figures.items():
        basis = f", {figure.basis}" if figure.basis else ""
        line = f"  {{{name}}} = {figure.value} {figure.unit}, {figure.year}: {figure.source} {figure.locator}{basis}"
        console.print(Styled(line), soft_wrap=True)
    words = {code: _words(entry, code, knowledge) for code in entry.texts}
    headings = {code: f"[{code}] {knowledge.languages[code].name}" for code in words}
    if console.is_terminal and console.width >= _NARROWEST_COLUMN * len(words):
        table = Table(show_edge=False, expand=True, padding=(0, 1))
        for code in words:
            table.add_column(Styled(headings[code]), ratio=1, overflow="fold")
        table.add_row(*(Styled(text) for text in words.values()))
        console.print()
        console.print(table)
    else:
        for code, text in words.items():
            console.print(Styled(f"\n{headings[code]}\n\n{text}"), soft_wrap=True)
    for reference in entry.references:
        for locator in reference.locators:
            for code, text in official.get((reference.source, locator), {}).items():
                heading = f"\n── {reference.source} {locator} ({code})\n"
                console.print(Styled(heading + text), soft_wrap=True)


def _words(entry: Entry, code: str, knowledge: KnowledgeBase) -> str:
    text = entry.texts[code]
    language = knowledge.languages[code]
    blocks = [render.answer(entry, knowledge, language=code, audience="other").text]
    if text.more:
        blocks.append(f"(more) {render.fill(text.more, entry, language)}")
    blocks += [f"({audience}) {render.fill(words, entry, language)}" for audience, words in text.audience.items()]
    if text.questions:
        blocks.append("\n".join(f"  ? {question}" for question in text.questions))
    return "\n\n".join(blocks)
