"""The methods of the Bot API, one topic a module. Importing this package registers them all."""

from __future__ import annotations

from tests.telegram_server.methods import (
    callbacks,
    changes,
    delivery,
    files,
    inline,
    places,
    profile,
    sending,
)
from tests.telegram_server.methods.registry import METHODS

__all__ = ["METHODS", "callbacks", "changes", "delivery", "files", "inline", "places", "profile", "sending"]
