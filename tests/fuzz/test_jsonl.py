"""The door of JSON lines: every line gets one line, an answer or what is wrong with it."""

from __future__ import annotations

import asyncio
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.jsonl import JsonLines
from bot.dialogue.door import Answer
from bot.reply import Reply
from tests.fuzz.cases import cases, json_values

#: One for all cases: to make one takes longer than a case.
_LOOP = asyncio.new_event_loop()


class _Echo:
    """Stands for the dialogue, which takes any text: its own tests hold that."""

    async def ask(self, message):
        for word in (message.text, message.payload, message.conversation):
            word.encode()
        return Answer(Reply(outcome="answer", language="en", body=(message.text or message.payload,)), 1.0)

    def delivered(self, answer):
        pass


_REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "id": json_values,
        "session": json_values,
        "text": st.text(max_size=20) | json_values,
        "payload": st.text(max_size=20) | json_values,
    },
).map(json.dumps)


@cases
@given(_REQUESTS | st.text(max_size=60) | json_values.map(json.dumps))
@example('{"id": "\\ud800", "text": "x"}')
@example('{"id": 1' + "0" * 5000 + ', "text": "x"}')
@example('{"text": ' + "[" * 100_000)
@example('{"text": "x", "id": NaN}')
def test_answers_any_line_with_one_line(line):
    output = io.StringIO()
    _LOOP.run_until_complete(JsonLines(_Echo(), "a secret of the tests").answer(line, output))
    said = output.getvalue()
    said.encode()
    assert said.endswith("\n")
    assert said.count("\n") == 1
    assert set(json.loads(said)) in ({"error"}, {"id", "session", "reply"})
