from __future__ import annotations

from datetime import datetime, timezone

import pytest

from actions._base import PERSON_PAYLOAD, TOPICS_PAYLOAD
from actions.show_entry import ActionShowEntry
from actions.show_source import ActionShowSource
from actions.show_text import ActionShowText

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
NINE = '/show_text{"source": "A/RES/64/223", "locator": "9"}'


@pytest.fixture
def texts(small):
    small.texts.replace("A/76/319", "zh", [("21", "", "第二十一段的正式文本。"), ("annex", "", "附件文本。")], NOW)
    small.texts.replace("A/RES/64/223", "zh", [("9", "", "第九段的正式文本。")], NOW)
    small.texts.replace("A/RES/64/223", "en", [("9", "", "The ninth paragraph.")], NOW)
    return small.texts


async def test_shows_the_text_that_the_last_answer_rests_on(run, texts):
    done = await run(ActionShowText(), "ask_text", "原文", slots={"last_entry": "duties.invitation"})
    reply = done.reply
    assert (reply.outcome, reply.intent, reply.entry) == ("answer", "ask_text", "duties.invitation")
    assert (reply.title, reply.body, reply.notes) == ("A/RES/64/223 第9段", ("“第九段的正式文本。”",), ())
    assert [(c.source, c.locators, c.url) for c in reply.citations] == [
        ("A/RES/64/223", ("9",), "https://undocs.org/zh/A/RES/64/223")
    ]
    assert reply.sources_line == "出处：A/RES/64/223 第9段 (https://undocs.org/zh/A/RES/64/223)"
    assert (done.row.outcome, done.row.entry, done.row.shown) == ("answer", "duties.invitation", reply.text)
    assert "last_entry" not in done.slots


async def test_offers_the_other_places_of_the_answer(run, texts):
    done = await run(ActionShowText(), "show_text", "/show_text", slots={"last_entry": "growth.costs"})
    assert done.reply.title == "A/76/319 para. 21"
    assert [choice.label for choice in done.reply.choices] == [
        "Show the text: A/76/319 annex",
        "Show the text: A/RES/64/223 para. 9",
    ]
    assert done.payloads == ['/show_text{"source": "A/76/319", "locator": "annex"}', NINE]


async def test_gives_the_language_at_hand_and_says_which(run, small, texts):
    done = await run(ActionShowText(), "ask_text", "show the text", slots={"last_entry": "growth.costs"})
    assert done.reply.body == ("“第二十一段的正式文本。”",)
    assert done.reply.notes == (small.phrases.get("text_in_language", "en", language="中文"),)
    assert done.reply.language == "en"


async def test_prefers_the_language_of_the_person(run, texts):
    done = await run(ActionShowText(), "ask_text", "show the text", slots={"last_entry": "duties.invitation"})
    assert (done.reply.body, done.reply.notes) == (("“The ninth paragraph.”",), ())


NAMED = (("document", "A/RES/64/223"), ("paragraph", "9"))


@pytest.mark.parametrize(
    ("text", "entities", "slots"),
    [
        ("show me paragraph 9 of A/RES/64/223", NAMED, {}),
        ("show me paragraph 9 of A/RES/64/223", NAMED, {"last_entry": "growth.number"}),
        (NINE, (("source", "A/RES/64/223"), ("locator", "9")), {}),
        ("show me paragraph 9", NAMED[1:], {"last_entry": "growth.costs"}),  # of the document it cites there
        ("show me its text", NAMED[:1], {"last_entry": "growth.costs"}),
    ],
)
async def test_shows_the_place_that_is_named(run, texts, text, entities, slots):
    slots = {"language": "en", **slots}
    done = await run(ActionShowText(), "ask_text", text, entities=entities, slots=slots)
    assert (done.reply.outcome, done.reply.title) == ("answer", "A/RES/64/223 para. 9")
    assert done.reply.body == ("“The ninth paragraph.”",)


async def test_follows_up_with_what_the_guide_says_of_a_named_place(run, texts):
    done = await run(ActionShowText(), "ask_text", "A/RES/64/223 第9段原文", entities=NAMED)
    assert done.reply.entry == ""
    assert done.payloads == ['/show_entry{"entry": "duties.invitation"}', '/show_entry{"entry": "growth.costs"}']
    assert done.slots["last_entry"] == "duties.invitation"


@pytest.mark.parametrize(("language", "text"), [("en", "show the text"), ("zh", "看原文")])
async def test_says_that_a_text_is_not_at_hand_and_where_to_read_it(run, small, language, text):
    done = await run(ActionShowText(), "ask_text", text, slots={"last_entry": "duties.invitation"})
    place = {"en": "para. 9", "zh": "第9段"}[language]
    url = f"https://undocs.org/{language}/A/RES/64/223"
    said = small.phrases.get("text_not_at_hand", language, source="A/RES/64/223", place=place, url=url)
    assert (done.reply.outcome, done.reply.body, done.reply.entry) == ("notice", (said,), "")
    assert done.payloads == [TOPICS_PAYLOAD]


async def test_gives_no_link_where_none_is_known(run, small):
    done = await run(ActionShowText(), "ask_text", "show the text", slots={"last_entry": "duties.precaution"})
    said = small.phrases.get("text_not_at_hand_no_link", "en", source="UNGC", place="principle 7")
    assert done.reply.body == (said,)


async def test_says_in_other_words_what_is_not_at_hand(run, small):
    done = await run(ActionShowText(), "ask_text", "show me paragraph 20 of A/76/319", entities=(
        ("document", "A/76/319"), ("paragraph", "20"),
    ))  # fmt: skip
    url = "https://undocs.org/en/A/76/319"
    said = small.phrases.get("text_not_at_hand", "en", source="A/76/319", place="para. 20", url=url)
    assert (done.reply.outcome, done.reply.entry, done.reply.notes[-1]) == ("answer", "growth.number", said)
    assert [(c.source, c.locators) for c in done.reply.citations] == [("A/76/319", ("20", "box 1"))]
    assert done.slots["last_entry"] == "growth.number"


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        ((("document", "A/1/1"), ("paragraph", "9")), "I do not hold A/1/1"),
        ((("document", "A/RES/64/223"), ("paragraph", "99")), "A/RES/64/223 has no para. 99."),
        ((("source", "A/1/1"), ("locator", "9")), "That choice is not on offer now"),
        ((("document", "A/RES/64/223"),), "Which place of A/RES/64/223 would you like to read?"),
        ((("document", "UNGC"),), "Which place of UNGC would you like to read?"),
        ((("paragraph", "9"),), "I have not answered anything yet"),
        ((), "I have not answered anything yet"),
    ],
)
async def test_says_what_is_missing(run, texts, entities, said):
    done = await run(ActionShowText(), "ask_text", "show me the text", entities=entities)
    assert done.reply.text.startswith(said)
    assert done.reply.outcome in ("fallback", "notice")
    assert PERSON_PAYLOAD in done.payloads


@pytest.mark.parametrize("slots", [{}, {"last_entry": "duties.invitation"}])
async def test_answers_a_question_that_names_a_subject_instead(run, texts, slots):
    done = await run(
        ActionShowText(), "ask_text", "show the text on UNDP budgets", slots=slots,
        entities=(("organisation", "undp"),), ranking=(("growth.costs", 0.9), ("growth.number", 0.01)),
    )  # fmt: skip
    assert (done.reply.outcome, done.reply.entry) == ("answer", "growth.costs")


@pytest.mark.parametrize(("language", "code"), [("en", "en"), ("zh", "zh"), ("en", "zh")])
async def test_cuts_honestly_what_is_too_long(run, small, language, code):
    sentence = {"en": "This sentence says it again. ", "zh": "这句话再说一遍。"}[code]
    whole = (sentence * 400).strip()
    small.texts.replace("A/RES/64/223", code, [("9", "", whole)], NOW)
    slots = {"last_entry": "duties.invitation", "language": language}
    reply = (await run(ActionShowText(), "show_text", "/show_text", slots=slots)).reply
    assert 1400 < len(reply.text) <= 1600
    (quoted,) = reply.body
    assert quoted.endswith(" […]”")
    shown = quoted.removeprefix("“").removesuffix(" […]”")
    assert whole.startswith(shown)
    assert shown.endswith(sentence.strip())
    url = f"https://undocs.org/{language}/A/RES/64/223"
    assert reply.notes[-1] == small.phrases.get("text_cut", language, shown=len(shown), whole=len(whole), url=url)


async def test_puts_a_button_under_answers_whose_text_is_at_hand(run, texts):
    entry = {"entities": (("entry", "duties.invitation"),)}
    shown = await run(ActionShowEntry(), "show_entry", "/show_entry", **entry)
    source = await run(ActionShowSource(), "ask_source", "source?", slots={"last_entry": "duties.invitation"})
    assert [done.payloads[0] for done in (shown, source)] == ["/show_text", "/show_text"]
    texts.remove("A/RES/64/223")
    shown = await run(ActionShowEntry(), "show_entry", "/show_entry", **entry)
    source = await run(ActionShowSource(), "ask_source", "source?", slots={"last_entry": "duties.invitation"})
    assert ["/show_text" in done.payloads for done in (shown, source)] == [False, False]


async def test_shows_a_place_that_the_index_does_not_hold(run, small):
    small.texts.replace("A/76/319", "en", [("table row 1", "", "A row.")], NOW)
    entities = (("source", "A/76/319"), ("locator", "table row 1"))
    done = await run(ActionShowText(), "show_text", "/show_text", entities=entities)
    assert done.reply.body == ("“A row.”",)
