"""What keeps the console to those who may use it: cookies, signed forms, origins, headers, the size of requests."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import Settings

#: No form of the console is larger; what is uploaded as a file has no place here.
MAX_BODY_BYTES = 1_000_000

#: Nothing from elsewhere, no script in the page itself, no frame around it.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # Pages hold what people have asked: no cache keeps them.
    "cache-control": "no-store",
}
_TLS_HEADER = ("strict-transport-security", "max-age=31536000")
_LOOPBACK = re.compile(r"(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")


def session_cookie(settings: Settings) -> str:
    """Returns the name of the cookie that holds a session; behind TLS, browsers take it from this host alone."""
    return "__Host-partnerguide_review" if settings.review_url else "partnerguide_review"


def form_cookie(settings: Settings) -> str:
    """Returns the name of the cookie that forms are bound to before anybody has signed in."""
    return "__Host-partnerguide_form" if settings.review_url else "partnerguide_form"


def set_cookie(settings: Settings, response: Response, name: str, value: str, max_age_s: int | None = None) -> None:
    """Sets a cookie that scripts cannot read and other sites cannot use."""
    is_secure = bool(settings.review_url)
    response.set_cookie(name, value, max_age=max_age_s, path="/", secure=is_secure, httponly=True, samesite="lax")


def form_token(key: bytes, bound_to: str) -> str:
    """Returns what a form must carry that belongs to the holder of the cookie value `bound_to`."""
    return hmac.new(key, bound_to.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_same_token(given: str, expected: str) -> bool:
    """Returns whether a form carries the right token."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def is_known_host(settings: Settings, host: str) -> bool:
    """Returns whether the console is meant: any other name is one that an attacker points at this machine."""
    if settings.review_url and host == urlsplit(settings.review_url).netloc:
        return True
    return bool(_LOOPBACK.fullmatch(host))


def is_own_origin(settings: Settings, request: Request) -> bool:
    """Returns whether a request that changes something comes from the console's own pages, as far as browsers say."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    host = request.headers.get("host", "")
    own = {f"http://{host}"} if _LOOPBACK.fullmatch(host) else set()
    return origin in own | ({settings.review_url} if settings.review_url else set())


def safe_path(wanted: str, otherwise: str = "/") -> str:
    """Returns an address on this host to go on to; anything that could lead elsewhere becomes `otherwise`."""
    if not wanted.startswith("/") or re.search(r"[\\\x00-\x20\x7f]", wanted) or wanted.startswith("//"):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted


class Guard:
    """Puts the headers on every response, knows the host, and stops reading a body that is too large."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        more = (_TLS_HEADER,) if settings.review_url else ()
        self._headers = [(name.encode(), value.encode()) for name, value in (*_HEADERS.items(), *more)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See parent class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if scope["path"].startswith("/static/"):
                    message["headers"] = [*message["headers"], (b"cache-control", b"no-cache")]
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in own)]
            await send(message)

        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        if not is_known_host(self._settings, host):
            await Response("wrong host\n", 421, media_type="text/plain")(scope, receive, guarded)
            return
        await self._app(scope, limited, guarded)
