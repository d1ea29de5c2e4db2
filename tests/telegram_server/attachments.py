"""What people send that is no text: the bodies of such messages."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.telegram_server.chats import World
from tests.telegram_server.messages import StoredFile
from tests.telegram_server.methods.sending import describe_file

Attachment = tuple[dict[str, Any], StoredFile | None]


def _kept(world: World, name: str, content: bytes, mime_type: str) -> tuple[StoredFile, dict[str, Any]]:
    file = world.add_file(name, content, mime_type)
    described = describe_file(file)
    described.pop("file_name")
    return file, described


def picture(width: int = 320, height: int = 200, colour: str = "steelblue") -> bytes:
    """Returns a small PNG."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, "PNG")
    return target.getvalue()


def photo(world: World, content: bytes | None = None, caption: str = "") -> Attachment:
    """Returns a picture."""
    file, described = _kept(world, "photo.png", content or picture(), "image/png")
    described.pop("mime_type")
    body: dict[str, Any] = {"photo": [{**described, "width": 320, "height": 200}]}
    return ({**body, "caption": caption} if caption else body), file


def document(world: World, name: str, content: bytes, caption: str = "") -> Attachment:
    """Returns a file."""
    file = world.add_file(name, content, "application/octet-stream")
    body: dict[str, Any] = {"document": describe_file(file)}
    return ({**body, "caption": caption} if caption else body), file


def voice(world: World) -> Attachment:
    """Returns a voice message."""
    file, described = _kept(world, "voice.ogg", b"OggS", "audio/ogg")
    return {"voice": {**described, "duration": 3}}, file


def video(world: World) -> Attachment:
    """Returns a video."""
    file, described = _kept(world, "video.mp4", b"mp4", "video/mp4")
    return {"video": {**described, "width": 320, "height": 200, "duration": 3}}, file


def sticker(world: World, emoji: str = "👍") -> Attachment:
    """Returns a sticker."""
    file, described = _kept(world, "sticker.webp", b"RIFF", "image/webp")
    described.pop("mime_type")
    kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": emoji}
    return {"sticker": {**described, **kind}}, file


def location(_: World, latitude: float = 40.749, longitude: float = -73.968) -> Attachment:
    """Returns a place."""
    return {"location": {"latitude": latitude, "longitude": longitude}}, None


def contact(_: World, phone_number: str = "+12025550123", first_name: str = "Ada") -> Attachment:
    """Returns somebody's card."""
    return {"contact": {"phone_number": phone_number, "first_name": first_name}}, None


def dice(_: World) -> Attachment:
    """Returns a die."""
    return {"dice": {"emoji": "🎲", "value": 4}}, None


def poll(world: World, question: str = "Tea?", options: tuple[str, ...] = ("Yes", "No")) -> Attachment:
    """Returns a poll."""
    number = next(world.queries)
    answers = [
        {"persistent_id": f"{number}-{place}", "text": option, "voter_count": 0} for place, option in enumerate(options)
    ]
    switches = {
        "is_closed": False,
        "is_anonymous": True,
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    about = {"id": str(number), "question": question, "options": answers, "total_voter_count": 0, "type": "regular"}
    return {"poll": {**about, **switches}}, None
