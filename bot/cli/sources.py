"""`partnerguide sources …`: the official texts that are at hand, in the database and never in the repository."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.knowledge.loader import KnowledgeBase, load
from bot.settings import Settings
from bot.store.texts import TextStore

_MOST_LOCATORS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    bring = commands.add_parser("import", help="read an official document and keep its places; again replaces it")
    bring.add_argument("file", type=Path, help="the document as .txt, .docx or .pdf, or places as .jsonl")
    bring.add_argument("--symbol", default="", help="which document, such as A/76/319 (default: found in the text)")
    bring.add_argument("--language", default="", help="its language, such as en (default: found in the text)")
    bring.set_defaults(run=_import)
    listing = commands.add_parser("list", help="print what is at hand, a line each")
    listing.set_defaults(run=_list)
    show = commands.add_parser("show", help="print the text of one place")
    show.add_argument("symbol", help="such as A/76/319")
    show.add_argument("locator", nargs="+", help="such as 20, box 6, annex, preamble")
    show.add_argument("--language", default="", help="one language only")
    show.set_defaults(run=_show)
    remove = commands.add_parser("remove", help="forget a document")
    remove.add_argument("symbol")
    remove.add_argument("--language", default="", help="in one language only")
    remove.set_defaults(run=_remove)


def _import(options: argparse.Namespace, settings: Settings) -> int:
    from bot.sources.documents import compare, official_texts

    knowledge = load(settings.knowledge)
    texts = official_texts(options.file, knowledge, options.symbol, options.language)
    now = datetime.datetime.now(datetime.timezone.utc)
    replaced: dict[tuple[str, str], int] = {}
    with TextStore.from_settings(settings) as store:
        for text in texts:
            places = [(place.locator, place.section, place.text) for place in text.places]
            replaced[(text.symbol, text.language)] = store.replace(text.symbol, text.language, places, now)
    for text in texts:
        found = compare(text, knowledge)
        kinds = ", ".join(f"{count} {kind}" for kind, count in found.kinds.items())
        before = replaced[(text.symbol, text.language)]
        again = f", in place of {before} imported before" if before else ""
        print(f"{text.symbol} ({text.language}): {len(text.places)} places{again}: {kinds}")
        print(f"  indexed places not found: {_listed(found.missing)}")
        print(f"  places that the index does not hold: {_listed(found.new)}")
    return 0


def _listed(locators: tuple[str, ...]) -> str:
    if len(locators) <= _MOST_LOCATORS:
        return ", ".join(locators) or "none"
    return f"{', '.join(locators[:_MOST_LOCATORS])} and {len(locators) - _MOST_LOCATORS} more"


def _list(options: argparse.Namespace, settings: Settings) -> int:
    with TextStore.from_settings(settings) as store:
        documents = store.documents()
    for document in documents:
        when = f"{document.imported_at:%Y-%m-%d %H:%M}"
        print(f"{document.source}  {document.language}  {document.places} places  imported {when}")
    if not documents:
        print("No official text is at hand; partnerguide sources import FILE reads one.")
    return 0


def _show(options: argparse.Namespace, settings: Settings) -> int:
    symbol = _symbol(options.symbol, load(settings.knowledge))
    locator = " ".join(options.locator).lower()
    with TextStore.from_settings(settings) as store:
        held = store.place(symbol, locator)
        languages = [d.language for d in store.documents() if d.source == symbol]
    shown = {code: place for code, place in held.items() if options.language in ("", code)}
    if not shown:
        where = f"{symbol} {locator}" + (f" ({options.language})" if options.language else "")
        hint = f"at hand is {symbol} in {', '.join(languages)}" if languages else "partnerguide sources import FILE"
        raise StoreError(f"{where} is not at hand; {hint}")
    for code, place in shown.items():
        print(f"{symbol} {locator} ({code}){f': {place.section}' if place.section else ''}")
        print(f"{place.text}\n")
    return 0


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    symbol = _symbol(options.symbol, load(settings.knowledge))
    with TextStore.from_settings(settings) as store:
        count = store.remove(symbol, options.language)
    if not count:
        where = f"{symbol} ({options.language})" if options.language else symbol
        raise StoreError(f"{where} is not at hand; partnerguide sources list shows what is")
    print(f"{symbol}: {count} places removed.")
    return 0


def _symbol(name: str, knowledge: KnowledgeBase) -> str:
    from bot.sources.identity import known_symbol

    return known_symbol(name, knowledge)
