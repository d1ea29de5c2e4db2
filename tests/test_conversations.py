"""Whole conversations, through the same door as `partnerguide ask --jsonl`.

Each line of `conversations/<language>.jsonl` is a line of that program's input with what is expected of the reply:
`outcome`, `language`, `audience`, `entry` (empty: none), `cites` ("UNGC principle 7"; empty: nothing), `offers`
(payloads among the choices), `must` and `must_not` (patterns of the text).
"""

from __future__ import annotations

import io
import json
import re
from itertools import groupby
from pathlib import Path

import pytest

from bot.channels.jsonl import JsonLines
from bot.reply import MAX_TEXT_CHARACTERS

FOLDER = Path(__file__).parent / "conversations"


def _conversations():
    for path in sorted(FOLDER.glob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for session, turns in groupby(lines, key=lambda line: line["session"]):
            yield pytest.param(list(turns), id=f"{path.stem}: {session}")


def _differences(reply, expect):
    """Returns what about a reply is not as expected."""
    wrong = [
        f"{name} is {reply[name]!r}, not {expect[name]!r}"
        for name in ("outcome", "language", "audience", "entry")
        if name in expect and reply[name] != expect[name]
    ]
    cited = {f"{citation['source']} {locator}" for citation in reply["citations"] for locator in citation["locators"]}
    if "cites" in expect and (expect["cites"] not in cited if expect["cites"] else cited):
        wrong.append(f"cites {sorted(cited)}, not {expect['cites']!r}")
    offered = [choice["payload"] for choice in reply["choices"]]
    wrong += [f"does not offer {payload}" for payload in expect.get("offers", ()) if payload not in offered]
    wrong += [f"lacks {pattern!r}" for pattern in expect.get("must", ()) if not re.search(pattern, reply["text"])]
    wrong += [f"holds {pattern!r}" for pattern in expect.get("must_not", ()) if re.search(pattern, reply["text"])]
    if len(reply["text"]) >= MAX_TEXT_CHARACTERS:
        wrong.append(f"has {len(reply['text'])} characters")
    if reply["outcome"] == "answer" and not cited:
        wrong.append("answers without a citation")
    if reply["intent"] == "technical_problem":
        wrong.append("is a fault")
    return wrong


@pytest.mark.model
@pytest.mark.parametrize("turns", _conversations())
async def test_goes_as_it_should(dialogue, turns):
    channel, output = JsonLines(dialogue, "s" * 32), io.StringIO()
    for turn in turns:
        await channel.answer(json.dumps({key: turn[key] for key in turn if key != "expect"}), output)
    rows = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [row["id"] for row in rows] == [turn["id"] for turn in turns]
    wrong = [
        f"{turn['id']} {turn.get('text', turn.get('payload'))!r}: {difference}; it says {row['reply']['text'][:80]!r}"
        for turn, row in zip(turns, rows, strict=True)
        for difference in _differences(row["reply"], turn["expect"])
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_is_written_in_an_order_that_keeps_conversations_apart(path):
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    sessions = [session for session, _ in groupby(line["session"] for line in lines)]
    assert len(sessions) == len(set(sessions))
    assert len({line["id"] for line in lines}) == len(lines)
    allowed = {"outcome", "language", "audience", "entry", "cites", "offers", "must", "must_not"}
    assert all(set(line["expect"]) <= allowed and "outcome" in line["expect"] for line in lines)
