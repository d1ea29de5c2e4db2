"""JSON lines: for programs and measurements. One line in, one line out, in order."""

from __future__ import annotations

import json
import uuid
from typing import Any, TextIO

from bot.dialogue.door import Dialogue, Message
from bot.store.secrets import pseudonym


class JsonLines:
    """Answers lines of JSON; sessions live as long as this object."""

    def __init__(self, dialogue: Dialogue, secret: str) -> None:
        self._dialogue = dialogue
        self._secret = secret
        # Another process's session of the same name is another conversation.
        self._process = uuid.uuid4().hex

    async def answer(self, line: str, output: TextIO) -> None:
        """Writes the answer to one line and flushes it; a line that cannot be read gets an `error` line."""
        try:
            request = _request(line)
        except ValueError as error:
            _write(output, {"error": str(error)})
            return
        message = Message(
            conversation=pseudonym(self._secret, "jsonl", f"{self._process}:{request['session']}"),
            channel="jsonl",
            text=request.get("text", ""),
            payload=request.get("payload", ""),
        )
        answer = await self._dialogue.ask(message)
        row = {"id": request["id"], "session": request["session"], "reply": answer.reply.to_dict()}
        _write(output, row)
        self._dialogue.delivered(answer)


def _request(line: str) -> dict[str, Any]:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("the line is not UTF-8") from error
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("the line is no JSON; write one object a line with id, session and text") from error
    if not isinstance(data, dict):
        raise ValueError("the line is no JSON object; write id, session and text")
    if not isinstance(data.get("text", data.get("payload")), str) or not isinstance(data.get("payload", ""), str):
        raise ValueError("text (or payload) must be a string")
    for key in ("text", "payload"):
        _refuse_half_characters(key, data.get(key))
    for key in ("id", "session"):
        if not isinstance(data.get(key, ""), (str, int)):
            raise ValueError(f"{key} must be a string or a whole number")
        _refuse_half_characters(key, data.get(key))
    return {"id": data.get("id"), "session": data.get("session", data.get("id", "")), **_words(data)}


def _refuse_half_characters(key: str, value: Any) -> None:
    """Refuses lone surrogates, which JSON escapes can smuggle into a string and no UTF-8 output can carry."""
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"{key} holds half a character (a lone surrogate)")


def _words(data: dict[str, Any]) -> dict[str, str]:
    return {key: data[key] for key in ("text", "payload") if key in data}


def _write(output: TextIO, row: dict[str, Any]) -> None:
    output.write(json.dumps(row, ensure_ascii=False) + "\n")
    output.flush()
