"""The parameters of a call, from a query string, a form, a multipart form or JSON alike."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.telegram_server.refusals import bad_request


@dataclass(frozen=True)
class Upload:
    """A file that came with the call."""

    name: str
    content: bytes
    mime_type: str


@dataclass
class Params:
    """Named values, all of them text until asked for as something else."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Returns a text."""
        return self.values.get(name, default)

    def flag(self, name: str) -> bool:
        """Returns whether a switch is on."""
        return self.values.get(name, "").lower() in ("true", "1", "yes")

    def number(self, name: str, default: int = 0) -> int:
        """Returns a whole number; what is none counts as absent, as on the platform."""
        try:
            return int(self.values.get(name, ""))
        except ValueError:
            return default

    def json(self, name: str, what: str) -> Any:
        """Returns a JSON value, or `None` where it is absent."""
        if self.values.get(name, "") == "":
            return None
        try:
            return json.loads(self.values[name])
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """Returns the file of a parameter, sent under its name or as an attachment it refers to."""
        reference = self.values.get(name, "")
        return self.files.get(reference.removeprefix("attach://") if reference.startswith("attach://") else name)

    def public(self) -> dict[str, Any]:
        """Returns what is recorded of the call: JSON read, files by name."""
        read: dict[str, Any] = {}
        for name, value in self.values.items():
            try:
                read[name] = json.loads(value) if value[:1] in "[{" and value else value
            except ValueError:
                read[name] = value
        return {**read, **{name: upload.name for name, upload in self.files.items()}}


async def read_params(request: web.Request) -> Params:
    """Reads the parameters of a request."""
    params = Params(dict(request.query))
    if request.content_type == "application/json":
        try:
            body = await request.json() if request.can_read_body else {}
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object: object expected")
        for name, value in body.items():
            params.values[name] = value if isinstance(value, str) else json.dumps(value)
        return params
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            params.files[name] = Upload(value.filename, value.file.read(), value.content_type)
            value.file.close()
        else:
            params.values[name] = str(value)
    return params
