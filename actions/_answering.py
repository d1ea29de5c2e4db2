"""From a decision to a reply: shared by the actions that face a free question."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

from actions._base import TEXT_PAYLOAD, Guide, Response
from bot.knowledge import render
from bot.knowledge.context import asks_of_it, corrects_the_last, has_pronoun, points_back
from bot.knowledge.joining import decided_whole
from bot.knowledge.models import Entry
from bot.knowledge.selection import Decision, Question, decide
from bot.languages import foreign_language, script_of
from bot.reply import Choice, Reply
from bot.store.sealing import LAST_QUESTION, Seal

_MOST_CHOICES = 5
_MOST_SOURCES = 6
# Questions that lean on each other are remembered as one up to this length, in characters.
_LONGEST_REMEMBERED = 200
# Small talk that is less sure than this may be a question after all.
_UNSURE = 0.7
# What is said with these asks nothing.
_NO_QUESTIONS = ("affirm", "deny", "thank", "goodbye")


def respond_to_question(guide: Guide, question: Question | None = None) -> Response:
    """Returns the response to a free question (default: the turn's own), in the light of what was answered before."""
    question = question or guide.turn.question
    elsewhere = _in_another_language(guide)
    if elsewhere is not None:
        return Response(elsewhere)
    decision = _of_the_whole(guide) or decide(question, guide.knowledge, guide.turn.context)
    asked = _remembered(guide, question, decision)
    if decision.kind == "answer":
        also = (decision.also,) if decision.also else ()
        close = tuple(dict.fromkeys((*also, *decision.runners_up)))
        response = answer_entry(guide, decision.entries[0], confidence=decision.confidence, close=close)
        reply = response.reply
        if also:
            title = entry_choice(guide, decision.also).label
            reply = reply.with_note(guide.phrase("asked_also", title=title))
        return Response(reply, {**response.slots, **asked})
    if decision.kind == "choices":
        choices = tuple(entry_choice(guide, entry_id) for entry_id in decision.entries)
        name = "several" if decision.several else "choices"
        reply = guide.say(name, "choices", choices=(*choices, guide.ways_out()[0]))
        return Response(dataclasses.replace(reply, confidence=decision.confidence), asked)
    return Response(declined(guide, decision))


def _of_the_whole(guide: Guide) -> Decision | None:
    """Returns the decision on the question before with another place in it, where the message says no more."""
    turn = guide.turn
    if turn.joined is None or turn.together is None:
        return None
    return decided_whole(turn.joined, turn.together, guide.knowledge)


def is_on_another(guide: Guide) -> bool:
    """Returns whether a message is on something else than the last answer: it names a subject, or another place."""
    return guide.turn.question.names_a_subject or is_on_another_place(guide)


def is_on_another_place(guide: Guide) -> bool:
    """Returns whether a message says no more than another place: "the next one"."""
    return _of_the_whole(guide) is not None


def _remembered(guide: Guide, question: Question, decision: Decision) -> dict[str, str]:
    """Returns the slot that keeps a question for the follow-up to it, encrypted; nothing of what is said in a flow.

    A follow-up is kept with what it leans on itself.
    """
    if guide.turn.is_in_flow:
        return {}
    both = guide.turn.joined.remembered if guide.turn.joined and decision.leans else ""
    return kept_question(guide, both if both and len(both) <= _LONGEST_REMEMBERED else question.text)


def kept_question(guide: Guide, text: str) -> dict[str, str]:
    """Returns the slot that keeps a text as the question before: encrypted, since it is what somebody said."""
    return {"last_question": Seal(guide.services.secret, LAST_QUESTION).close(text)}


def follow_up(guide: Guide) -> Response | None:
    """Returns the response to what sounds like small talk and yet takes up the conversation; else None.

    "thanks. UNHCR?", "ok and para 21", "no, I meant the cost" and "who runs it?" are questions on what was said before.
    """
    question, knowledge = guide.turn.question, guide.knowledge
    if not (guide.turn.last_entry or guide.turn.slot("last_question")) or guide.turn.is_payload:
        return None
    names = question.names_a_subject or question.values("paragraph") or question.values("number")
    is_unsure = question.confidence < _UNSURE
    has_mark = question.text.rstrip().endswith(("?", "？"))
    asks = has_mark or is_unsure or asks_of_it(question.text, knowledge)
    corrects = corrects_the_last(question.text, knowledge)
    # "why?" and "why not?" are no small talk after an answer; "who are you?" is, and the model is sure of it.
    may_ask = is_unsure or (has_mark and question.intent in _NO_QUESTIONS)
    points = asks and points_back(question.text, knowledge) and (has_pronoun(question.text, knowledge) or may_ask)
    joined = guide.turn.joined
    # Something has taken the place of its like in the question before, which small talk rarely does.
    fills = joined is not None and joined.is_filled
    if not (names and asks) and not points and not (corrects and names) and not fills:
        return None
    response = respond_to_question(guide, question.about_its_subject())
    return response if response.reply.outcome in ("answer", "choices") else None


def answer_entry(
    guide: Guide, entry_id: str, *, confidence: float, close: tuple[str, ...] = (), part: str = "answer"
) -> Response:
    """Returns the response that states one entry, offers what is near it, and remembers it for follow-ups."""
    entry = guide.knowledge.entries[entry_id]
    reply = render.answer(entry, guide.knowledge, language=guide.language, audience=guide.audience, part=part)
    near = [entry_choice(guide, other) for other in close[:2]]
    offered = {choice.payload for choice in near}
    choices = [*near, *(choice for choice in reply.choices if choice.payload not in offered)]
    text = entry.texts[reply.language]
    choices[:0] = text_choices(guide, entry)
    if text.more and part == "answer":
        choices.insert(0, Choice(guide.phrase("labels_more"), "/ask_more"))
    if guide.knowledge.chart_of(entry_id) is not None:
        choices.insert(0, Choice(guide.phrase("labels_chart"), f'/show_chart{{"entry": "{entry_id}"}}'))
    reply = dataclasses.replace(reply, confidence=confidence, choices=tuple(choices[:_MOST_CHOICES]))
    return Response(reply, {"last_entry": entry_id})


def entry_choice(guide: Guide, entry_id: str) -> Choice:
    """Returns the button that opens an entry, in the language of the turn."""
    return render.entry_choice(guide.knowledge.entries[entry_id], guide.knowledge, guide.language)


def text_choices(guide: Guide, entry: Entry) -> tuple[Choice, ...]:
    """Returns the button that shows the official text an entry rests on; none where no cited place is at hand."""
    cited = [(reference.source, locator) for reference in entry.references for locator in reference.locators]
    if not guide.services.texts.at_hand(cited):
        return ()
    return (Choice(guide.phrase("labels_text"), TEXT_PAYLOAD),)


def place_choice(guide: Guide, source: str, locator: str) -> Choice:
    """Returns the button that shows the official text of one place."""
    place = render.written_locators((locator,), guide.knowledge.languages[guide.language])
    payload = json.dumps({"source": source, "locator": locator}, ensure_ascii=False)
    return Choice(guide.phrase("labels_text_of", source=source, place=place), f"{TEXT_PAYLOAD}{payload}")


def _main_sources(guide: Guide) -> list[str]:
    """Returns the sources that most entries cite, the most cited first, as many as a sentence can name."""
    counts = Counter(r.source for entry in guide.knowledge.entries.values() for r in entry.references)
    named = sorted(guide.knowledge.sources, key=lambda symbol: -counts[symbol])
    return named if len(named) <= _MOST_SOURCES else [*named[:_MOST_SOURCES], "…"]


def declined(guide: Guide, decision: Decision) -> Reply:
    """Returns the reply to a question that is not answered: what was named does not exist, or is out of reach."""
    language = guide.knowledge.languages[guide.language]
    if decision.kind == "no_principle":
        return guide.unanswered("fallback_principle", number=decision.locator)
    if decision.kind == "no_document":
        sources = language.source_join.join(_main_sources(guide))
        return guide.unanswered("fallback_document", source=decision.source, sources=sources)
    if decision.kind in ("no_place", "no_entry_for_place"):
        source = guide.knowledge.sources[decision.source]
        place = render.written_locators((decision.locator,), language)
        if decision.kind == "no_place":
            numbers = sorted(int(locator) for locator in source.places if locator.isdigit())
            first, last = (numbers[0], numbers[-1]) if numbers else ("-", "-")
            return guide.unanswered("fallback_place", source=source.symbol, place=place, first=first, last=last)
        name = "fallback_place_empty" if source.url else "fallback_place_empty_no_link"
        url = source.url_in(guide.language)
        held = guide.services.texts.at_hand([(source.symbol, decision.locator)])
        choices = tuple(place_choice(guide, *named) for named in held)
        return guide.unanswered(name, choices, source=source.symbol, place=place, url=url)
    return guide.unanswered("fallback")


def _in_another_language(guide: Guide) -> Reply | None:
    """Returns the polite line, in its own language, for a message in one that is not spoken here; else None."""
    languages, foreign = guide.knowledge.spoken, guide.services.phrases.foreign
    code = foreign_language(guide.turn.text, languages, {code: one.script for code, one in foreign.items()})
    spoken = guide.knowledge.languages[guide.language].locator_join.join(one.name for one in languages.values())
    if code:
        line = foreign[code].line.replace("{languages}", spoken)
    elif script_of(guide.turn.text) not in ("", *(s for known in languages.values() for s in known.scripts)):
        line = guide.phrase("fallback_languages", languages=spoken)
    else:
        return None
    reply = guide.say("fallback_languages", "fallback", guide.ways_out(), "", languages=spoken)
    return dataclasses.replace(reply, body=(line,))
