"""`partnerguide knowledge …`: the knowledge base, checked and read."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console

from bot.cli._arguments import positive
from bot.cli._entry_view import print_entry
from bot.errors import BotError, SettingsError, StoreError
from bot.knowledge import checks
from bot.knowledge.loader import KnowledgeBase, load
from bot.knowledge.models import Entry
from bot.settings import Settings
from bot.store.texts import TextStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    check = commands.add_parser("check", help="print every problem as `path: what is wrong`")
    _add_sources(check, "compare the words with the official texts in this folder too")
    check.set_defaults(run=_check)
    stats = commands.add_parser("stats", help="count entries by kind, topic, language and source")
    stats.set_defaults(run=_stats)
    coverage = commands.add_parser("coverage", help="count the places of each source that are cited")
    coverage.add_argument("--places", action="store_true", help="name the places that are not cited")
    coverage.set_defaults(run=_coverage)
    show = commands.add_parser("show", help="print one entry in every language")
    show.add_argument("id", help="topic.entry")
    _add_sources(show, "print the cited places of the official texts in this folder too")
    show.set_defaults(run=_show)
    search = commands.add_parser("search", help="find entries by words")
    search.add_argument("words", nargs="+")
    search.add_argument("--limit", type=positive, default=10)
    search.set_defaults(run=_search)
    index = commands.add_parser("index", help="renew the index of places from the official texts")
    _add_sources(index, "folder of the official texts")
    index.set_defaults(run=_index)


def _add_sources(parser: argparse.ArgumentParser, does: str) -> None:
    parser.add_argument(
        "--sources",
        type=Path,
        metavar="DIR",
        help=f"{does}: one that holds paragraphs.jsonl (default: PARTNERGUIDE_SOURCES)",
    )


def _check(options: argparse.Namespace, settings: Settings) -> int:
    problems = checks.check(settings.knowledge)
    folder = options.sources or settings.sources
    if not problems and folder is not None:
        problems = _carried_over(folder, load(settings.knowledge))
    for problem in problems:
        print(problem)
    if problems:
        print(f"partnerguide: {len(problems)} problems in the knowledge base, listed above", file=sys.stderr)
        return 1
    knowledge = load(settings.knowledge)
    for entry_id in checks.expired(knowledge, datetime.date.today()):
        print(f"to review: {entry_id} was valid until {knowledge.entries[entry_id].valid_until}")
    unconfirmed = checks.unconfirmed(knowledge)
    if unconfirmed:
        print(f"names in customary use only, to confirm at an official source: {', '.join(unconfirmed)}")
    print(f"{len(knowledge.entries)} entries in {len(knowledge.languages)} languages: no problem found.")
    return 0


def _carried_over(folder: Path, knowledge: KnowledgeBase) -> list[str]:
    """Returns the long runs of words that entries share with the official texts they cite."""
    from bot.sources import overlap
    from bot.sources.paragraphs import read_folder

    texts = read_folder(folder, knowledge)
    compared = ", ".join(sorted({text.language for text in texts}))
    print(f"compared with the official texts in {folder} ({compared})", file=sys.stderr)
    return overlap.problems(knowledge, texts)


def _stats(options: argparse.Namespace, settings: Settings) -> int:
    knowledge = load(settings.knowledge)
    entries = list(knowledge.entries.values())
    print(f"version {knowledge.version}: {len(entries)} entries, {sum(len(e.figures) for e in entries)} figures")
    _table("kind", Counter(entry.kind for entry in entries))
    _table("topic", Counter(entry.topic for entry in entries))
    _table("source", Counter(s for e in entries for s in {r.source for r in e.references}))
    texts = Counter(code for entry in entries for code in entry.texts)
    questions: Counter[str] = Counter()
    for entry in entries:
        for code, text in entry.texts.items():
            questions[code] += len(text.questions)
    _table("language: texts", texts)
    _table("language: questions", questions)
    return 0


def _table(title: str, counts: Counter[str]) -> None:
    print(f"\n{title}")
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"  {count:5d}  {name}")


def _coverage(options: argparse.Namespace, settings: Settings) -> int:
    knowledge = load(settings.knowledge)
    cited = checks.cited_places(knowledge)
    for source in knowledge.sources.values():
        open_places = [locator for locator in source.places if (source.symbol, locator) not in cited]
        missing = [locator for locator in open_places if locator not in source.procedural]
        print(
            f"{source.symbol}: {len(source.places)} places: {len(source.places) - len(open_places)} cited, "
            f"{len(open_places) - len(missing)} procedural, {len(missing)} uncovered"
        )
        if options.places and missing:
            print(f"  uncovered: {', '.join(missing)}")
    return 0


def _show(options: argparse.Namespace, settings: Settings) -> int:
    knowledge = load(settings.knowledge)
    entry = _entry(options.id, knowledge)
    print_entry(entry, knowledge, _official(entry, knowledge, options, settings), Console(highlight=False))
    return 0


def _official(
    entry: Entry, knowledge: KnowledgeBase, options: argparse.Namespace, settings: Settings
) -> dict[tuple[str, str], dict[str, str]]:
    """Returns the texts of the places an entry cites: those of the folder of official texts, then the imported ones."""
    from bot.sources.paragraphs import read_folder

    cited = [(reference.source, locator) for reference in entry.references for locator in reference.locators]
    found: dict[tuple[str, str], dict[str, str]] = {place: {} for place in cited}
    folder = options.sources or settings.sources
    for text in read_folder(folder, knowledge) if folder is not None else ():
        for source, locator in cited:
            if source == text.symbol and text.text(locator):
                found[(source, locator)][text.language] = text.text(locator)
    try:
        with TextStore.from_settings(settings) as store:
            for place in cited:
                found[place] |= {code: row.text for code, row in store.place(*place).items()}
    except StoreError as error:
        print(f"partnerguide: {error}", file=sys.stderr)
    return found


def _entry(entry_id: str, knowledge: KnowledgeBase) -> Entry:
    if entry_id not in knowledge.entries:
        raise BotError(f"there is no entry {entry_id!r}; partnerguide knowledge search finds entries by words")
    return knowledge.entries[entry_id]


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from bot.knowledge.search import search

    hits = search(load(settings.knowledge), " ".join(options.words), options.limit)
    for hit in hits:
        print(f"{hit.score:5.2f}  {hit.entry.id}  {' | '.join(t.title for t in hit.entry.texts.values())}")
    if not hits:
        print("Nothing found.")
    return 0


def _index(options: argparse.Namespace, settings: Settings) -> int:
    from bot.knowledge.places import write_index

    folder = options.sources or settings.sources
    if folder is None:
        raise SettingsError(
            "PARTNERGUIDE_SOURCES: set it, or pass --sources, to the folder that holds paragraphs.jsonl"
        )
    for symbol, count in write_index(folder / "paragraphs.jsonl", settings.knowledge / "sources").items():
        print(f"{symbol}: {count} places")
    return 0
