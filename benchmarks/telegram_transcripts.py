"""Makes docs/telegram/: conversations with the Telegram front through the test server, as text and as pictures.

    .venv/bin/python -m benchmarks.telegram_transcripts [--browser PROGRAM]

The bot is the real one with the trained model; the server is the one of the tests (`tests/telegram_server`). Without a
Chromium the pictures stay as they are and the transcripts are written all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
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
        "title": "First contact",
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
        "title": "初次接触",
    },
}


class Stage:
    """One server, one front, and where the pictures go."""

    def __init__(self, server: TelegramServer, front: Assembly, language: str, browser: str | None) -> None:
        self.server, self.front, self.language, self.browser = server, front, language, browser
        self.words = ASKED[language]
        self.lines: list[str] = []

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

    def keep(self, chat: Any, name: str, title: str) -> None:
        """Writes the transcript, and the picture where there is a browser."""
        await_chat = self.server.outbox.chat(chat)
        self.lines += [f"## {title}", "", f"![{title}](telegram/{name}-{self.language}.png)", "", "```"]
        self.lines += [*self.server.outbox.transcript(chat).splitlines(), "```", ""]
        with tempfile.TemporaryDirectory() as folder:
            page = view.write(await_chat, Path(folder) / "page.html", language=self.language)
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


TITLES = {
    "en": ["First contact", "A question, more, feedback", "A chart", "What it does not decide, and a person",
           "In a group", "Browsing without typing", "Privacy", "A card by inline mode"],
    "zh": ["初次接触", "提问、追问、反馈", "图表", "不作决定与找人工", "在群里", "用键盘浏览", "隐私", "内联卡片"],
}  # fmt: skip


async def play(stage: Stage) -> None:
    """Has the conversations, one person each."""
    titles, words, server = TITLES[stage.language], stage.words, stage.server
    known = stage.front.front.dialogue.knowledge.languages[stage.language].name

    ada = stage.person()
    await ada.start()
    message = await ada.reply()
    await (await ada.press(known, message)).edited()
    await (await ada.press(stage.phrase("button_company"), message)).edited()
    stage.keep(ada, "start", titles[0])

    ada = stage.person()
    await ada.say(words["question"])
    message = await ada.reply(timeout_s=60)  # the first question loads the encoders
    await ada.say(words["more"])
    await ada.reply()
    await (await ada.press("👎", message)).answered()
    await stage.settled()
    stage.keep(ada, "question", titles[1])

    ada = stage.person()
    await ada.say(words["figure"])
    message = await ada.reply()
    chart = stage.front.front.dialogue.phrases.get("labels_chart", stage.language)
    if chart in message.labels:
        await ada.press(chart, message)
        await ada.replies(2, timeout_s=30)
    stage.keep(ada, "chart", titles[2])

    ada = stage.person()
    await ada.say(words["decision"])
    await ada.reply()
    await ada.say(words["figure"])
    await ada.reply()
    await ada.say(words["person"])
    await ada.reply()
    await ada.say(words["yes"])
    await ada.reply()
    stage.keep(ada, "person", titles[3])

    ada = stage.person()
    group = await server.group(words["group"], [ada, stage.person("colleague")])
    await ada.reply(group)
    await ada.say(words["question"], group, mention=True)
    await ada.reply(group)
    await ada.say("/forget", group)
    await ada.reply(group)
    stage.keep(group, "group", titles[4])

    ada = stage.person()
    await ada.say("/topics")
    message = await ada.reply()
    await (await ada.press(message.labels[0], message)).edited()
    await ada.say("/sources")
    message = await ada.reply()
    await (await ada.press(message.labels[0], message)).edited()
    await ada.say(words["cite"])
    await ada.reply()
    stage.keep(ada, "browse", titles[5])

    ada = stage.person()
    await ada.say("/privacy")
    await ada.reply()
    await ada.say("/mydata")
    await ada.reply()
    await ada.say("/forget")
    await ada.reply()
    confirm = stage.front.front.dialogue.phrases.get("deletion_confirm", stage.language)
    await ada.press(confirm)
    await ada.reply()
    stage.keep(ada, "privacy", titles[6])

    ada = stage.person()
    colleagues = await server.group(words["group"], [ada, stage.person("colleague")], bot=False)
    query = await ada.inline(words["inline"])
    await query.answer(timeout_s=60)
    await query.choose(0, colleagues)
    stage.keep(colleagues, "inline", titles[7])


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
            settings = Settings.from_env()
            services.use(None)
            dialogue = open_dialogue(settings)
            assembly = assemble(dataclasses.replace(settings), dialogue)
            async with running(assembly):
                stage = Stage(server, assembly, language, browser)
                await play(stage)
            dialogue.store.close()
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
