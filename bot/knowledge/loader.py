"""Reads the knowledge base from its folder. Loading stops at the first fault; `checks` collects them all."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bot.errors import KnowledgeError
from bot.knowledge.charts import Chart, ChartWords, read_chart_words, read_charts
from bot.knowledge.flows import Flow, FlowWords, read_flow_words, read_flows
from bot.knowledge.models import Entry, Figure, Language, Reference, Source, Text
from bot.knowledge.parsed import parsed


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything the guide knows. Dictionaries are keyed by entry id, source symbol and language code.

    `organisations` maps an organisation's id to its names per language, the one to display first; `terms` maps what is
    asked for a term (see `normal_question`) to the entry that explains it; `version` is a short hash over every file,
    so that an answer can be traced to the words it was made from. `switched_off` names the entries that their files
    switch off.
    """

    root: Path
    version: str
    entries: dict[str, Entry]
    sources: dict[str, Source]
    languages: dict[str, Language]
    organisations: dict[str, dict[str, tuple[str, ...]]]
    terms: dict[str, str]
    charts: dict[str, Chart] = field(default_factory=dict)
    chart_words: dict[str, ChartWords] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    flow_words: dict[str, FlowWords] = field(default_factory=dict)
    switched_off: frozenset[str] = frozenset()
    _views: dict[frozenset[str], KnowledgeBase] = field(default_factory=dict, repr=False, compare=False)

    @property
    def topics(self) -> list[str]:
        """The topics that have entries, in the order of their files."""
        return list(dict.fromkeys(entry.topic for entry in self.entries.values()))

    @property
    def spoken(self) -> dict[str, Language]:
        """The languages in which people are answered: those that are complete, and no drafts."""
        return {code: language for code, language in self.languages.items() if language.status == "complete"}

    def chart_of(self, entry_id: str) -> Chart | None:
        """Returns the chart that an entry's answer offers, or None."""
        return next((chart for chart in self.charts.values() if entry_id in chart.entries), None)

    def without(self, ids: frozenset[str] = frozenset()) -> KnowledgeBase:
        """Returns what people are answered from: all but the entries that are switched off, in files or by `ids`.

        Charts that show a figure of such an entry go with it.
        """
        gone = frozenset((ids | self.switched_off) & self.entries.keys())
        if not gone:
            return self
        view = self._views.get(gone)
        if view is None:
            view = dataclasses.replace(
                self,
                entries={id: entry for id, entry in self.entries.items() if id not in gone},
                terms={question: id for question, id in self.terms.items() if id not in gone},
                charts={
                    name: chart
                    for name, chart in self.charts.items()
                    if not gone & {*chart.entries, *(value.entry for value in chart.values)}
                },
                switched_off=frozenset(),
                _views={},
            )
            self._views.clear()  # the switches are rarely moved: one view is kept
            self._views[gone] = view
        return view

    def citing(self, source: str, locator: str) -> list[Entry]:
        """Returns the entries that cite one place, those that cite the fewest others first, terms last."""
        hits = [
            entry
            for entry in self.entries.values()
            if any(r.source == source and locator in r.locators for r in entry.references)
        ]
        return sorted(hits, key=lambda entry: (entry.is_term, sum(len(r.locators) for r in entry.references)))


def read_yaml(path: Path) -> dict[str, Any]:
    """Returns the mapping in a YAML file.

    Raises:
        KnowledgeError: the file cannot be read, is no YAML, or holds no mapping at its top.
    """
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_bombs(path, text)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader that refuses more
    except OSError as error:
        raise KnowledgeError(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, f"is not UTF-8 text (byte {error.start})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise KnowledgeError(path, f"{line}{getattr(error, 'problem', None) or 'is no YAML'}") from error
    except UNREADABLE as error:
        raise KnowledgeError(path, f"holds a value that cannot be read ({type(error).__name__})") from error
    if not isinstance(data, dict):
        raise KnowledgeError(path, "must hold a mapping at its top")
    return data


def _refuse_bombs(path: Path, text: str) -> None:
    """Refuses what would bring the reader down: libyaml's own follows nesting until the stack ends (pyyaml 6.0)."""
    if len(text) > _MOST_CHARACTERS:
        raise KnowledgeError(path, f"holds {len(text)} characters, more than {_MOST_CHARACTERS}; split it by topic")
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            break
    if depth > _DEEPEST or (_INDENTED.search(text) and _DEEP_LINE.search(text)):
        raise KnowledgeError(path, "is nested too deeply")
    if "&" in text and any(f"*{name}" in text for name in _ANCHOR.findall(text)):
        raise KnowledgeError(path, "repeats parts by an alias (&, *), which grow when they are read; write them out")


_TEXT = "tag:yaml.org,2002:str"


class _Loader(yaml.CSafeLoader):
    """Refuses a key given twice, which plain YAML loaders take silently, losing the first value."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """See parent class."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            # Most keys are plain words, which are what they look like.
            key = key_node.value if key_node.tag == _TEXT else self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def load(root: Path) -> KnowledgeBase:
    """Returns the knowledge base in the folder `root`.

    Raises:
        KnowledgeError: a file is missing, no YAML, or lacks what the loader needs.
    """
    if not root.is_dir():
        raise KnowledgeError(root, "the folder of the knowledge base is missing; run the command in a full checkout")
    paths = sorted(path for folder in _FOLDERS for path in (root / folder).rglob("*.yml"))
    files = parsed(root, paths, read_yaml)
    languages = _build(files, root / "languages", _language)
    texts = _texts(files, root / "texts")
    titles: dict[str, dict[str, str]] = {code: {} for code in languages}
    for path, data in files.items():
        if path.parent.parent == root / "texts" and path.parent.name in titles:
            titles[path.parent.name][path.stem] = data.get("title", path.stem)
    for code, topic_titles in titles.items():
        languages[code].topic_titles.update(topic_titles)
    entries: dict[str, Entry] = {}
    for path in paths:
        if path.parent == root / "entries":
            for name, data in _need(path, files[path], "entries").items():
                entry_id = f"{path.stem}.{name}"
                words = texts.get(entry_id, {})
                entries[entry_id] = _guard(path, name, lambda i=entry_id, d=data, w=words: _entry(i, d, w))
    organisations: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in paths:
        if path.parent == root / "organisations":
            for key, names in _need(path, files[path], "organisations").items():
                organisations.setdefault(key, {})[path.stem] = _guard(path, key, lambda n=names: tuple(n))
    pictures = {path: data for path, data in files.items() if path.parent.name in ("charts", "chart_texts")}
    guided = {path: data for path, data in files.items() if path.relative_to(root).parts[0].startswith("flow")}
    return KnowledgeBase(
        root=root,
        version=folder_hash(root),
        entries=entries,
        sources=_build(files, root / "sources", _source),
        languages=languages,
        organisations=organisations,
        terms=_terms(entries, languages),
        charts=_guard(root / "charts", "charts", lambda: read_charts(pictures, root)),
        chart_words=_guard(root / "chart_texts", "charts", lambda: read_chart_words(pictures, root)),
        flows=_guard(root / "flows", "flows", lambda: read_flows(guided, root)),
        flow_words=_guard(root / "flow_words", "flows", lambda: read_flow_words(guided, root)),
        switched_off=frozenset(entry.id for entry in entries.values() if entry.switched_off),
    )


#: What PyYAML 6 raises, besides its own errors, of what is no date, number, key or tag.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
#: The largest file has 82 kB, its lines lie five levels deep (2026-11-30).
_MOST_CHARACTERS = 1_000_000
_DEEPEST = 100
_BRACKETS = re.compile(r"[\[\]{}]")
_DEEP_LINE = re.compile(rf"^(?:[ ?:-] ?){{{_DEEPEST},}}", re.MULTILINE)
# What a deep line must begin with, and what is found sooner: hardly any line does.
_INDENTED = re.compile(rf"^[ ?:-]{{{_DEEPEST}}}", re.MULTILINE)
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&([^\s\[\]{},]+)")
#: Entries that are still to be written lie there; nothing reads them.
DRAFTS = "drafts"
_FOLDERS = (
    *("languages", "sources", "organisations", "entries", "texts", "charts", "chart_texts"),
    *("flows", "flow_texts", "flow_words"),
)


def folder_hash(root: Path, without: tuple[str, ...] = ()) -> str:
    """Returns twelve hexadecimal digits over the names and contents of every YAML file under `root` but drafts.

    Args:
        without: more folders in `root` that are left out.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*.yml") if path.parent != root / DRAFTS):
        relative = path.relative_to(root)
        if relative.parts[0] in without:
            continue
        digest.update(relative.as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _need(path: Path, data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise KnowledgeError(path, f"`{key}` is missing or no mapping")
    return value


def _guard(path: Path, where: str, make: Any) -> Any:
    try:
        return make()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise KnowledgeError(
            path, f"{where}: {error!r} does not fit the schema; run partnerguide knowledge check"
        ) from error


def _build(files: dict[Path, dict[str, Any]], folder: Path, make: Any) -> dict[str, Any]:
    built = (_guard(path, "top", lambda d=data: make(d)) for path, data in files.items() if path.parent == folder)
    return dict(built)


def _language(data: dict[str, Any]) -> tuple[str, Language]:
    numbers = data["numbers"]
    language = Language(
        code=data["code"],
        name=data["name"],
        status=data["status"],
        scripts=tuple(data["scripts"]),
        digits_group=numbers["group"],
        scales=tuple(
            (Decimal(scale["from"]), Decimal(scale.get("divisor", scale["from"])), scale["word"])
            for scale in numbers["scales"]
        ),
        units=dict(numbers["units"]),
        locators=dict(data["locators"]),
        locator_join=data["locator_join"],
        sources_label=data["sources_label"],
        source_join=data["source_join"],
        quote_marks=(data["quote_marks"][0], data["quote_marks"][1]),
        as_of=data["as_of"],
        seen=data["seen"],
        term_questions=tuple(data["term_questions"]),
        reference_words=tuple(data.get("reference_words", ())),
        correction_words=tuple(data.get("correction_words", ())),
        pronouns=tuple(data.get("pronouns", ())),
        question_words=tuple(data.get("question_words", ())),
        continuation_words=tuple(data.get("continuation_words", ())),
        next_words=tuple(data.get("next_words", ())),
        previous_words=tuple(data.get("previous_words", ())),
        digits_point=numbers.get("point", "."),
        number_names=tuple(numbers.get("names", ())),
        source_titles=dict(data["sources"]),
    )
    return language.code, language


def _source(data: dict[str, Any]) -> tuple[str, Source]:
    source = Source(
        symbol=data["symbol"],
        kind=data["kind"],
        year=data["year"],
        url=data["url"],
        accessed=data.get("accessed", ""),
        aliases=tuple(data["aliases"]),
        procedural={str(locator): reason for locator, reason in data.get("procedural", {}).items()},
        nicknames={code: tuple(names) for code, names in data["nicknames"].items()},
        places={
            str(locator): frozenset(Decimal(str(n)) for n in numbers) for locator, numbers in data["places"].items()
        },
    )
    return source.symbol, source


def _texts(files: dict[Path, dict[str, Any]], folder: Path) -> dict[str, dict[str, Text]]:
    texts: dict[str, dict[str, Text]] = {}
    for path, data in files.items():
        if path.parent.parent != folder:
            continue
        for name, words in _need(path, data, "entries").items():
            texts.setdefault(f"{path.stem}.{name}", {})[path.parent.name] = _guard(path, name, lambda w=words: _text(w))
    return texts


def _text(words: dict[str, Any]) -> Text:
    return Text(
        title=words["title"],
        answer=words["answer"].strip(),
        questions=tuple(str(question) for question in words.get("questions", ())),
        quote=words.get("quote", "").strip(),
        more=words.get("more", "").strip(),
        audience={audience: text.strip() for audience, text in words.get("audience", {}).items()},
        aliases=tuple(words.get("aliases", ())),
    )


def normal_question(question: str) -> str:
    """Returns a question without case, punctuation and spaces, to tell whether two are the same."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def term_questions(entry: Entry, languages: dict[str, Language]) -> Iterator[tuple[str, str]]:
    """Yields (language, question) for the ways to ask for a term: each of its names, bare and in the usual patterns."""
    for code, text in ((code, text) for code, text in entry.texts.items() if code in languages):
        for name in dict.fromkeys((text.title, *text.aliases)):
            yield code, name
            yield from ((code, pattern.replace("{name}", name)) for pattern in languages[code].term_questions)
        yield from ((code, question) for question in text.questions)


def _terms(entries: dict[str, Entry], languages: dict[str, Language]) -> dict[str, str]:
    terms: dict[str, str] = {}
    for entry in entries.values():
        if entry.is_term:
            for _, question in term_questions(entry, languages):
                terms.setdefault(normal_question(question), entry.id)
    return terms


def _entry(entry_id: str, data: dict[str, Any], texts: dict[str, Text]) -> Entry:
    return Entry(
        id=entry_id,
        kind=data["kind"],
        references=tuple(Reference(r["source"], tuple(r["locators"])) for r in data["references"]),
        figures={
            name: Figure(
                value=Decimal(str(figure["value"])),
                unit=figure["unit"],
                year=figure["year"],
                source=figure["source"],
                locator=figure["locator"],
                basis=figure.get("basis", ""),
            )
            for name, figure in data.get("figures", {}).items()
        },
        texts=texts,
        as_of=data.get("as_of"),
        seen=data.get("seen"),
        valid_until=data.get("valid_until", ""),
        superseded_by=data.get("superseded_by", ""),
        origin=data.get("origin", ""),
        related=tuple(data.get("related", ())),
        entities={kind: tuple(values) for kind, values in data.get("entities", {}).items()},
        switched_off=bool(data.get("switched_off", False)),
    )
