"""`partnerguide knowledge …`: the knowledge base, checked and read."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections import Counter
from pathlib import Path

from bot.cli._arguments import positive
from bot.errors import BotError, SettingsError
from bot.knowledge import checks, render
from bot.knowledge.loader import KnowledgeBase, load
from bot.knowledge.models import Entry
from bot.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    check = commands.add_parser("check", help="print every problem as `path: what is wrong`")
    check.set_defaults(run=_check)
    stats = commands.add_parser("stats", help="count entries by kind, topic, language and source")
    stats.set_defaults(run=_stats)
    coverage = commands.add_parser("coverage", help="count the places of each source that are cited")
    coverage.add_argument("--places", action="store_true", help="name the places that are not cited")
    coverage.set_defaults(run=_coverage)
    show = commands.add_parser("show", help="print one entry in every language")
    show.add_argument("id", help="topic.entry")
    show.set_defaults(run=_show)
    search = commands.add_parser("search", help="find entries by words")
    search.add_argument("words", nargs="+")
    search.add_argument("--limit", type=positive, default=10)
    search.set_defaults(run=_search)
    index = commands.add_parser("index", help="renew the index of places from the official texts")
    index.add_argument("--sources", type=Path, help="folder with paragraphs.jsonl (default: PARTNERGUIDE_SOURCES)")
    index.set_defaults(run=_index)


def _check(options: argparse.Namespace, settings: Settings) -> int:
    problems = checks.check(settings.knowledge)
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
    print(f"{entry.id} ({entry.kind})")
    for name, figure in entry.figures.items():
        basis = f", {figure.basis}" if figure.basis else ""
        print(f"  {{{name}}} = {figure.value} {figure.unit}, {figure.year}: {figure.source} {figure.locator}{basis}")
    for code, text in entry.texts.items():
        print(f"\n[{code}] {knowledge.languages[code].name}\n")
        print(render.answer(entry, knowledge, language=code, audience="other").text)
        language = knowledge.languages[code]
        if text.more:
            print(f"\n(more) {render.fill(text.more, entry, language)}")
        for audience, words in text.audience.items():
            print(f"\n({audience}) {render.fill(words, entry, language)}")
        for question in text.questions:
            print(f"  ? {question}")
    return 0


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
