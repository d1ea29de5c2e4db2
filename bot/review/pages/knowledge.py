"""Knowledge: every entry in all languages side by side, how it is used and found, remarks, tags, and the switch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.knowledge.checks import cited_places
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry, Language, Text
from bot.knowledge.numbers import format_figure
from bot.knowledge.render import fill
from bot.review.naming import entry_title, source_title, topic_title
from bot.review.routing import Section, page, post
from bot.review.visit import Visit
from bot.store.audit import AuditRow
from bot.store.figures import FigureStore, Tally, merged
from bot.store.switches import SwitchStore
from bot.store.tags import MAX_CHARACTERS, MOST_PER_ENTRY, TagStore, normal_tag, read_tags

PATH = "/knowledge"
REVIEWED = "review_entry"
_STATES = (
    *("off", "expired", "expiring", "dead_citation", "untranslated"),
    *("remarks", "unhelpful", "unused", "superseded"),
)
_USE_DAYS, _EXPIRING_DAYS = 90, 60
_PER_PAGE = 60
# Fewer verdicts say little about an entry.
_ENOUGH_VERDICTS, _GOOD_SHARE = 3, 0.6


@dataclass(frozen=True)
class Row:
    """One entry in the list; `lacking` are the languages without words of it, `dead` what it cites and is not there."""

    entry: Entry
    title: str
    topic: str
    tally: Tally
    is_off: bool
    days_left: int | None
    remarks: int
    reviewed: AuditRow | None
    tags: Sequence[str] = ()
    lacking: Sequence[str] = ()
    dead: Sequence[str] = ()

    def states(self) -> set[str]:
        """Returns the states of `_STATES` that this entry is in."""
        found = {
            "off": self.is_off or self.entry.switched_off,
            "expired": self.days_left is not None and self.days_left < 0,
            "expiring": self.days_left is not None and 0 <= self.days_left <= _EXPIRING_DAYS,
            "dead_citation": bool(self.dead),
            "untranslated": bool(self.lacking),
            "remarks": self.remarks > 0,
            "unhelpful": self.tally.positive + self.tally.negative >= _ENOUGH_VERDICTS
            and (self.tally.satisfaction or 0) < _GOOD_SHARE,
            "unused": not self.tally.uses,
            "superseded": bool(self.entry.superseded_by),
        }
        return {state for state, is_so in found.items() if is_so}

    def marks(self) -> list[str]:
        """Returns the states that the list marks, in their order; that something is not used says its number."""
        mine = self.states()
        return [state for state in _STATES if state in mine and state != "unused"]


def knowledge(visit: Visit) -> Response:
    """Shows the entries that fit words, topic, tag and state, the most used first."""
    rows = _rows(visit)
    counts = {state: sum(state in row.states() for row in rows) for state in _STATES}
    find, topic, state = visit.asked("find", 200), visit.asked("topic", 80), visit.asked("state", 20)
    tag = normal_tag(visit.asked("tag", MAX_CHARACTERS))
    shown = [row for row in rows if (not topic or row.entry.topic == topic) and (not state or state in row.states())]
    shown = [row for row in shown if not tag or tag in row.tags]
    if find:
        order = [hit.entry.id for hit in visit.console.finder.find(find, 100)]
        named = [row.entry.id for row in shown if find.lower() in row.entry.id or normal_tag(find) in row.tags]
        rank = {id: number for number, id in enumerate(dict.fromkeys([*named, *order]))}
        shown = sorted((row for row in shown if row.entry.id in rank), key=lambda row: rank[row.entry.id])
    elif state in ("expired", "expiring"):
        shown.sort(key=lambda row: row.days_left or 0)
    number = visit.asked("page", 4)
    current = max(int(number), 1) if number.isascii() and number.isdigit() else 1
    language = visit.words.code
    return visit.render(
        "knowledge.html",
        rows=shown[(current - 1) * _PER_PAGE : current * _PER_PAGE],
        total=len(shown),
        every=len(rows),
        counts=counts,
        current=current,
        has_more=len(shown) > current * _PER_PAGE,
        asked={"find": find, "topic": topic, "tag": tag, "state": state if state in _STATES else ""},
        tags=sorted({tag for row in rows for tag in row.tags}),
        topics=sorted(
            ((name, topic_title(visit.console.knowledge, name, language)) for name in visit.console.knowledge.topics),
            key=lambda pair: pair[1],
        ),
        use_days=_USE_DAYS,
    )


def entry(visit: Visit) -> Response:
    """Shows one entry."""
    base, found = visit.console.knowledge, _entry(visit)
    switch = visit.console.store(SwitchStore).switched_off().get(found.id)
    language = base.languages.get(visit.words.code) or next(iter(base.languages.values()))
    said = visit.asked("said", 16)
    return visit.render(
        "entry.html",
        entry=found,
        title=entry_title(base, found.id, visit.words.code),
        topic=topic_title(base, found.topic, visit.words.code),
        sides=[(known, words, _blocks(found, words, known)) for known, words in _sides(visit, found)],
        figures=[(name, figure, format_figure(figure, language)) for name, figure in found.figures.items()],
        sources=[
            (r, base.sources[r.source], source_title(base, r.source, visit.words.code))
            for r in found.references
            if r.source in base.sources
        ],
        dead=_dead(found, base),
        tally=_use(visit).get(found.id, Tally()),
        use_days=_USE_DAYS,
        days_left=_days_left(found),
        reviewed=visit.console.audit.latest(REVIEWED).get(found.id),
        remarks=visit.console.remarks.of(found.id),
        switch=switch,
        tags=visit.console.store(TagStore).of(found.id),
        most_tags=MOST_PER_ENTRY,
        most_characters=MAX_CHARACTERS,
        said=said if said in ("bad_tag", "many_tags") else "",
        title_of=lambda id: entry_title(base, id, visit.words.code),
        is_entry=lambda id: id in base.entries,
    )


def remark(visit: Visit) -> Response:
    """Adds a remark."""
    found = _entry(visit)
    if visit.typed("text"):
        visit.console.remarks.add(found.id, visit.name, visit.typed("text", 2000))
        visit.note("remark", found.id)
    return visit.redirect(f"{PATH}/{found.id}")


def settle(visit: Visit) -> Response:
    """Settles a remark."""
    found, id = _entry(visit), visit.typed("id", 12)
    if id.isascii() and id.isdigit() and visit.console.remarks.settle(int(id), visit.name):
        visit.note("settle_remark", found.id, id)
    return visit.redirect(f"{PATH}/{found.id}")


def reviewed(visit: Visit) -> Response:
    """Notes that somebody has read the entry against its sources today."""
    found = _entry(visit)
    visit.note(REVIEWED, found.id)
    return visit.redirect(f"{PATH}/{found.id}")


def switch(visit: Visit) -> Response:
    """Switches an entry off, so that nobody is answered with it from now on; or on again."""
    found, store = _entry(visit), visit.console.store(SwitchStore)
    if visit.typed("switch", 3) == "off":
        if store.off(found.id, visit.name):
            visit.note("switch_off", found.id)
    elif store.on(found.id, visit.name):
        visit.note("switch_on", found.id)
    return visit.redirect(f"{PATH}/{found.id}")


def tag(visit: Visit) -> Response:
    """Puts tags on an entry, typed with commas between."""
    found, tags = _entry(visit), read_tags(visit.typed("tags", 400))
    if tags is None:
        return visit.redirect(f"{PATH}/{found.id}", said="bad_tag")
    new = visit.console.store(TagStore).add(found.id, tags, visit.name)
    if new is None:
        return visit.redirect(f"{PATH}/{found.id}", said="many_tags")
    if new:
        visit.note("tag_entry", found.id, str(new))
    return visit.redirect(f"{PATH}/{found.id}")


def untag(visit: Visit) -> Response:
    """Takes a tag off an entry."""
    found = _entry(visit)
    if visit.console.store(TagStore).remove(found.id, visit.typed("tag", MAX_CHARACTERS)):
        visit.note("untag_entry", found.id)
    return visit.redirect(f"{PATH}/{found.id}")


def coverage(visit: Visit) -> Response:
    """Shows, per document, how many of its places some entry cites; and per topic, in which languages it is written."""
    base, language = visit.console.knowledge, visit.words.code
    cited = cited_places(base)
    rows = []
    for source in base.sources.values():
        open_places = [locator for locator in source.places if (source.symbol, locator) not in cited]
        missing = [locator for locator in open_places if locator not in source.procedural]
        entries = sum(any(r.source == source.symbol for r in entry.references) for entry in base.entries.values())
        title = source_title(base, source.symbol, language)
        rows.append((source, title, len(source.places), len(open_places) - len(missing), missing, entries))
    languages = list(base.languages.values())
    topics = [(topic, topic_title(base, topic, language), _written(base, topic)) for topic in base.topics]
    return visit.render(
        "coverage.html", rows=rows, languages=languages, topics=sorted(topics, key=lambda topic: topic[1])
    )


@dataclass(frozen=True)
class _Written:
    """How much of a topic is written: entries, and per language the entries with words and the example questions."""

    entries: int
    texts: dict[str, int]
    questions: dict[str, int]


def _written(base: KnowledgeBase, topic: str) -> _Written:
    mine = [entry for entry in base.entries.values() if entry.topic == topic]
    texts = {code: [entry.texts[code] for entry in mine if code in entry.texts] for code in base.languages}
    questions = {code: sum(len(text.questions) for text in those) for code, those in texts.items()}
    return _Written(len(mine), {code: len(those) for code, those in texts.items()}, questions)


def _dead(entry: Entry, base: KnowledgeBase) -> list[str]:
    """Returns what an entry cites and the documents do not have: a place, or the whole document."""
    found = []
    for reference in entry.references:
        source = base.sources.get(reference.source)
        missing = [place for place in reference.locators if source is None or place not in source.places]
        if source is None or missing:
            found.append(", ".join((reference.source, *missing)))
    return found


def _rows(visit: Visit) -> list[Row]:
    base, language = visit.console.knowledge, visit.words.code
    use, off = _use(visit), visit.console.store(SwitchStore).switched_off()
    remarks, read = visit.console.remarks.open_counts(), visit.console.audit.latest(REVIEWED)
    topics = {topic: topic_title(base, topic, language) for topic in base.topics}
    tags = visit.console.store(TagStore).by_entry()
    rows = [
        Row(
            entry,
            entry_title(base, entry.id, language),
            topics[entry.topic],
            use.get(entry.id, Tally()),
            entry.id in off,
            _days_left(entry),
            remarks.get(entry.id, 0),
            read.get(entry.id),
            tags.get(entry.id, ()),
            [code for code in base.spoken if code not in entry.texts],
            _dead(entry, base),
        )
        for entry in base.entries.values()
    ]
    return sorted(rows, key=lambda row: -row.tally.uses)


def _use(visit: Visit) -> dict[str, Tally]:
    last = datetime.now(timezone.utc).date()
    days = visit.console.store(FigureStore).days(last - timedelta(days=_USE_DAYS - 1), last)
    return merged(days.values()).entries


def _days_left(entry: Entry) -> int | None:
    """Returns the days until an entry must be read again, negative once they are over; None where it never must."""
    if not entry.valid_until:
        return None
    return (date.fromisoformat(entry.valid_until) - datetime.now(timezone.utc).date()).days


def _entry(visit: Visit) -> Entry:
    found = visit.console.knowledge.entries.get(visit.place("id"))
    if found is None:
        raise HTTPException(404)
    return found


def _sides(visit: Visit, entry: Entry) -> Iterable[tuple[Language, Text | None]]:
    """Yields each language with the entry's words in it, that of the interface first."""
    languages = visit.console.knowledge.languages.values()
    for known in sorted(languages, key=lambda known: known.code != visit.words.code):
        yield known, entry.texts.get(known.code)


def _blocks(entry: Entry, words: Text | None, language: Language) -> Sequence[tuple[str, str]]:
    """Returns the blocks of an answer, figures filled in, each with the name it has in the words of this page."""
    if words is None:
        return []
    blocks = [("answer", words.answer), ("quote", words.quote), ("more", words.more)]
    blocks += [(f"for_{audience}", text) for audience, text in words.audience.items()]
    return [(name, fill(block, entry, language)) for name, block in blocks if block]


SECTION = Section("knowledge", order=5, path=PATH)
ROUTES = [
    page(PATH, knowledge, role="viewer"),
    page("/knowledge/coverage", coverage, role="viewer"),
    page("/knowledge/{id}", entry, role="viewer"),
    post("/knowledge/{id}/remark", remark, role="reviewer"),
    post("/knowledge/{id}/settle", settle, role="reviewer"),
    post("/knowledge/{id}/reviewed", reviewed, role="reviewer"),
    post("/knowledge/{id}/tag", tag, role="editor"),
    post("/knowledge/{id}/untag", untag, role="editor"),
    post("/knowledge/{id}/switch", switch, role="editor"),
]
