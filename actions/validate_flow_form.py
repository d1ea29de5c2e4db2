"""Takes a message for what it is in a flow: an answer, a wish, or a question for somebody else."""

from __future__ import annotations

import dataclasses

from rasa_sdk import Tracker

from actions._base import Guide, Response
from actions._flow import END, NO_ID, NOTHING, FlowAction, kept, message_of, state_of, was_interrupted
from bot.flows.hearing import INTENTS, Heard, Words, pressed, reads_as_question, typed
from bot.flows.moving import LEFT, moved
from bot.flows.state import ASKING, RESULT, State
from bot.knowledge.context import Context
from bot.knowledge.flows import Flow
from bot.knowledge.selection import Kind, decide

#: Intents that a text is not taken for an answer with, when the model is this sure of them (0-1) in so few words.
_OWN_BUSINESS = frozenset(
    {
        *("change_language", "request_person", "ask_privacy", "delete_my_data", "ask_help", "ask_topics", "greet"),
        *("request_decision", "ask_source", "ask_chart", "ask_text", "ask_identity", "thank", "goodbye", "ask_more"),
    }
)
_SURE, _FEW_WORDS, _FEW_HAN = 0.8, 8, 16
_ANSWERED: tuple[Kind, ...] = ("answer", "choices", "no_place", "no_entry_for_place", "no_document", "no_principle")
#: A text longer than this is an answer even if it begins like a question ("how we deal with waste: …").
_LONGEST_QUESTION = 200


class ValidateFlowForm(FlowAction):
    """Moves the flow on. Where it sets nothing the form refuses the message, and the ordinary rules answer it."""

    def name(self) -> str:
        """See parent class."""
        return "validate_flow_form"

    def respond(self, guide: Guide, tracker: Tracker) -> Response:
        """See parent class."""
        state = state_of(guide, tracker)
        if state is None:
            return Response(NOTHING, {END: "lost"})
        if was_interrupted(tracker):
            # Whoever asks something else after the result has done with it.
            return Response(NOTHING, {END: LEFT} if state.phase == RESULT and not state.is_new else {})
        if state.is_new or state.said == message_of(guide) != NO_ID:
            # The message that opened the flow, or one that arrives for the second time: it has been dealt with.
            return Response(NOTHING, {END: None})
        flow = guide.knowledge.flows[state.flow]
        heard = _heard(guide, flow, state)
        if heard.kind == "other":
            return Response(NOTHING, {})
        after, end = moved(flow, state, heard)
        after = dataclasses.replace(after, said=message_of(guide))
        return Response(NOTHING, {**kept(guide, after), END: end or None})

    def failed(self, guide: Guide) -> Response:
        """See parent class. The form refuses the message; the ordinary rule says that something went wrong."""
        return Response(NOTHING, {})


def _heard(guide: Guide, flow: Flow, state: State) -> Heard:
    question = guide.turn.question
    if guide.turn.is_payload:
        if question.intent == "answer_flow":
            step, value = (next(iter(question.values(name)), "") for name in ("step", "value"))
            return pressed(flow, state, step, value)
        if question.intent in INTENTS:
            return Heard(INTENTS[question.intent])
        return Heard("busy" if question.intent == "start_flow" and state.phase != RESULT else "other")
    message = Words(question.text, question.intent, question.confidence, _is_question(guide, state))
    heard = typed(flow, state, guide.knowledge.flow_words, message)
    if heard.kind != "other" or state.phase == RESULT:
        return heard
    if question.intent == "start_flow" and question.confidence >= _SURE:
        return Heard("busy")
    is_answerable = question.intent in _OWN_BUSINESS or _finds_something(guide)
    return heard if is_answerable else Heard("unclear")


def _is_question(guide: Guide, state: State) -> bool:
    """Returns whether typed words ask something of their own, so that they are no answer.

    A text that was asked for is an answer unless it ends as a question that the guide can answer, or is plainly
    another wish: what is wrongly taken for a question would be answered instead of kept.
    """
    question = guide.turn.question
    text = question.text.strip()
    is_short = len(text.split()) <= _FEW_WORDS and len([c for c in text if c >= "\u3400"]) <= _FEW_HAN
    if question.intent in _OWN_BUSINESS and question.confidence >= _SURE and is_short:
        return True
    if state.phase == ASKING and guide.knowledge.flows[state.flow].steps[state.at].kind == "text":
        is_asked = reads_as_question(text, guide.knowledge.flow_words) and len(text) <= _LONGEST_QUESTION
        return is_asked and (_finds_something(guide) or question.intent in _OWN_BUSINESS)
    return reads_as_question(text, guide.knowledge.flow_words) or _finds_something(guide)


def _finds_something(guide: Guide) -> bool:
    """Returns whether the ordinary machinery has an answer to the words.

    What reads as a question may go on from the last answer; other short words ("it", "the first") mean the flow.
    """
    question = guide.turn.question
    if question.intent != "faq":
        return False
    is_asked = reads_as_question(question.text, guide.knowledge.flow_words)
    context = guide.turn.context if is_asked else Context()
    return decide(question, guide.knowledge, context).kind in _ANSWERED
