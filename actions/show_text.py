"""Shows the official text of a cited place, word for word, where somebody has imported it."""

from __future__ import annotations

import dataclasses

from actions._answering import (
    answer_entry,
    declined,
    entry_choice,
    is_on_another_place,
    place_choice,
    respond_to_question,
)
from actions._base import Guide, GuideAction, Response
from bot.knowledge import quoting, render
from bot.knowledge.models import Entry, Reference, Source
from bot.knowledge.selection import Decision
from bot.reply import Choice, Reply

_MOST_OTHER_PLACES = 3
_MOST_ENTRIES = 2


class ActionShowText(GuideAction):
    """For "show the text" and the payload `show_text`: of the place that is named, else of the last answer's."""

    def name(self) -> str:
        """See parent class."""
        return "action_show_text"

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        question = guide.turn.question
        sources, locators = question.values("source"), question.values("locator")
        if sources and locators:
            if sources[0] not in guide.knowledge.sources:
                return Response(guide.say("no_choice", "notice", choices=guide.ways_out()))
            return _named(guide, sources[0], locators[0])
        if is_on_another_place(guide):
            return respond_to_question(guide)
        entry = guide.knowledge.entries.get(guide.turn.last_entry)
        documents = question.values("document")
        known = [document for document in documents if document in guide.knowledge.sources]
        if documents and not known:
            return Response(declined(guide, Decision("no_document", source=documents[0])))
        places = question.values("paragraph")
        if places and (known or entry is not None):
            source = known[0] if known else _source_with(places[0], entry, guide)
            return _named(guide, source, places[0])
        if entry is not None and (not known or any(r.source in known for r in entry.references)):
            if question.names_a_subject and not known:
                return respond_to_question(guide, question.about_its_subject())
            return _cited(guide, entry, known)
        if known:
            return Response(_which_place(guide, guide.knowledge.sources[known[0]]))
        if question.names_a_subject:
            return respond_to_question(guide, question.about_its_subject())
        return Response(guide.say("text_none", "notice", choices=guide.ways_out()))


def _source_with(locator: str, entry: Entry | None, guide: Guide) -> str:
    """Returns which of an entry's documents a place belongs to: one cited there, else one that has such a place."""
    references = entry.references if entry else ()
    cited = [r.source for r in references if locator in r.locators]
    having = [r.source for r in references if locator in guide.knowledge.sources[r.source].places]
    return next(iter((*cited, *having, *(r.source for r in references))))


def _cited(guide: Guide, entry: Entry, known: list[str]) -> Response:
    """Returns the first place at hand of those an entry cites, and offers the others."""
    cited = [(r.source, locator) for r in entry.references for locator in r.locators if not known or r.source in known]
    held = guide.services.texts.at_hand(cited)
    source, locator = held[0] if held else cited[0]
    others = tuple(place_choice(guide, *place) for place in held[1 : 1 + _MOST_OTHER_PLACES])
    reply = _shown(guide, source, locator, others)
    return Response(dataclasses.replace(reply, entry=entry.id if held else ""))


def _named(guide: Guide, source: str, locator: str) -> Response:
    """Returns one place, and offers the entries that rest on it; "more" and "source?" are about the first of them."""
    citing = [entry for entry in guide.knowledge.citing(source, locator) if not entry.is_term]
    choices = tuple(entry_choice(guide, entry.id) for entry in citing[:_MOST_ENTRIES])
    is_held = bool(guide.services.texts.at_hand([(source, locator)]))
    if not is_held and locator not in guide.knowledge.sources[source].places:
        return Response(declined(guide, Decision("no_place", source=source, locator=locator)))
    if citing and not is_held:
        return _in_other_words(guide, source, locator, citing)
    reply = _shown(guide, source, locator, choices)
    return Response(reply, {"last_entry": citing[0].id} if citing and reply.outcome == "answer" else {})


def _in_other_words(guide: Guide, source: str, locator: str, citing: list[Entry]) -> Response:
    """Returns what the guide itself says of a place whose official text is not at hand, and where that can be read."""
    shares = dict(guide.turn.question.ranking)
    citing.sort(key=lambda entry: -shares.get(entry.id, 0.0))
    response = answer_entry(guide, citing[0].id, confidence=1.0, close=tuple(entry.id for entry in citing[1:]))
    reply = dataclasses.replace(response.reply, intent=guide.turn.question.intent)
    return Response(reply.with_note(_not_at_hand(guide, source, locator)), response.slots)


def _shown(guide: Guide, source: str, locator: str, choices: tuple[Choice, ...]) -> Reply:
    language = guide.knowledge.languages[guide.language]
    place = render.written_locators((locator,), language)
    url = guide.knowledge.sources[source].url_in(guide.language)
    link = "" if url else "_no_link"
    held = guide.services.texts.place(source, locator)
    if not held:
        reply = guide.say("labels_text", "notice", (*choices, *guide.ways_out()[:1]))
        return dataclasses.replace(reply, body=(_not_at_hand(guide, source, locator),))
    code = next((c for c in (guide.language, *guide.knowledge.languages) if c in held), min(held))
    cited = render.citations((Reference(source, (locator,)),), guide.knowledge, guide.language)
    notes = [guide.phrase("text_in_language", language=_name(guide, code))] if code != guide.language else []
    reply = dataclasses.replace(
        guide.say("labels_text", "answer", choices),
        title=f"{source} {place}",
        body=(),
        notes=tuple(notes),
        sources_line=render.sources_line(cited, language),
        citations=cited,
    )
    marks = guide.knowledge.languages.get(code, language).quote_marks
    note = guide.phrase(f"text_cut{link}", shown="9999", whole=len(held[code].text), url=url)
    quotation = quoting.quote(held[code].text, marks, quoting.room(reply), quoting.room(reply.with_note(note)))
    if quotation.is_cut:
        whole = len(held[code].text)
        reply = reply.with_note(guide.phrase(f"text_cut{link}", shown=quotation.shown, whole=whole, url=url))
    return dataclasses.replace(reply, body=(quotation.text,))


def _not_at_hand(guide: Guide, source: str, locator: str) -> str:
    url = guide.knowledge.sources[source].url_in(guide.language)
    place = render.written_locators((locator,), guide.knowledge.languages[guide.language])
    name = "text_not_at_hand" if url else "text_not_at_hand_no_link"
    return guide.phrase(name, source=source, place=place, url=url)


def _name(guide: Guide, code: str) -> str:
    known = guide.knowledge.languages.get(code)
    return known.name if known else code


def _which_place(guide: Guide, source: Source) -> Reply:
    numbers = sorted(int(locator) for locator in source.places if locator.isdigit())
    first, last = (numbers[0], numbers[-1]) if numbers else ("-", "-")
    name = "text_which_place" if source.url else "text_which_place_no_link"
    url = source.url_in(guide.language)
    return guide.say(name, "notice", guide.ways_out(), "", source=source.symbol, first=first, last=last, url=url)
