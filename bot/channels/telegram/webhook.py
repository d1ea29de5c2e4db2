"""The receiving end of a webhook: who calls must know the secret, and 200 means that the update is written down."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, Update
from telegram.error import TelegramError

from bot.channels.telegram.intake import DurableQueue
from bot.channels.telegram.reading import read_update
from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.secrets import derive_key

logger = logging.getLogger(__name__)

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Webhook:
    """Where Telegram calls (`url`), where this process listens, and the secret that every call brings."""

    url: str
    host: str
    port: int
    secret: str = field(repr=False)

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.url).path or "/"


def webhook_for(settings: Settings, url: str, host: str, port: int) -> Webhook:
    """Returns the webhook of an address; its secret is the one that is set, or derived from the installation's.

    Raises:
        SettingsError: the address is none, or PARTNERGUIDE_SECRET is not set.
    """
    parts = urlsplit(url)
    is_local = bool(settings.telegram_api_url)  # a local Bot API server takes plain HTTP
    if not parts.hostname or parts.scheme not in (("https", "http") if is_local else ("https",)):
        raise SettingsError("--webhook: must be an https:// address that Telegram can reach")
    if not settings.secret:
        raise SettingsError(
            "PARTNERGUIDE_SECRET: must be set with a webhook, the same for every process; "
            "`openssl rand -base64 32` makes one"
        )
    secret = settings.telegram_webhook_secret or derive_key(settings.secret, "webhook").hex()
    return Webhook(url, host, port, secret)


class WebhookServer:
    """Listens for Telegram's calls."""

    def __init__(self, webhook: Webhook, bot: Bot, queue: DurableQueue) -> None:
        self._webhook = webhook
        self._bot = bot
        self._queue = queue
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        """Begins to listen; `port` then holds the port, also where any was asked for."""
        application = web.Application(client_max_size=_MOST_BYTES)
        application.router.add_post(self._webhook.path, self._take)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._webhook.host, self._webhook.port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise SettingsError(
                f"--listen {self._webhook.host}:{self._webhook.port}: cannot be listened on ({error.strerror})"
            ) from error
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Takes no more calls; those that are being taken are finished."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        given = request.headers.get(_HEADER, "")
        # Before the body is read. A header may hold any bytes, which come as halves of characters.
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._webhook.secret.encode()):
            return web.Response(status=403)
        data = read_update(await request.read())
        if data is None:
            return web.Response(status=200)  # it would come again and again, and never be read
        try:
            await self._queue.put(Update.de_json(data, self._bot))
        except TelegramError:
            return web.Response(status=503)
        return web.Response(status=200)
