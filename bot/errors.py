"""The exceptions a person may see, and nothing else.

    BotError
    ├── SettingsError      an environment variable is missing or wrong
    ├── KnowledgeError     a file of the knowledge base or the dialogue data is wrong
    ├── StoreError         the enquiry log cannot be opened, read or written
    ├── ModelError         the trained model is missing, stale or damaged
    ├── ChartError         a picture cannot be drawn or written
    └── ChannelError       a conversation channel cannot go on

Every message is one line that names what is wrong and says what to do. Anything else that is raised is a fault of the
program.
"""

from __future__ import annotations

from pathlib import Path


class BotError(Exception):
    """The root: reported to the person in one line, never as a stack trace."""


class SettingsError(BotError):
    """An environment variable holds a value that cannot be used."""


class KnowledgeError(BotError):
    """A data file cannot be used."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = str(path)
        self.problem = problem


class StoreError(BotError):
    """The enquiry log cannot be opened, read or written."""


class ModelError(BotError):
    """The trained model is missing, stale or damaged."""


class ChartError(BotError):
    """A picture of figures cannot be drawn or written."""


class ChannelError(BotError):
    """A conversation channel cannot go on."""
