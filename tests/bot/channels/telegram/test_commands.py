"""Commands that choose language and audience, the help, and commands that nobody has heard of."""

from __future__ import annotations

import pytest

from bot.channels.telegram.menu import COMMANDS
from tests.bot.channels.telegram.test_conversations import LANGUAGES, OTHER, QUESTION, TITLE, noticed, word
from tests.bot.channels.telegram.test_whole_conversations import DUTY_TITLE, asked

NAME = {"en": "English", "zh": "中文"}
#: What the answer on costs holds for an audience besides.
OWN = {
    "company": {"en": "Companies bear their own part.", "zh": "企业自行承担各自的部分费用。"},
    "un_staff": {"en": "Staff plan it early.", "zh": "工作人员应尽早规划预算。"},
}


@pytest.fixture
def ada(telegram_server, language):
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


def listed(message):
    """Returns the commands that a message explains, each on a line of its own."""
    return [line.partition(" – ")[0] for line in message.text.splitlines() if line.startswith("/") and " – " in line]


@LANGUAGES
@pytest.mark.parametrize("way", ["button", "code"])
async def test_changes_the_language_for_good_and_back_again(listen, ada, way, language):
    other = OTHER[language]

    async def change(front, before, after):
        if way == "code":
            return await asked(ada, f"/language {after}")
        page = await asked(ada, "/language")
        assert page.text == word(front, before, "ask_language").strip()
        assert page.labels == [NAME[before], NAME[after]]
        await ada.press(NAME[after], page)
        return await ada.reply()

    async with listen() as front:
        await noticed(ada)
        assert TITLE[language] in (await asked(ada, QUESTION[language])).text
        # What was said last is said again, and what comes next in that language too.
        assert (await change(front, language, other)).html.startswith(f"<b>{TITLE[other]}</b>")
        assert (await asked(ada, "/start duties-precaution")).html.startswith(f"<b>{DUTY_TITLE[other]}</b>")
    async with listen() as front:
        assert (await asked(ada, "/start growth-costs")).html.startswith(f"<b>{TITLE[other]}</b>")
        assert (await change(front, other, language)).html.startswith(f"<b>{TITLE[language]}</b>")
        assert (await asked(ada, "/start duties-precaution")).html.startswith(f"<b>{DUTY_TITLE[language]}</b>")


@LANGUAGES
@pytest.mark.parametrize("audience", ["company", "un_staff", "other"])
async def test_answers_for_the_audience_that_was_chosen(listen, ada, audience, language):
    async with listen() as front:
        await noticed(ada)
        page = await asked(ada, "/audience")
        assert page.text == word(front, language, "ask_audience").strip()
        assert page.labels == [word(front, language, f"button_{name}") for name in ("company", "un_staff", "other")]
        await ada.press(word(front, language, f"button_{audience}"), page)
        assert (await ada.reply()).text == word(front, language, f"audience_{audience}").strip()
    async with listen():
        answer = await asked(ada, QUESTION[language])
    assert [name for name, words in OWN.items() if words[language] in answer.text] == [audience] * (audience in OWN)


@LANGUAGES
async def test_says_what_it_can_do_and_which_commands_work_where_one_is(front, telegram_server, ada, language):
    await noticed(ada)
    about = front.front.dialogue.phrases.get("help", language).splitlines()[0]
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    for where, scope in ((None, "private"), (group, "group")):
        page = await asked(ada, f"/help@{front.front.username}", where)
        assert about in page.text
        assert listed(page) == [f"/{name}" for name, scopes in COMMANDS.items() if scope in scopes]
        assert word(front, language, "command_topics") in page.text


@LANGUAGES
async def test_says_which_commands_there_are_to_who_calls_it_by_name_in_a_group(front, telegram_server, ada, language):
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    page = await asked(ada, f"/nonsense@{front.front.username} and more", group)
    assert page.text.startswith(word(front, language, "command_unknown", commands="").strip())
    assert listed(page) == [f"/{name}" for name, scopes in COMMANDS.items() if "group" in scopes]


@pytest.mark.parametrize(("command", "language"), [("/principles", "en"), ("/duediligence", "zh")])
async def test_shows_all_topics_where_it_knows_none_of_that_name(front, ada, command, language):
    page = await asked(ada, command)
    assert sorted(page.labels[:2]) == sorted({"en": ["Growth", "Duties"], "zh": ["增长", "义务"]}[language])
