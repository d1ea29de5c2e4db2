"""One request as a page's handler sees it: who comes, what they typed, and the ways to answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.review import guard
from bot.review.console import Console
from bot.review.routing import Section
from bot.review.view import environment
from bot.review.words import Words, preferred
from bot.store.accounts import Account

LANGUAGE_COOKIE = "partnerguide_language"
KEYS_COOKIE = "partnerguide_keys"
_YEAR_S = 365 * 24 * 3600


class Visit:
    """One request. `account` is None before signing in; `form` holds what was posted, each name with its values."""

    def __init__(
        self, console: Console, request: Request, account: Account | None, form: Mapping[str, Sequence[str]]
    ) -> None:
        self.console = console
        self.request = request
        self.account = account
        self.form = form
        cookies = request.cookies
        self.words: Words = preferred(
            console.words, cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
        )
        #: Off on the page that tells of a fault: counting may be what has failed.
        self.has_badges = True
        self.has_keys = cookies.get(KEYS_COOKIE) != "off"
        self.token = cookies.get(guard.session_cookie(console.settings), "") if account else ""
        self._fresh_binding = ""

    @property
    def name(self) -> str:
        """The name of the account, empty before signing in."""
        return self.account.name if self.account else ""

    def may(self, role: str) -> bool:
        """Returns whether whoever comes may what `role` may."""
        return self.account is not None and self.account.may(role)

    def need(self, role: str) -> None:
        """Ends the visit unless whoever comes may what `role` may."""
        if not self.may(role):
            raise HTTPException(403)

    def typed(self, name: str, limit: int = 4000) -> str:
        """Returns one value of the form, stripped; empty where there is none."""
        values = self.form.get(name) or [""]
        return values[0].strip()[:limit]

    def chosen(self, name: str, limit: int = 1000) -> list[str]:
        """Returns all values of one name in the form, such as ticked boxes."""
        return list(self.form.get(name) or [])[:limit]

    def asked(self, name: str, limit: int = 500) -> str:
        """Returns one value of the address's query, stripped; empty where there is none."""
        return str(self.request.query_params.get(name, "")).strip()[:limit]

    def place(self, name: str) -> str:
        """Returns a part of the address, such as the id in `/enquiries/{id}`."""
        return str(self.request.path_params[name])

    def note(self, action: str, subject: str = "", detail: str = "") -> None:
        """Writes into the audit log what is done; ids and codes only, never a text."""
        self.console.audit.note(self.name or "-", action, subject, detail)

    @property
    def bound_to(self) -> str:
        """What forms are bound to: the session, or before it a cookie of their own."""
        if self.token:
            return self.token
        cookie = self.request.cookies.get(guard.form_cookie(self.console.settings), "")
        if not cookie:
            self._fresh_binding = self._fresh_binding or secrets.token_urlsafe(24)
        return cookie or self._fresh_binding

    @property
    def form_token(self) -> str:
        """What every form must carry."""
        return guard.form_token(self.console.form_key, self.bound_to)

    @property
    def sections(self) -> list[tuple[Section, int]]:
        """The places that whoever comes may go to, each with how much waits there."""
        known: list[Section] = self.request.app.state.sections
        return [(s, s.badge(self.console) if s.badge and self.has_badges else 0) for s in known if self.may(s.role)]

    def render(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Returns a page made from `templates/<template>`; every value is escaped."""
        values = {"visit": self, "words": self.words, "t": self.words.get, "console": self.console, **values}
        return self.finished(HTMLResponse(environment().get_template(template).render(values), status))

    def redirect(self, path: str, **query: object) -> Response:
        """Returns the way to another page of the console, to be fetched anew."""
        wanted = guard.safe_path(path)
        filled = urlencode({name: value for name, value in query.items() if value not in ("", None)})
        if filled:
            wanted += ("&" if "?" in wanted else "?") + filled
        return self.finished(RedirectResponse(wanted, 303))

    def problem(self, said: str, status: int) -> Response:
        """Returns a page that says what did not work."""
        self.has_badges = False
        return self.render("problem.html", status, title=self.words.get("base.problem"), problem=said)

    def remember(self, response: Response, name: str, value: str) -> Response:
        """Keeps a choice of the person, such as the language, in their browser."""
        guard.set_cookie(self.console.settings, response, name, value, _YEAR_S)
        return response

    def finished(self, response: Response) -> Response:
        """Returns a response with the cookie that its forms are bound to."""
        if self._fresh_binding:
            settings = self.console.settings
            guard.set_cookie(settings, response, guard.form_cookie(settings), self._fresh_binding)
        return response
