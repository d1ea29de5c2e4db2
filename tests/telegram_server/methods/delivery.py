"""getMe, getUpdates, the webhook, close and logOut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import Refusal, bad_request
from tests.telegram_server.webhooks import Webhook

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

WEBHOOK_ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
#: Source: core.telegram.org/bots/api#setwebhook.
PORTS = (None, 80, 88, 443, 8443)


@serves("getMe")
def get_me(server: TelegramServer, _: Params) -> dict[str, Any]:
    """See the Bot API."""
    return {
        **server.world.bot.to_json(),
        "can_join_groups": server.can_join_groups,
        "can_read_all_group_messages": not server.privacy_mode,
        "supports_inline_queries": server.inline_mode,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@serves("getUpdates")
async def get_updates(server: TelegramServer, params: Params) -> list[dict[str, Any]]:
    """See the Bot API."""
    if server.pusher.webhook.url:
        raise Refusal(409, WEBHOOK_ACTIVE)
    _remember_allowed(server, params)
    return await server.updates.fetch(params.number("offset"), params.number("limit"), params.number("timeout"))


def _remember_allowed(server: TelegramServer, params: Params) -> None:
    """Takes the kinds asked for; absent keeps those of the last call, an empty list means all the usual ones."""
    allowed = params.json("allowed_updates", "allowed_updates")
    if allowed is None:
        return
    if not isinstance(allowed, list):
        raise bad_request("can't parse allowed_updates JSON array")
    server.updates.allowed = allowed or None


@serves("setWebhook")
def set_webhook(server: TelegramServer, params: Params) -> bool:
    """See the Bot API. As a local server does, it takes plain HTTP too, unless `strict_webhook` is set."""
    url = params.text("url")
    secret = params.text("secret_token")
    if url:
        _check_address(url, strict=server.strict_webhook)
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed(server, params)
    _drop_pending(server, params)
    server.pusher.set(
        Webhook(
            url,
            secret,
            max_connections=min(max(params.number("max_connections", 40), 1), 100),
            allowed_updates=server.updates.allowed,
            has_custom_certificate="certificate" in params.files,
        )
    )
    return True


def _check_address(url: str, *, strict: bool) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_request("bad webhook: Port must be a number") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if strict and parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if strict and port not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _drop_pending(server: TelegramServer, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        server.pending_dropped += 1
        server.updates.drop()


@serves("deleteWebhook")
def delete_webhook(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    _drop_pending(server, params)
    server.pusher.set(Webhook())
    return True


@serves("getWebhookInfo")
def get_webhook_info(server: TelegramServer, _: Params) -> dict[str, Any]:
    """See the Bot API."""
    webhook = server.pusher.webhook
    info: dict[str, Any] = {
        "url": webhook.url,
        "has_custom_certificate": webhook.has_custom_certificate,
        "pending_update_count": len(server.updates.pending),
    }
    if webhook.url:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if server.updates.allowed:
        info["allowed_updates"] = server.updates.allowed
    if webhook.last_error_date:
        info |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error_message}
    return info


@serves("close")
def close(_: TelegramServer, __: Params) -> bool:
    """See the Bot API."""
    return True


@serves("logOut")
def log_out(_: TelegramServer, __: Params) -> bool:
    """See the Bot API."""
    return True
