"""Which function serves which method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tests.telegram_server.params import Params

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

Method = Callable[["TelegramServer", Params], Any | Awaitable[Any]]
AnyMethod = TypeVar("AnyMethod", bound=Callable[..., Any])

#: Lower-case name → its usual spelling and the function; names are matched without regard to case.
METHODS: dict[str, tuple[str, Method]] = {}


def serves(name: str) -> Callable[[AnyMethod], AnyMethod]:
    """Makes a function serve the method of that name."""

    def register(function: AnyMethod) -> AnyMethod:
        METHODS[name.lower()] = (name, function)
        return function

    return register
