"""What Telegram says of this bot, for `partnerguide doctor`: who it is, what BotFather has set, a forgotten webhook."""

from __future__ import annotations

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram.secrecy import keep_token_out
from bot.settings import Settings

_TIMEOUT_S = 5.0


async def examine(settings: Settings) -> list[tuple[str, str]]:
    """Returns lines of state (`ok`, `warn`, `fail`) and text."""
    keep_token_out(settings.telegram_token)
    request = HTTPXRequest(read_timeout=_TIMEOUT_S, connect_timeout=_TIMEOUT_S)
    url = settings.telegram_api_url
    bot = (
        Bot(settings.telegram_token, base_url=f"{url}/bot", request=request)
        if url
        else Bot(settings.telegram_token, request=request)
    )
    try:
        async with bot:
            me = bot.bot
            webhook = await bot.get_webhook_info()
    except InvalidToken:
        return [("fail", "Telegram refuses the token; check TELEGRAM_BOT_TOKEN with @BotFather")]
    except TelegramError as error:
        return [
            ("warn", f"Telegram cannot be reached ({type(error).__name__}); check the network, or TELEGRAM_API_URL")
        ]
    inline = (
        ("ok", "inline mode is on")
        if me.supports_inline_queries
        else ("warn", "inline mode is off: switch it on with @BotFather, /setinline")
    )
    privacy = ("ok", "group privacy is on: in groups the bot sees only what is meant for it")
    if me.can_read_all_group_messages:
        privacy = ("warn", "group privacy is off: the bot is sent every message of its groups; @BotFather, /setprivacy")
    hook = ("ok", "no webhook is set: polling works")
    if webhook.url:
        hook = ("warn", "a webhook is set: `partnerguide telegram` without --webhook removes it and polls")
    return [("ok", f"@{me.username} answers"), inline, privacy, hook]
