"""What a page is: an address, who may see it, and what answers. Pages are the modules of `bot.review.pages`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store.accounts import ROLES

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.review.console import Console
    from bot.review.visit import Visit

#: The role of pages that are there before anybody has signed in.
EVERYBODY = ""


@dataclass(frozen=True)
class Page:
    """An address and what answers there; `handler` runs in a thread of its own and may block."""

    path: str
    handler: Callable[[Visit], Response]
    role: str
    methods: tuple[str, ...] = ("GET",)


@dataclass(frozen=True)
class Section:
    """A place in the navigation: its words are `<name>.section`; `badge` counts what waits there."""

    name: str
    order: int
    path: str
    role: str = "viewer"
    badge: Callable[[Console], int] | None = None


def page(path: str, handler: Callable[[Visit], Response], *, role: str, methods: Sequence[str] = ("GET",)) -> Page:
    """Returns a page.

    Args:
        role: who may at least see it; `EVERYBODY` before signing in.

    Raises:
        ValueError: there is no such role.
    """
    if role not in (EVERYBODY, *ROLES):
        raise ValueError(f"{path}: there is no role {role!r}")
    return Page(path, handler, role, tuple(methods))


def post(path: str, handler: Callable[[Visit], Response], *, role: str) -> Page:
    """Returns what a form is sent to; `role` is who may at least send it.

    Raises:
        ValueError: there is no such role.
    """
    return page(path, handler, role=role, methods=("POST",))


def all_pages() -> tuple[list[Page], list[Section]]:
    """Returns the pages and the sections of every module of `bot.review.pages`, sections in their order."""
    from bot.review import pages as folder

    pages: list[Page] = []
    sections: list[Section] = []
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{folder.__name__}.{found.name}")
        pages += getattr(module, "ROUTES", [])
        if hasattr(module, "SECTION"):
            sections.append(module.SECTION)
    return pages, sorted(sections, key=lambda section: section.order)
