"""Coming and going: signing in and out, the language of the pages, keyboard shortcuts on or off."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse, Response

from bot.review import guard
from bot.review.routing import EVERYBODY, page, post
from bot.review.visit import KEYS_COOKIE, LANGUAGE_COOKIE, Visit
from bot.store.accounts import SESSION_HOURS, TooManyAttemptsError


def health(visit: Visit) -> Response:
    """Tells a proxy or a monitor that the pages can be shown: the database answers (where not, the answer is 503)."""
    visit.console.accounts.get("-")
    return PlainTextResponse("ok\n")


def home(visit: Visit) -> Response:
    """Leads to the first section."""
    return visit.redirect(visit.sections[0][0].path if visit.sections else "/sign-in")


def sign_in_form(visit: Visit) -> Response:
    """Shows the form, or goes on where somebody has signed in already."""
    if visit.account:
        return visit.redirect(guard.safe_path(visit.asked("next")))
    return _form(visit)


def sign_in(visit: Visit) -> Response:
    """Opens a session under a new token, whatever the browser held before."""
    name, console = visit.typed("name", 64), visit.console
    client = visit.request.client
    try:
        opened = console.accounts.sign_in(name, visit.typed("password", 1000), client.host if client else "")
    except TooManyAttemptsError:
        console.audit.note("-", "sign_in_blocked", _known(visit, name))
        return _form(visit, "too_many", 429)
    if opened is None:
        console.audit.note("-", "sign_in_failed", _known(visit, name))
        return _form(visit, "wrong", 401)
    account, token = opened
    console.audit.note(account.name, "sign_in")
    response = visit.redirect(guard.safe_path(visit.typed("next")))
    guard.set_cookie(console.settings, response, guard.session_cookie(console.settings), token, SESSION_HOURS * 3600)
    return response


def sign_out(visit: Visit) -> Response:
    """Ends the session."""
    visit.console.accounts.sign_out(visit.token)
    visit.note("sign_out")
    response = visit.redirect("/sign-in")
    response.delete_cookie(guard.session_cookie(visit.console.settings), path="/")
    return response


def choose_language(visit: Visit) -> Response:
    """Keeps the language of the pages and comes back."""
    code = visit.typed("language", 16)
    response = _back(visit)
    return visit.remember(response, LANGUAGE_COOKIE, code) if code in visit.console.words else response


def choose_keys(visit: Visit) -> Response:
    """Turns the keyboard shortcuts on or off and comes back: single keys disturb those who dictate (WCAG 2.1.4)."""
    return visit.remember(_back(visit), KEYS_COOKIE, "off" if visit.typed("keys", 3) == "off" else "on")


def _back(visit: Visit) -> Response:
    came_from = urlsplit(visit.request.headers.get("referer", ""))
    return visit.redirect(guard.safe_path(came_from.path + (f"?{came_from.query}" if came_from.query else "")))


def _known(visit: Visit, name: str) -> str:
    """Returns a name for the audit log only where there is such an account: people mistype passwords into it."""
    return name if visit.console.accounts.get(name) else ""


def _form(visit: Visit, problem: str = "", status: int = 200) -> Response:
    wanted = guard.safe_path(visit.asked("next") or visit.typed("next"))
    has_accounts = bool(visit.console.accounts.all())
    return visit.render("sign_in.html", status, problem=problem, next=wanted, has_accounts=has_accounts)


ROUTES = [
    page("/", home, role="viewer"),
    page("/sign-in", sign_in_form, role=EVERYBODY),
    page("/health", health, role=EVERYBODY),
    post("/sign-in", sign_in, role=EVERYBODY),
    post("/sign-out", sign_out, role="viewer"),
    post("/language", choose_language, role=EVERYBODY),
    post("/keys", choose_keys, role="viewer"),
]
