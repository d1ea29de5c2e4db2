"""The bot's token: asked for, and kept out of every log line, and python-telegram-bot from logging what it received."""

from __future__ import annotations

import logging

from bot.errors import SettingsError
from bot.settings import Settings


class _Blank(logging.Filter):
    """Replaces the token wherever a record would show it."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._secrets = [token, token.partition(":")[2]]

    def filter(self, record: logging.LogRecord) -> bool:
        """See parent class."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            return True
        if any(secret in text for secret in self._secrets if secret):
            for secret in self._secrets:
                text = text.replace(secret, "[token]")
            record.msg, record.args = text, ()
        if record.exc_info and any(secret in str(record.exc_info[1]) for secret in self._secrets if secret):
            record.exc_info, record.exc_text = None, None
        return True


def need_token(settings: Settings) -> str:
    """Returns the bot's token.

    Raises:
        SettingsError: none is set.
    """
    if not settings.telegram_token:
        raise SettingsError("TELEGRAM_BOT_TOKEN: must be set to the token that @BotFather gave, in .env or the shell")
    return settings.telegram_token


def keep_token_out(token: str) -> None:
    """Sets up the loggers of this process; call it before the first request.

    At CRITICAL the library logs the whole of updates that it cannot read, and of answers that are no JSON: what it
    says is said by our own handlers instead (python-telegram-bot 22.8).
    """
    for name in ("telegram", "telegram.ext", "telegram.Bot", "telegram.request"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in ("httpx", "httpcore", "aiohttp", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.ERROR)
    blank = _Blank(token)
    for handler in logging.getLogger().handlers:
        handler.addFilter(blank)
