from __future__ import annotations

import pytest

from actions.show_entry import ActionShowEntry
from bot.reply import MAX_LOCATORS, MAX_TEXT_CHARACTERS
from tests.actions import small_services
from tests.bot.small_base import ROOT


@pytest.mark.parametrize(("hint", "language"), [("", "en"), ("zh-hans", "zh"), ("fr", "en")])
async def test_opens_the_entry_of_the_button(run, hint, language):
    done = await run(
        ActionShowEntry(),
        "show_entry",
        '/show_entry{"entry": "growth.costs"}',
        entities=(("entry", "growth.costs"),),
        metadata={"label": "What a vaccine project costs", "language_hint": hint},
    )
    assert (done.reply.outcome, done.reply.entry, done.reply.language) == ("answer", "growth.costs", language)
    assert done.slots["last_entry"] == "growth.costs"
    assert done.row.text == "What a vaccine project costs"


@pytest.mark.parametrize("entities", [(), (("entry", "growth.gone"),)])
async def test_says_that_an_entry_is_not_on_offer(run, small, entities):
    done = await run(ActionShowEntry(), "show_entry", "/show_entry", entities=entities)
    assert (done.reply.outcome, done.reply.body) == ("notice", (small.phrases.get("no_choice", "en"),))
    assert "last_entry" not in done.slots


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with small_services.in_use(tmp_path_factory.mktemp("product"), knowledge=ROOT / "knowledge") as product:
        yield product


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_states_every_entry_of_the_product_with_its_citations(product, language):
    wrong = []
    for entry_id in product.knowledge.entries:
        done = await small_services.run(
            ActionShowEntry(),
            product,
            "show_entry",
            f'/show_entry{{"entry": "{entry_id}"}}',
            entities=(("entry", entry_id),),
            message_id=f"{language} {entry_id}",
            metadata={"language_hint": language},
        )
        reply = done.reply
        is_right = (
            (reply.outcome, reply.entry, reply.language) == ("answer", entry_id, language)
            and reply.citations
            and len(reply.text) < MAX_TEXT_CHARACTERS
            and sum(len(citation.locators) for citation in reply.citations) <= MAX_LOCATORS
            and "{" not in reply.text
            and all(choice.label for choice in reply.choices)
            and done.row.entry == entry_id
        )
        if not is_right:
            wrong.append((entry_id, reply.outcome, reply.entry, reply.language, len(reply.text)))
    assert wrong == []
