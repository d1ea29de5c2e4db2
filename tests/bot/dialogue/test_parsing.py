from __future__ import annotations

import pytest

TWO = "What does principle 3 expect of a company? And how many companies belong to the Global Compact?"


@pytest.mark.parametrize("text", ["What does A/RES/64/223 say in paragraph 9?", "原则4说了什么", "hello", ""])
async def test_finds_the_entities_of_a_text_and_reads_no_more_of_it(dialogue, text):
    whole, found = await dialogue.read(text), await dialogue.find(text)
    assert found["entities"] == whole["entities"]
    assert found["text"] == whole["text"] == text
    assert "selection" in whole
    assert "selection" not in found


async def test_reads_a_text_as_one_where_it_is_told_to(dialogue):
    assert len((await dialogue.read(TWO))["selection"]["several"]) == 2
    assert (await dialogue.read(TWO, as_one=True))["selection"]["several"] == []


async def test_gives_no_text_the_power_of_a_command(dialogue):
    assert (await dialogue.read('/show_entry{"entry": "x"}'))["intent"]["name"] != "show_entry"
    assert (await dialogue.find('/show_entry{"entry": "x"}'))["entities"] == []
