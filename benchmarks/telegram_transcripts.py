"""Makes docs/telegram/: conversations with the Telegram front through the test server, as text and as pictures.

    .venv/bin/python -m benchmarks.telegram_transcripts [--browser PROGRAM]

The bot is the real one with the trained model; the server is the one of the tests (`tests/telegram_server`). Without a
Chromium the pictures stay as they are and the transcripts are written all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from bot import logs, services
from bot.channels.telegram.application import Assembly, assemble
from bot.channels.telegram.running import running
from bot.dialogue.door import open_dialogue
from bot.settings import PROJECT_ROOT, Settings
from tests.telegram_server import TelegramServer, view

FOLDER = PROJECT_ROOT / "docs" / "telegram"

#: Drawn, since not every machine has a font with emoji (icon: Material Symbols, Apache 2.0).
_THUMB = (
    '<svg viewBox="0 0 24 24" width="18" height="18" fill="#ffd54f" style="vertical-align:-3px{turned}">'
    '<path d="M1 21h4V9H1v12zm22-11c0-1.1-.9-2-2-2h-6.31l.95-4.57.03-.32c0-.41-.17-.79-.44-1.06L14.17 1 7.59 7.59'
    'C7.22 7.95 7 8.45 7 9v10c0 1.1.9 2 2 2h9c.83 0 1.54-.5 1.84-1.22l3.02-7.05c.09-.23.14-.47.14-.73v-2z"/></svg>'
)
_PAGE = (
    '<svg viewBox="0 0 24 24" width="20" height="20" fill="#fff" style="vertical-align:-5px">'
    '<path d="M6 2h9l5 5v15H6z"/></svg>'
)
_DRAWN = {"👍": _THUMB.format(turned=""), "👎": _THUMB.format(turned=";transform:rotate(180deg)"), "📄": _PAGE}

#: What is typed, per language; {names} are phrases of the front.
ASKED = {
    "en": {
        "name": "Ada",
        "colleague": "Bo",
        "hint": "en",
        "question": "What is principle 7?",
        "more": "more",
        "figure": "How many companies were expelled from the Compact?",
        "decision": "Is Acme Ltd on the sanctions list?",
        "person": "I want to talk to a person",
        "yes": "yes, please",
        "cite": "/cite A/RES/64/223 9",
        "inline": "due diligence",
        "group": "Partnerships team",
        "mistyped": "What is principle 3?",
        "meant": "What is principle 8?",
    },
    "zh": {
        "name": "小林",
        "colleague": "小周",
        "hint": "zh-hans",
        "question": "原则7是什么？",
        "more": "再详细点",
        "figure": "全球契约开除过多少公司？",
        "decision": "某某公司在制裁名单上吗？",
        "person": "我想找人工",
        "yes": "好的",
        "cite": "/cite 第64/223号决议第9段",
        "inline": "尽职调查",
        "group": "伙伴关系小组",
        "mistyped": "原则3是什么？",
        "meant": "原则8是什么？",
    },
}


#: Name of a picture → its title, in the order of the page.
TITLES = {
    "en": {
        "start": "First contact: the language is asked",
        "start-language": "First tap: the audience is asked",
        "start-audience": "Second tap: the topics",
        "question": "A question, more, and why it was no good",
        "reason": "The reason is given",
        "edited": "An edited question",
        "chart": "A chart",
        "restart": "The program is started anew before “more” and the button",
        "person": "What it does not decide, and a person",
        "status": "How things stand, by reference",
        "group": "In a group",
        "browse": "Browsing without typing",
        "privacy": "Privacy",
        "declined": "The log declined, and an answer after it",
        "inline": "A card by inline mode",
    },
    "zh": {
        "start": "初次接触：先问语言",
        "start-language": "第一次点选：再问读者",
        "start-audience": "第二次点选：主题",
        "question": "提问、追问，以及哪里不好",
        "reason": "给出了原因",
        "edited": "修改过的问题",
        "chart": "图表",
        "restart": "程序在追问和按钮之前重新启动",
        "person": "不作决定与找人工",
        "status": "按编号查询进展",
        "group": "在群里",
        "browse": "用键盘浏览",
        "privacy": "隐私",
        "declined": "拒绝记录之后的回答",
        "inline": "内联卡片",
    },
}


class Stage:
    """One server, one front that can be started anew, and where the pictures go."""

    def __init__(self, server: TelegramServer, settings: Settings, language: str, browser: str | None) -> None:
        self.server, self.settings, self.language, self.browser = server, settings, language, browser
        self.words = ASKED[language]
        self.lines: list[str] = []

    async def __aenter__(self) -> Stage:
        services.use(None)
        self.front: Assembly = assemble(self.settings, open_dialogue(self.settings, lasting=True))
        self._running = running(self.front)
        await self._running.__aenter__()
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self._running.__aexit__(*(failure or (None, None, None)))
        self.front.front.dialogue.store.close()

    async def restart(self) -> None:
        """Ends the front, and starts it with what it has kept."""
        await self.settled()
        await self.__aexit__()
        await self.__aenter__()

    def own(self, name: str) -> str:
        """Returns a phrase of the dialogue."""
        return self.front.front.dialogue.phrases.get(name, self.language)

    def phrase(self, name: str) -> str:
        """Returns a phrase of the front."""
        return self.front.front.words(self.language, name)

    def person(self, name: str = "name") -> Any:
        """Returns somebody new."""
        return self.server.person(first_name=self.words[name], language_code=self.words["hint"])

    async def settled(self) -> None:
        """Waits until everything that was said is worked on."""
        await self.server.outbox.wait_until(lambda: not self.server.updates.pending)
        await self.front.queue.join()

    def keep(self, chat: Any, name: str) -> None:
        """Writes the transcript, and the picture where there is a browser."""
        title = TITLES[self.language][name]
        self.lines += [f"## {title}", "", f"![{title}](telegram/{name}-{self.language}.png)", "", "```"]
        self.lines += [*self.server.outbox.transcript(chat).splitlines(), "```", ""]
        with tempfile.TemporaryDirectory() as folder:
            page = view.write(self.server.outbox.chat(chat), Path(folder) / "page.html", language=self.language)
            drawn = page.read_text(encoding="utf-8")
            for emoji, icon in _DRAWN.items():
                drawn = drawn.replace(emoji, icon)
            page.write_text(drawn, encoding="utf-8")
            try:
                picture = view.shoot(page, FOLDER / f"{name}-{self.language}.png", browser=self.browser)
                with Image.open(picture) as image:
                    small = image.quantize(64)
                small.save(picture, optimize=True)
            except FileNotFoundError as error:
                print(f"no picture of {name}: {error}")


async def first_contact(stage: Stage) -> None:
    """The welcome and its two taps."""
    known = stage.front.front.dialogue.knowledge.languages[stage.language].name
    ada = stage.person()
    await ada.start()
    message = await ada.reply()
    stage.keep(ada, "start")
    await (await ada.press(known, message)).edited()
    stage.keep(ada, "start-language")
    await (await ada.press(stage.phrase("button_company"), message)).edited()
    stage.keep(ada, "start-audience")


async def questions(stage: Stage) -> None:
    """A question, its follow-up and a verdict; and a question that is edited."""
    words, ada = stage.words, stage.person()
    await ada.say(words["question"])
    message = await ada.reply(timeout_s=120)  # the first question loads the encoders
    await ada.say(words["more"])
    await ada.reply()
    await (await ada.press("👎", message)).answered()
    await stage.settled()
    stage.keep(ada, "question")
    await (await ada.press(stage.phrase("button_reason_incomplete"), message)).answered()
    await stage.settled()
    stage.keep(ada, "reason")

    ada = stage.person()
    asked = await ada.say(words["mistyped"])
    await ada.reply()
    await ada.edit(asked, words["meant"])
    await ada.reply()
    stage.keep(ada, "edited")


async def chart_and_restart(stage: Stage) -> None:
    """A chart; and a conversation that goes on when the program has been started anew."""
    words, ada = stage.words, stage.person()
    await ada.say(words["figure"])
    message = await ada.reply()
    await ada.press(stage.own("labels_chart"), message)
    await ada.replies(2, timeout_s=30)
    stage.keep(ada, "chart")

    ada = stage.person()
    await ada.say(words["question"])
    message = await ada.reply()
    await stage.restart()
    await ada.say(words["more"])
    await ada.reply(timeout_s=120)
    await ada.press(message.labels[1], message)  # the first is what “more” has just shown
    await ada.reply()
    stage.keep(ada, "restart")


async def asking_a_person(stage: Stage) -> None:
    """What is no question for the guide, a request in words, and one by command with its reference."""
    words, ada = stage.words, stage.person()
    await ada.say(words["decision"])
    await ada.reply()
    await ada.say(words["figure"])
    await ada.reply()
    await ada.say(words["person"])
    await ada.reply()
    await ada.say(words["yes"])
    await ada.reply()
    stage.keep(ada, "person")

    front, ada = stage.front.front, stage.person()
    await ada.say(f"/person {words['decision']}")
    await ada.reply()
    await ada.press(stage.phrase("button_consent"))
    await ada.reply()
    (request,) = front.contacts.of(front.pseudonym_of(ada.id))
    await ada.say(f"/person {request.reference}")
    await ada.reply()
    stage.keep(ada, "status")


async def group_and_browsing(stage: Stage) -> None:
    """In a group, and by keyboard."""
    words, ada = stage.words, stage.person()
    group = await stage.server.group(words["group"], [ada, stage.person("colleague")])
    await ada.reply(group)
    await ada.say(words["question"], group, mention=True)
    await ada.reply(group)
    await ada.say("/forget", group)
    await ada.reply(group)
    stage.keep(group, "group")

    ada = stage.person()
    await ada.say("/topics")
    message = await ada.reply()
    await (await ada.press(message.labels[0], message)).edited()
    await ada.say("/sources")
    message = await ada.reply()
    await (await ada.press(message.labels[0], message)).edited()
    await ada.say(words["cite"])
    await ada.reply()
    stage.keep(ada, "browse")


async def privacy(stage: Stage) -> None:
    """What is stored is handed out and deleted; and somebody declines the log."""
    ada = stage.person()
    for command in ("/privacy", "/mydata", "/forget"):
        await ada.say(command)
        await ada.reply()
    await ada.press(stage.own("deletion_confirm"))
    await ada.reply()
    stage.keep(ada, "privacy")

    ada = stage.person()
    await ada.say("/privacy")
    await ada.reply()
    await ada.press(stage.phrase("button_no_log"))
    await ada.reply()
    await ada.say(stage.words["question"])
    await ada.reply()
    stage.keep(ada, "declined")


async def card(stage: Stage) -> None:
    """A card that somebody sends into a chat where the bot is not."""
    words, ada = stage.words, stage.person()
    colleagues = await stage.server.group(words["group"], [ada, stage.person("colleague")], bot=False)
    query = await ada.inline(words["inline"])
    await query.answer(timeout_s=60)
    await query.choose(0, colleagues)
    stage.keep(colleagues, "inline")


SCENES = (first_contact, questions, chart_and_restart, asking_a_person, group_and_browsing, privacy, card)


async def make(language: str, browser: str | None) -> list[str]:
    """Returns the lines of one language's transcript."""
    async with TelegramServer() as server:
        with tempfile.TemporaryDirectory() as folder:
            var = Path(folder) / "var"
            shutil.copytree(PROJECT_ROOT / "var" / "models", var / "models")
            os.environ |= {
                "PARTNERGUIDE_VAR": str(var),
                "PARTNERGUIDE_OPERATOR": "Partnerships Desk",
                "PARTNERGUIDE_CONTACT": "desk@example.org",
                **server.environment,
            }
            async with Stage(server, Settings.from_env(), language, browser) as stage:
                for scene in SCENES:
                    await scene(stage)
    return stage.lines


def main() -> None:
    """Writes both languages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", help="a Chromium (default: the one on the PATH)")
    options = parser.parse_args()
    logs.configure()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language, heading in (("en", "Telegram: conversations"), ("zh", "Telegram：对话")):
        lines = asyncio.run(make(language, options.browser))
        made = "<!-- Made by benchmarks/telegram_transcripts.py; the server is the one of the tests. -->"
        path = FOLDER.parent / f"telegram-{language}.md"
        path.write_text("\n".join([f"# {heading}", "", made, "", *lines]), encoding="utf-8")
        print(path.relative_to(PROJECT_ROOT))


if __name__ == "__main__":
    main()
