"""What the guide says at a place in a flow, as a reply within its limits."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.flows import result
from bot.flows.hearing import MARK
from bot.flows.pages import Block, merged, paged
from bot.flows.state import ASKING, SUMMARY, State, answers_of, before, label_of, path, position
from bot.knowledge import render
from bot.knowledge.flows import SKIPPED, Flow, FlowText, FlowWords, Step
from bot.knowledge.loader import KnowledgeBase
from bot.reply import MAX_TEXT_CHARACTERS, Choice, Reply

#: An answer of this many characters stands in full in the summary; a longer one is cut there, not in a document.
_IN_SUMMARY = 300
#: The payload of every button of a flow.
_ANSWER = "/answer_flow"
#: A remark that says the question again would repeat itself with it.
_HOW = "start"


@dataclass(frozen=True)
class Teller:
    """Says things of one flow in one language to one audience."""

    flow: Flow
    knowledge: KnowledgeBase
    language: str
    audience: str = "other"

    @property
    def text(self) -> FlowText:
        """The words of the flow."""
        return self.flow.texts[self.language]

    @property
    def words(self) -> FlowWords:
        """The words of all flows."""
        return self.knowledge.flow_words[self.language]

    def phrase(self, name: str, /, **values: object) -> str:
        """Returns a phrase of all flows."""
        return result.fill(self.words.phrases[name], **{key: str(value) for key, value in values.items()})

    def say(self, state: State, extra: Sequence[str] = ()) -> Reply:
        """Returns the reply at this place; `extra` are notes below a result."""
        if state.phase == ASKING:
            return self._question(state)
        return self._summary(state) if state.phase == SUMMARY else self._result(state, extra)

    # A question

    def _question(self, state: State) -> Reply:
        step = self.flow.steps[state.at]
        blocks = [*self._remarks(state), Block(self.text.questions[step.id], step.references)]
        if step.kind == "choices":
            blocks.append(Block(self.phrase("several")))
        elif step.kind == "text":
            blocks.append(Block(self.phrase("free", limit=step.longest)))
        number, total = position(self.flow, state)
        name = "progress_drawn" if self.flow.draw else "progress"
        reply = self._reply(state, blocks, self.choices(state), title=self.text.title)
        return dataclasses.replace(reply, title=self.phrase(name, title=self.text.title, number=number, total=total))

    def _remarks(self, state: State) -> list[Block]:
        """Returns what comes before the question: the introduction, a reason, what became of the last answer."""
        remark = state.remark
        if remark == _HOW:
            return [Block(part) for part in (self.text.intro, self.phrase("how")) if part]
        if remark == "why":
            return [self._why(self.flow.steps[state.at])]
        if remark == "right":
            return self._verdict(state)
        name, _, value = remark.partition(":")
        if name == "too_long":
            return [Block(self.phrase(name, length=value, limit=self.flow.steps[state.at].longest))]
        if name == "busy":
            return [Block(self.phrase(name, title=self.text.title))]
        if name == "resumed":
            return [Block(self.phrase(name, title=self.text.title))]
        return [Block(self.phrase(name))] if name else []

    def _why(self, step: Step) -> Block:
        if self.flow.draw:  # the explanation would give the answer away
            return Block(self.phrase("why_drawn"))
        why = self.text.whys.get(step.id) or self.phrase("why_none")
        if step.office:
            office = self.phrase("unconfirmed", office=self.words.offices[step.office])
            why += ("" if not result.language_has_spaces(self.language, self.knowledge) else " ") + office
        return Block(why, step.references)

    def _verdict(self, state: State) -> list[Block]:
        """Returns whether the last answer of a quiz was right, with the explanation and its source."""
        if not state.answers:
            return []
        # The last answer, not the last question: an earlier one may have been answered again.
        step = self.flow.steps[list(state.answers)[-1]]
        given = state.answers[step.id]
        name = "right" if given == step.right else "passed_over" if given is None else "wrong"
        said = self.phrase(name, answer=self.text.labels[step.id][step.right])
        return [Block(said), Block(self.text.whys[step.id], step.references)]

    def choices(self, state: State) -> tuple[Choice, ...]:
        """Returns the buttons of a question: its options, then what else can be done."""
        step = self.flow.steps[state.at]
        found = []
        for option in step.options:
            mark = "✓ " if option in state.picked else ""
            found.append(self._choice(state, mark + self.label(step, option), option))
        names = []
        if step.kind == "choices":
            names.append("done")
        names += ["why"] if state.remark != "why" and not self.flow.draw else []
        names += [] if step.is_required else ["skip"]
        names += ["back"] if before(self.flow, state) and not self.flow.draw else []
        return (*found, *self._controls(state, *names, "cancel"))

    def label(self, step: Step, option: str) -> str:
        """Returns what an option is called."""
        return self.words.answers[option] if step.kind == "yes_no" else self.text.labels[step.id][option]

    # All answers, and what comes of them

    def _summary(self, state: State) -> Reply:
        lead = self.phrase("summary_store" if self.flow.request else "summary")
        blocks = [Block(f"- {line}") for line in self.lines(state, _IN_SUMMARY)]
        stale = [Block(self.phrase(state.remark))] if state.remark == "unclear" else []
        confirm = "request" if self.flow.request else "confirm"
        return self._paged(
            state, [*stale, Block(lead.strip(), heading=True), *blocks], (confirm, "change", "cancel"), "summary_page"
        )

    def lines(self, state: State, longest: int = 0) -> list[str]:
        """Returns one line per answer; texts longer than `longest` are cut."""
        answers = answers_of(self.flow, state)
        found = []
        for step in path(self.flow, state):
            if step.id in answers:
                said = self.said(step, answers[step.id])
                cut = f"{said[:longest]}…" if longest and len(said) > longest else said
                found.append(self.phrase("line", name=self.text.shorts[step.id], value=" ".join(cut.split())))
        return found

    def said(self, step: Step, value: object) -> str:
        """Returns an answer as the person reads it."""
        if step.kind == "text" and isinstance(value, str):
            return value
        labels = [self.phrase(SKIPPED) if o == SKIPPED else self.label(step, o) for o in label_of(value)]
        return self.knowledge.languages[self.language].source_join.join(labels)

    def _result(self, state: State, extra: Sequence[str]) -> Reply:
        last = self._verdict(state) if self.flow.draw and state.page == 1 else []
        blocks = [*last, *result.blocks(self.flow, state, self.knowledge, self.language)]
        blocks += [Block(text) for text in (self.text.closing,) if text]
        names = ("document", "change", "finish") if self.flow.document else ("finish",)
        reply = self._paged(state, blocks, names, "result_page", extra)
        read_on = [
            Choice(self._more_of(name), f'/show_entry{{"entry": "{name}"}}')
            for name in result.to_read(self.flow, state, self.knowledge)
        ]
        return dataclasses.replace(reply, choices=(*reply.choices, *read_on))

    def _more_of(self, entry: str) -> str:
        _, words = render.text_of(self.knowledge.entries[entry], self.language, self.knowledge.languages)
        return result.fill(self.words.labels["entry"], title=words.title)

    def _paged(
        self, state: State, blocks: list[Block], names: tuple[str, ...], phrase: str, extra: Sequence[str] = ()
    ) -> Reply:
        room = self.phrase(phrase, page=99, pages=99)

        def compose(some: Sequence[Block]) -> Reply:
            return self._reply(state, some, (), title=self.text.title, notes=(room, *extra))

        pages = paged(blocks, compose)
        page = min(max(state.page, 1), len(pages))
        steered = list(self._controls(state, *names))
        if page < len(pages):
            more = Choice(self.words.labels["more"], self._payload(state, f"{MARK}page.{page + 1}"))
            steered.insert(0 if phrase == "result_page" else 1, more)
        where = (self.phrase(phrase, page=page, pages=len(pages)),) if len(pages) > 1 else ()
        return self._reply(state, pages[page - 1], tuple(steered), title=self.text.title, notes=(*extra, *where))

    def change_which(self, state: State) -> Reply:
        """Returns the question which answer is to be changed."""
        choices = [
            Choice(self.text.shorts[step.id], self._payload(state, f"{MARK}change.{step.id}"))
            for step in path(self.flow, state)
            if step.id in state.answers
        ]
        controls = self._controls(state, "continue", "cancel")
        return self._reply(state, [Block(self.phrase("change_which"))], (*choices, *controls), title=self.text.title)

    def waiting(self, state: State) -> Reply:
        """Returns the reminder after something else was answered: what is open, with its buttons.

        Its `title` is a shorter form, for where the whole does not fit below an answer.
        """
        if state.phase == ASKING:
            question, choices = self.text.questions[state.at], self.choices(state)
        else:
            question = self.phrase("summary_store" if self.flow.request else "summary")
            confirm = "request" if self.flow.request else "confirm"
            choices = self._controls(state, confirm, "change", "cancel")
        body = self.phrase("waiting", title=self.text.title, question=" ".join(question.split()))
        short = self.phrase("waiting_short", title=self.text.title)
        return dataclasses.replace(self._reply(state, [Block(body)], choices), title=short)

    def _controls(self, state: State, *names: str) -> tuple[Choice, ...]:
        return tuple(self._choice(state, self.words.labels[name], MARK + _MEANS.get(name, name)) for name in names)

    def _choice(self, state: State, label: str, value: str) -> Choice:
        return Choice(label, self._payload(state, value))

    def _payload(self, state: State, value: str) -> str:
        step = f"{state.flow}.{state.at}"
        return _ANSWER + json.dumps({"step": step, "value": value}, ensure_ascii=False)

    def _reply(
        self,
        state: State,
        blocks: Sequence[Block],
        choices: tuple[Choice, ...],
        *,
        title: str = "",
        notes: Sequence[str] = (),
    ) -> Reply:
        known = self.knowledge.languages[self.language]
        cited = render.citations(merged(blocks), self.knowledge, self.language)
        body = tuple(part for block in blocks for part in render.paragraphs(block.text))
        return Reply(
            outcome="flow",
            language=self.language,
            audience=self.audience,
            title=title,
            body=_lists_together(body),
            notes=tuple(notes),
            sources_line=render.sources_line(cited, known),
            intent=f"flow/{state.flow}.{state.at if state.phase == ASKING else state.phase}",
            confidence=1.0,
            citations=cited,
            choices=choices,
        )


_MEANS = {"request": "confirm"}


def _lists_together(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the parts with the points of a list that follow each other in one."""
    found: list[str] = []
    for part in parts:
        if found and part.startswith("- ") and found[-1].startswith("- "):
            found[-1] += f"\n{part}"
        else:
            found.append(part)
    return tuple(found)


def is_of_flow(choice: Choice) -> bool:
    """Returns whether a choice answers what a guided flow asks."""
    return choice.payload.startswith(_ANSWER)


def joined(answer: Reply, waiting: Reply) -> Reply:
    """Returns the answer to what was asked in between, with what is open in the flow below it.

    The buttons of the flow come first: a number that is typed next answers its question.
    """
    for note in ("\n\n".join(waiting.body), waiting.title):
        reply = dataclasses.replace(answer, notes=(*answer.notes, note))
        if len(reply.text) < MAX_TEXT_CHARACTERS:
            break
    else:
        reply = answer
    return dataclasses.replace(reply, choices=(*waiting.choices, *answer.choices[:2]))
