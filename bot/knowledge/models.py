"""What the knowledge base is made of, as plain immutable objects. Reading files belongs in `loader`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Reference:
    """One or more places in one source, as an entry cites them."""

    source: str
    locators: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A number that stands once in the knowledge base; texts take it by its name in braces.

    `unit` is a key of the languages' `units` (plain counts: `count`); `year` is the year the figure speaks of;
    `basis`, where set, says how the figure follows from a place that does not hold it in digits.
    """

    value: Decimal
    unit: str
    year: int
    source: str
    locator: str
    basis: str = ""


@dataclass(frozen=True)
class Text:
    """The words of one entry in one language; every block may hold figure placeholders until it is rendered."""

    title: str
    answer: str
    questions: tuple[str, ...]
    quote: str = ""
    more: str = ""
    audience: dict[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One answer: language-free facts and the words of each language.

    `as_of` is the year the facts describe; where they stand on pages without a date it is unknown, and `seen` is the
    year in which the pages were read. `superseded_by` names the entry that holds newer facts; `valid_until` is an ISO
    date after which the entry must be reviewed. `origin` says where the English name of a term comes from: the
    `source` itself, an `official` page, or `customary` use, which is not confirmed. `entities` tags what the entry is
    about, per entity type. Nobody is answered with an entry that is `switched_off`.
    """

    id: str
    kind: str
    references: tuple[Reference, ...]
    figures: dict[str, Figure]
    texts: dict[str, Text]
    as_of: int | None = None
    seen: int | None = None
    valid_until: str = ""
    superseded_by: str = ""
    origin: str = ""
    related: tuple[str, ...] = ()
    entities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    switched_off: bool = False

    @property
    def is_term(self) -> bool:
        """Whether it explains one word: terms are looked up by their names, not learned."""
        return self.kind == "term"

    @property
    def topic(self) -> str:
        """The first half of the entry's id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Source:
    """A document that entries cite: its symbol, its year, where to read it, and the places it has.

    `places` maps each locator to the numbers that stand there (facts for checking figures, no sentences).
    `procedural` gives the reason why a place that nobody will ask about is cited by no entry.
    `url` holds `{language}` where the publisher serves several languages; empty where no link is known.
    `accessed` is the ISO date on which a page that may change was last read; empty for documents that stay as they are.
    """

    symbol: str
    kind: str
    year: int
    url: str
    aliases: tuple[str, ...]
    places: dict[str, frozenset[Decimal]]
    nicknames: dict[str, tuple[str, ...]] = field(default_factory=dict)
    procedural: dict[str, str] = field(default_factory=dict)
    accessed: str = ""

    def url_in(self, language: str) -> str:
        """Returns the link for readers of `language`."""
        return self.url.replace("{language}", language)


@dataclass(frozen=True)
class Language:
    """How one language is recognised and how numbers, places and units are written in it.

    `reference_words` say nothing of their own in a follow-up ("what about", "那", "呢"); `correction_words` begin one
    that corrects what was understood ("no", "I meant"); `pronouns` and `question_words` are those by which a short
    question points back ("who runs it?", "何时"), and `continuation_words` begin one that goes on ("and", "那").
    `next_words` and `previous_words` ask for the one after or before what was just asked about ("next one", "上一条").
    `digits_point` stands before a fraction; `number_names` are names with a number in them that is no figure ("ODD
    {number}").
    """

    code: str
    name: str
    status: str
    scripts: tuple[str, ...]
    digits_group: str
    scales: tuple[tuple[Decimal, Decimal, str], ...]
    units: dict[str, str]
    locators: dict[str, str]
    locator_join: str
    sources_label: str
    source_join: str
    quote_marks: tuple[str, str]
    as_of: str
    seen: str
    term_questions: tuple[str, ...]
    source_titles: dict[str, str]
    reference_words: tuple[str, ...] = ()
    correction_words: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()
    question_words: tuple[str, ...] = ()
    continuation_words: tuple[str, ...] = ()
    next_words: tuple[str, ...] = ()
    previous_words: tuple[str, ...] = ()
    digits_point: str = "."
    number_names: tuple[str, ...] = ()
    topic_titles: dict[str, str] = field(default_factory=dict)
