"""Keyboards to browse the whole knowledge without typing: topics, kinds of entries, documents and their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.channels.telegram.front import CHANNEL, Front
from bot.channels.telegram.markup import cut
from bot.channels.telegram.rendering import Button
from bot.knowledge import render
from bot.reply import Reply, per_page

_PER_PAGE = per_page(CHANNEL)
_PLACES_PER_PAGE = 24
_PLACES_PER_ROW = 4
_LABEL = 60
#: The intents whose choices are the list of all topics.
_TOPIC_LISTS = frozenset({"ask_topics", "ask_help", "greet"})
#: The intent whose choices are entries of one topic.
_TOPIC = "show_topic"

Rows = list[list[Button]]


def long_list(front: Front, reply: Reply) -> Rows:
    """Returns a keyboard with pages in place of a reply's own choices where they are a part of a longer list."""
    if reply.intent in _TOPIC_LISTS and len(reply.choices) > _PER_PAGE:
        return topics(front, reply.language, 1)
    if reply.intent == _TOPIC:
        return _of_topic(front, reply)
    return []


def _of_topic(front: Front, reply: Reply) -> Rows:
    """Returns the page of a topic that a reply shows, with the buttons to the others; nothing where it has one page."""
    read = front.payloads.read
    made = [Button(cut(choice.label, _LABEL), front.payloads.of(choice)) for choice in reply.choices]
    pressed = [(button, press) for button in made if (press := read(button.data)) is not None]
    shown = [press.values[0] for _, press in pressed if press.kind == "e"]
    knowledge = front.dialogue.knowledge
    if not shown:  # no topic has that name: all of them are listed
        return topics(front, reply.language, 1) if len(made) > _PER_PAGE else []
    if shown[0] not in knowledge.entries:  # switched off meanwhile
        return []
    topic = knowledge.entries[shown[0]].topic
    entries = [entry.id for entry in knowledge.entries.values() if entry.topic == topic]
    last = -(-len(entries) // _PER_PAGE)
    turning = _turning(front, entries.index(shown[0]) // _PER_PAGE + 1, last, "t", topic)
    if not turning:
        return []
    rows = [[button] for button, press in pressed if press.kind == "e"]
    return [*rows, turning, *([button] for button, press in pressed if press.kind not in ("e", "t"))]


def topics(front: Front, language: str, page: int) -> Rows:
    """Returns one page of all topics."""
    knowledge = front.dialogue.knowledge
    titles = knowledge.languages[language].topic_titles
    buttons = [
        Button(cut(titles.get(topic, topic), _LABEL), front.payloads.own("t", topic)) for topic in knowledge.topics
    ]
    return _paged(front, buttons, page, "tp")


def of_kind(front: Front, language: str, kind: str, page: int) -> Rows:
    """Returns one page of the entries of a kind."""
    knowledge = front.dialogue.knowledge
    buttons = []
    for entry in knowledge.entries.values():
        if entry.kind == kind:
            _, text = render.text_of(entry, language, knowledge.languages)
            buttons.append(Button(cut(text.title, _LABEL), front.payloads.own("e", entry.id)))
    buttons.sort(key=lambda button: button.label.casefold())
    return _paged(front, buttons, page, "k", kind)


def documents(front: Front, language: str, page: int) -> Rows:
    """Returns one page of the documents that entries cite, the most cited first."""
    knowledge = front.dialogue.knowledge
    counts = Counter(r.source for entry in knowledge.entries.values() for r in entry.references)
    titles = knowledge.languages[language].source_titles
    cited = sorted((symbol for symbol in knowledge.sources if counts[symbol]), key=lambda symbol: -counts[symbol])
    buttons = []
    for symbol in cited:
        title = titles.get(symbol, symbol)
        label = title if title == symbol else f"{symbol} · {title}"
        buttons.append(Button(cut(label, _LABEL), front.payloads.own("S", symbol, 1)))
    return _paged(front, buttons, page, "s")


def places(front: Front, language: str, symbol: str, page: int) -> Rows:
    """Returns one page of the places of a document that entries cite, in the document's order."""
    knowledge = front.dialogue.knowledge
    cited = {
        locator
        for entry in knowledge.entries.values()
        for reference in entry.references
        if reference.source == symbol
        for locator in reference.locators
    }
    source = knowledge.sources[symbol]
    ordered = [locator for locator in source.places if locator in cited]
    ordered += sorted(cited - set(ordered))
    words = knowledge.languages[language]
    buttons = [
        Button(
            locator if locator.isdigit() else cut(render.written_locators((locator,), words), _LABEL),
            front.payloads.own("C", symbol, locator, 0),
        )
        for locator in ordered
    ]
    last = max(1, -(-len(buttons) // _PLACES_PER_PAGE))
    page = min(max(page, 1), last)
    shown = buttons[(page - 1) * _PLACES_PER_PAGE : page * _PLACES_PER_PAGE]
    rows: Rows = []
    for button in shown:
        is_short = len(button.label) <= 4
        if is_short and rows and len(rows[-1]) < _PLACES_PER_ROW and len(rows[-1][0].label) <= 4:
            rows[-1].append(button)
        else:
            rows.append([button])
    back = Button("↩", front.payloads.own("s", 1))
    return [*rows, [back, *_turning(front, page, last, "S", symbol)]]


def resting_on(front: Front, language: str, symbol: str, locator: str, page: int) -> Rows:
    """Returns one page of the entries that cite a place, and the button that shows the place itself."""
    knowledge = front.dialogue.knowledge
    buttons = []
    for entry in knowledge.citing(symbol, locator):
        if not entry.is_term:
            _, text = render.text_of(entry, language, knowledge.languages)
            buttons.append(Button(cut(text.title, _LABEL), front.payloads.own("e", entry.id)))
    itself = Button(front.words(language, "button_place"), front.payloads.own("X", symbol, locator))
    return [*_paged(front, buttons, page, "C", symbol, locator), [itself]]


def _paged(front: Front, buttons: Sequence[Button], page: int, kind: str, *values: str) -> Rows:
    last = max(1, -(-len(buttons) // _PER_PAGE))
    page = min(max(page, 1), last)
    rows = [[button] for button in buttons[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    turning = _turning(front, page, last, kind, *values)
    return [*rows, turning] if turning else rows


def _turning(front: Front, page: int, last: int, kind: str, *values: str) -> list[Button]:
    """Returns the buttons that turn pages, round and round; none where there is one page only."""
    if last == 1:
        return []
    before, after = (page - 2) % last + 1, page % last + 1
    return [
        Button("◀", front.payloads.own(kind, *values, before)),
        Button(f"{page}/{last}", front.payloads.own(kind, *values, page)),
        Button("▶", front.payloads.own(kind, *values, after)),
    ]
