"""A chat as a page: bubbles, buttons, pictures, for screenshots and for reading.

    page = view.write(server.outbox.chat(person), tmp_path / "chat.html", language="zh")
    view.shoot(page, tmp_path / "chat.png")   # where Chromium is

The page is one static file that loads nothing. Words of the page itself stand in `WORDS`, by language.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from PIL import Image, ImageChops

from tests.telegram_server.chats import Chat
from tests.telegram_server.messages import Message

WORDS = {
    "en": {"bot": "bot", "edited": "edited", "forwarded": "forwarded", "members": "members", "via": "via"},
    "zh": {"bot": "机器人", "edited": "已编辑", "forwarded": "转发", "members": "位成员", "via": "通过"},
}
#: What stands for a message that is no text.
SIGNS = {"voice": "🎤", "sticker": "", "location": "📍", "poll": "📊", "contact": "👤", "video": "🎬", "dice": "🎲"}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "headless_shell")
#: Tallest page that a screenshot holds, in pixels; what is blank below is cut off.
TALLEST = 8_000


def write(
    chat: Chat, path: Path, *, language: str = "en", title: str = "", topic: int | None = None, last: int | None = None
) -> Path:
    """Writes a chat as a page and returns its path.

    Args:
        chat: The chat, as `server.outbox.chat(person)` gives it.
        path: Where to write; the file is replaced.
        language: Of the page's own words and of the fonts chosen for Chinese characters.
        title: Stands in the head of the page; the bot's name by default, in groups theirs.
        topic: Shows one topic of a forum alone.
        last: Shows that many of the newest messages alone.
    """
    messages = [each for each in chat.messages.values() if not each.deleted and topic in (None, each.thread_id)]
    bot = next((each.sender.first_name for each in messages if each.sender.is_bot), "")
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    page = environment.get_template("view.html.j2").render(
        language={"zh": "zh-Hans"}.get(language, language),
        words=WORDS.get(language, WORDS["en"]),
        title=title or (bot if chat.kind == "private" else chat.title),
        private=chat.kind == "private",
        members=len(chat.members) + (chat.bot not in ("stranger", "left", "kicked")),
        topic=chat.topics.get(topic or 0, ""),
        messages=[_show(message) for message in (messages[-last:] if last else messages)],
        keyboard=(chat.keyboard or {}).get("keyboard", []),
    )
    path.write_text(page, encoding="utf-8")
    return path


def _show(message: Message) -> dict[str, Any]:
    """Returns what the page needs of a message."""
    forwarded = message.extra.get("forward_origin", {})
    quoted = message.reply_to
    return {
        "side": "bot" if message.sender.is_bot else "person",
        "sender": message.sender.first_name,
        "html": Markup(message.html),  # made by render(), which escapes every word
        "sign": message.body.get("sticker", {}).get("emoji") or SIGNS.get(message.kind, ""),
        "service": message.service,
        "picture": _embed(message.photo) if message.photo else "",
        "file": (message.file.name, len(message.file.content)) if message.file and message.kind == "document" else None,
        "buttons": message.buttons,
        "edited": message.edit_date is not None,
        "forwarded": bool(forwarded),
        "via": message.extra.get("via_bot", {}).get("username", ""),
        "quote": (quoted.sender.first_name, quoted.text[:80]) if quoted else None,
        "data": {"kind": message.kind, "id": message.message_id},
    }


def _embed(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def find_browser() -> str | None:
    """Returns a Chromium of this machine, or `None`."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def shoot(
    page: Path, target: Path, *, width: int = 460, browser: str | None = None, options: Sequence[str] = ()
) -> Path:
    """Takes a picture of a page, as long as the page is, and returns its path.

    Raises:
        FileNotFoundError: There is no Chromium.
    """
    program = browser or find_browser()
    if program is None:
        raise FileNotFoundError(f"none of {', '.join(PROGRAMS)} is on the PATH")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *(
                    program,
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--hide-scrollbars",
                    "--disable-dev-shm-usage",
                ),
                *("--force-device-scale-factor=1", f"--user-data-dir={profile}", f"--window-size={width},{TALLEST}"),
                *(f"--screenshot={target}", *options, page.resolve().as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    _cut(target)
    return target


def _cut(picture: Path) -> None:
    """Takes the empty part below the page away: rows that are all as the last one."""
    with Image.open(picture) as image:
        whole = image.convert("RGB")
    blank = Image.new("RGB", whole.size, whole.getpixel((0, whole.height - 1)))
    box = ImageChops.difference(whole, blank).getbbox()
    if box:
        whole.crop((0, 0, whole.width, min(box[3] + 16, whole.height))).save(picture)
