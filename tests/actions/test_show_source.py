from __future__ import annotations

import pytest

from actions.show_source import ActionShowSource


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "which paragraph says so?",
            "- A/76/319 para. 21, annex: Report of 2021\n- A/RES/64/223 para. 9: Resolution of 2009",
        ),
        ("出处？", "- A/76/319 第21段、附件: 2021年报告\n- A/RES/64/223 第9段: 2009年决议"),
    ],
)
async def test_names_document_title_and_place_of_the_last_answer(run, text, lines):
    done = await run(ActionShowSource(), "ask_source", text, slots={"last_entry": "growth.costs"})
    assert done.reply.body[-1] == lines
    assert (done.reply.outcome, done.reply.entry) == ("answer", "growth.costs")
    assert [c.source for c in done.reply.citations] == ["A/76/319", "A/RES/64/223"]


@pytest.mark.parametrize("last", [None, "growth.gone"])
async def test_says_that_nothing_was_answered_yet(run, small, last):
    done = await run(ActionShowSource(), "ask_source", "source?", slots={"last_entry": last})
    assert (done.reply.outcome, done.reply.body) == ("notice", (small.phrases.get("source_none", "en"),))
