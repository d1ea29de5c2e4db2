"""Finds everything that is wrong with the knowledge base, each problem as `path: what is wrong`."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema

from bot.errors import KnowledgeError
from bot.knowledge import render
from bot.knowledge.chart_checks import check_charts
from bot.knowledge.flow_checks import check_flows
from bot.knowledge.loader import KnowledgeBase, load, normal_question, read_yaml, term_questions
from bot.knowledge.models import Entry, Language, Text
from bot.knowledge.numbers import numbers_in, stated_in
from bot.reply import MAX_LOCATORS, MAX_TEXT_CHARACTERS

#: Fewer ways to ask for an entry do not teach a classifier anything.
FEWEST_QUESTIONS = 6

_SCHEMAS = {
    "entries/*.yml": "entries",
    "texts/*/*.yml": "texts",
    "sources/*.yml": "sources",
    "languages/*.yml": "languages",
    "organisations/*.yml": "organisations",
    "charts/*.yml": "charts",
    "chart_texts/*.yml": "chart_texts",
    "flows/*.yml": "flows",
    "flow_texts/*/*.yml": "flow_texts",
    "flow_words/*.yml": "flow_words",
}
# Numbers that are names, not figures: document symbols, goals, principles, agendas, resolutions, years of strategies.
_NAMES = re.compile(
    r"(?<![A-Za-z])[A-Z]{1,4}(?:/[A-Z0-9.]+)+(?:-[A-Z]+(?:/[A-Z0-9.]+)+)?"
    r"|(?<![\d/])\d{2}/\d{1,3}(?![\d/])|\b\d{2,3} ?\(I{1,3}\)"
    r"|SDGs? ?\d+|可持续发展目标 ?\d+|Goals? \d+|目标 ?\d+|MDGs? ?\d+"
    r"|[Pp]rinciples? \d+(?:(?:, | and |-|–| to )\d+)*|原则 ?\d+(?:(?:、|和|至|到|-|–)(?:原则)?\d+)*|第\d+[项条]原则"
    r"|2030 Agenda|2030年(?:可持续发展)?议程|COVID-?19|SDG Strategy Hub"
    r"|[Pp]aras?\. \d+|第\d+段"
)


def check(root: Path) -> list[str]:
    """Returns every problem in the knowledge base under `root`, sorted by path; empty when there is none."""
    if not root.is_dir():
        return [f"{root}: the folder of the knowledge base is missing"]
    problems = list(_shape(root))
    if problems:
        return sorted(problems)  # the meaning of files of the wrong shape cannot be judged
    try:
        knowledge = load(root)
    except KnowledgeError as error:
        return [str(error)]
    problems += _languages(knowledge)
    problems += _organisations(knowledge)
    problems += _procedural(knowledge)
    for entry in knowledge.entries.values():
        problems += _entry(entry, knowledge)
    problems += _questions(knowledge)
    problems += check_charts(knowledge, _strange)
    problems += check_flows(knowledge, _strange)
    return sorted(f"{Path(root.name) / path}: {problem}" for path, problem in (p.split(": ", 1) for p in problems))


def unconfirmed(knowledge: KnowledgeBase) -> list[str]:
    """Returns the ids of the entries whose English name is only customary, not taken from an official text."""
    return [entry.id for entry in knowledge.entries.values() if entry.origin == "customary"]


def expired(knowledge: KnowledgeBase, today: datetime.date) -> list[str]:
    """Returns the ids of the entries whose `valid_until` has passed, oldest first."""
    dated = [(entry.valid_until, entry.id) for entry in knowledge.entries.values() if entry.valid_until]
    return [entry_id for date, entry_id in sorted(dated) if date < today.isoformat()]


def _shape(root: Path) -> Iterator[str]:
    for pattern, name in _SCHEMAS.items():
        schema = json.loads((root / "schema" / f"{name}.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft7Validator(schema)
        for path in sorted(root.glob(pattern)):
            where = f"{root.name}/{path.relative_to(root)}"
            try:
                data = read_yaml(path)
            except KnowledgeError as error:
                yield f"{where}: {error.problem}"
                continue
            for fault in validator.iter_errors(data):
                yield f"{where}: {'.'.join(str(p) for p in fault.absolute_path) or 'top'}: {_brief(fault.message)}"
            yield from (f"{where}: {problem}" for problem in _names(path, data))


def _brief(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:90]} … {message[-100:]}"


def _names(path: Path, data: dict[str, Any]) -> Iterator[str]:
    expected = {
        "topic": path.stem if path.parent.name == "entries" else None,
        "language": path.parent.name if path.parent.parent.name in ("texts", "flow_texts") else path.stem,
        "code": path.stem,
        "flow": path.stem,
    }
    for key, value in expected.items():
        if key in data and value is not None and data[key] != value:
            yield f"{key} is {data[key]!r}, but the file's place says {value!r}"


def _languages(knowledge: KnowledgeBase) -> Iterator[str]:
    symbols = set(knowledge.sources)
    units = {figure.unit for entry in knowledge.entries.values() for figure in entry.figures.values()}
    for code, language in knowledge.languages.items():
        where = f"languages/{code}.yml"
        for symbol in sorted(symbols - set(language.source_titles)):
            yield f"{where}: sources: no title for {symbol}"
        for symbol in sorted(set(language.source_titles) - symbols):
            yield f"{where}: sources: {symbol} is no source"
        for unit in sorted(units - set(language.units)):
            yield f"{where}: numbers.units: no words for {unit!r}"
        for source in knowledge.sources.values():
            for locator in source.places:
                kind = locator.rpartition(" ")[0] if locator.rpartition(" ")[2].isdigit() else locator
                if kind and kind not in language.locators and not locator.isdigit():
                    yield f"{where}: locators: no words for {kind!r}"
    files = {path.stem for path in (knowledge.root / "entries").glob("*.yml")}
    for path in sorted((knowledge.root / "texts").glob("*/*.yml")):
        if path.parent.name not in knowledge.languages:
            yield f"texts/{path.parent.name}/{path.name}: languages/{path.parent.name}.yml is missing"
        elif path.stem not in files:
            yield f"texts/{path.parent.name}/{path.name}: entries/{path.stem}.yml is missing"
        else:
            for name in read_yaml(path)["entries"]:
                if f"{path.stem}.{name}" not in knowledge.entries:
                    yield f"texts/{path.parent.name}/{path.name}: {name}: no such entry in entries/{path.stem}.yml"


def _procedural(knowledge: KnowledgeBase) -> Iterator[str]:
    cited = cited_places(knowledge)
    for path in sorted((knowledge.root / "sources").glob("*.yml")):
        source = knowledge.sources[read_yaml(path)["symbol"]]
        for locator in source.procedural:
            if locator not in source.places:
                yield f"sources/{path.name}: procedural: no place {locator!r}"
            elif (source.symbol, locator) in cited:
                yield f"sources/{path.name}: procedural: {locator!r} is cited by an entry"


def cited_places(knowledge: KnowledgeBase) -> set[tuple[str, str]]:
    """Returns the (source, locator) pairs that at least one entry cites."""
    return {(r.source, locator) for e in knowledge.entries.values() for r in e.references for locator in r.locators}


def _organisations(knowledge: KnowledgeBase) -> Iterator[str]:
    complete = [code for code, language in knowledge.languages.items() if language.status == "complete"]
    for key, names in knowledge.organisations.items():
        for code in complete:
            if code not in names:
                yield f"organisations/{code}.yml: {key}: missing"


def _entry(entry: Entry, knowledge: KnowledgeBase) -> Iterator[str]:
    topic, _, name = entry.id.partition(".")
    where = f"entries/{topic}.yml: {name}"
    cited: set[Decimal] = set()
    for reference in entry.references:
        source = knowledge.sources.get(reference.source)
        if source is None:
            yield f"{where}: {reference.source!r} is no source"
            continue
        cited |= {Decimal(source.year)} | {n for locator in reference.locators for n in numbers_in(locator)}
        for locator in reference.locators:
            if locator not in source.places:
                yield f"{where}: {reference.source} has no place {locator!r}"
            else:
                cited |= source.places[locator]
    if sum(len(r.locators) for r in entry.references) > MAX_LOCATORS:
        yield f"{where}: cites more than {MAX_LOCATORS} places"
    for key, figure in entry.figures.items():
        source = knowledge.sources.get(figure.source)
        if source is None or figure.locator not in source.places:
            yield f"{where}: figure {key}: {figure.source} has no place {figure.locator!r}"
        elif not any(r.source == figure.source and figure.locator in r.locators for r in entry.references):
            yield f"{where}: figure {key}: {figure.source} {figure.locator} is not among the entry's references"
        elif figure.value not in source.places[figure.locator] and not figure.basis:
            yield f"{where}: figure {key}: {figure.value} does not stand at {figure.source} {figure.locator}"
        cited |= {figure.value, Decimal(figure.year)}
    for other in (*entry.related, *([entry.superseded_by] if entry.superseded_by else ())):
        if other not in knowledge.entries or other == entry.id:
            yield f"{where}: {other!r} is no other entry"
    for organisation in entry.entities.get("organisation", ()):
        if organisation not in knowledge.organisations:
            yield f"{where}: organisation {organisation!r} stands in no organisations file"
    used = {}
    for code, language in knowledge.languages.items():
        if code not in entry.texts:
            if language.status == "complete":
                yield f"texts/{code}/{topic}.yml: {name}: missing"
            continue
        if not entry.is_term and len(entry.texts[code].questions) < FEWEST_QUESTIONS:
            yield f"texts/{code}/{topic}.yml: {name}: has fewer than {FEWEST_QUESTIONS} questions"
        problems = list(_text(entry, entry.texts[code], code, knowledge, cited))
        yield from (f"texts/{code}/{topic}.yml: {name}: {problem}" for problem in problems)
        used[code] = set(render.PLACEHOLDER.findall(_words(entry.texts[code])))
    for key in entry.figures:
        for code in (c for c, names in used.items() if key not in names):
            yield f"texts/{code}/{topic}.yml: {name}: does not use the figure {{{key}}}"


def _words(text: Text) -> str:
    return "\n".join((text.title, text.answer, text.more, *text.audience.values()))


def _text(entry: Entry, text: Text, code: str, knowledge: KnowledgeBase, cited: set[Decimal]) -> Iterator[str]:
    words = _words(text)
    unknown = set(render.PLACEHOLDER.findall(words)) - set(entry.figures)
    for key in sorted(unknown):
        yield f"{{{key}}} is no figure of the entry"
    for number in _strange(words, cited, knowledge.languages[code]):
        yield f"the number {number} stands at no cited place"
    yield from _lengths(entry, text, code, knowledge)
    others = {a for c, t in entry.texts.items() if c != code for a in t.audience}
    for audience in sorted(others - set(text.audience)):
        yield f"has no words for the audience {audience}, another language has"
    if any(bool(t.more) != bool(text.more) for t in entry.texts.values()) and not text.more:
        yield "has no `more`, another language has"


def _strange(words: str, known: set[Decimal], language: Language) -> list[Decimal]:
    """Returns the numbers that words state and that are not among the known ones, smallest first."""
    bare = _NAMES.sub(" ", render.PLACEHOLDER.sub(" ", words))
    for name in _named_numbers(language):
        bare = re.sub(name, " ", bare, flags=re.IGNORECASE)
    return sorted(number for number in stated_in(bare, language) if number not in known)


def _named_numbers(language: Language) -> list[str]:
    """Returns the patterns of a language's names with numbers in them, and of the places that its answers name."""
    places = [language.locators[kind] for kind in ("paragraph", "paragraphs", "principle") if kind in language.locators]
    names = (name.split("{number}") for name in (*language.number_names, *places))
    return [r"\d+".join(re.escape(part) for part in parts) for parts in names]


def _lengths(entry: Entry, text: Text, code: str, knowledge: KnowledgeBase) -> Iterator[str]:
    for audience in ("other", *text.audience):
        for part in ("answer", "more") if text.more else ("answer",):
            try:
                reply = render.answer(entry, knowledge, language=code, audience=audience, part=part)
            except KeyError:
                return  # a figure, a source, a place or other words are missing, which is told where they belong
            if len(reply.text) > MAX_TEXT_CHARACTERS:
                length = len(reply.text)
                yield f"the reply ({part}, {audience}) has {length} characters; at most {MAX_TEXT_CHARACTERS}"


def _questions(knowledge: KnowledgeBase) -> Iterator[str]:
    owners: dict[str, str] = {}
    for entry in knowledge.entries.values():
        if entry.is_term:
            asked = list(term_questions(entry, knowledge.languages))
        else:
            asked = [(code, question) for code, text in entry.texts.items() for question in text.questions]
        for code, question in asked:
            owner = owners.setdefault(normal_question(question), entry.id)
            if owner != entry.id:
                topic, _, name = entry.id.partition(".")
                yield f"texts/{code}/{topic}.yml: {name}: {question!r} is also a question of {owner}"
