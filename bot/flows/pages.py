"""Cuts what has to be said into replies that are short enough, each with the places it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.knowledge.models import Reference
from bot.reply import MAX_LOCATORS, MAX_TEXT_CHARACTERS, Reply


@dataclass(frozen=True)
class Block:
    """A paragraph with the places it rests on; a `heading` stays with what follows it."""

    text: str
    references: tuple[Reference, ...] = ()
    heading: bool = False


def merged(blocks: Sequence[Block]) -> tuple[Reference, ...]:
    """Returns the places of some blocks, per source, in their order."""
    places: dict[str, list[str]] = {}
    for block in blocks:
        for reference in block.references:
            known = places.setdefault(reference.source, [])
            known += [locator for locator in reference.locators if locator not in known]
    return tuple(Reference(source, tuple(locators)) for source, locators in places.items())


def paged(blocks: Sequence[Block], compose: Callable[[Sequence[Block]], Reply]) -> list[list[Block]]:
    """Returns the blocks in pages, each of which `compose` makes a reply of that is within the limits.

    A block that is too long by itself gets a page of its own.
    """
    pages: list[list[Block]] = []
    page: list[Block] = []
    heading: list[Block] = []
    for block in blocks:
        if block.heading:
            heading = [block]
        longer = [*page, block]
        if page and not _fits(longer, compose):
            if page[-1].heading:
                page.pop()
            pages += [page] if page else []
            # A list that goes on says again what it is a list of.
            longer = [*heading, block] if block.text.startswith("- ") else [block]
        page = longer
    return [*pages, page] if page else pages


def _fits(blocks: Sequence[Block], compose: Callable[[Sequence[Block]], Reply]) -> bool:
    if sum(len(reference.locators) for reference in merged(blocks)) > MAX_LOCATORS:
        return False
    return len(compose(blocks).text) < MAX_TEXT_CHARACTERS
