"""What the server answers when it refuses a call: code, description and parameters in Telegram's words."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that is not accepted."""

    def __init__(self, code: int, description: str, **parameters: Any):
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        """Returns the envelope of the Bot API."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(problem: str, **parameters: Any) -> Refusal:
    """Returns a 400 in the words of the Bot API."""
    return Refusal(400, f"Bad Request: {problem}", **parameters)


def forbidden(problem: str) -> Refusal:
    """Returns a 403 in the words of the Bot API."""
    return Refusal(403, f"Forbidden: {problem}")


def too_many(retry_after: int) -> Refusal:
    """Returns a 429 that says how long to wait."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
