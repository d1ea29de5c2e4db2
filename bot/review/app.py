"""The console as one application: pages found, roles enforced, forms checked, faults told in one line."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import BotError
from bot.review import guard
from bot.review.console import Console
from bot.review.monitored import Counted, ReviewMetrics
from bot.review.routing import EVERYBODY, Page, all_pages
from bot.review.visit import Visit

logger = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
_MAX_FIELDS = 2000


def create_app(console: Console, metrics: ReviewMetrics | None = None) -> Starlette:
    """Returns the application of a console, counted in `metrics`; opening and closing the console is the caller's."""
    pages, sections = all_pages()
    routes: list[BaseRoute] = [_route(console, page) for page in pages]
    counted = [Middleware(Counted, metrics=metrics)] if metrics else []
    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=STATIC), name="static")],
        middleware=[*counted, Middleware(guard.Guard, settings=console.settings)],
        exception_handlers={HTTPException: _refused(console)},
    )
    app.state.console = console
    app.state.pages = pages
    app.state.sections = sections
    return app


def _route(console: Console, page: Page) -> Route:
    async def endpoint(request: Request) -> Response:
        form: dict[str, list[str]] = {}
        if request.method == "POST":
            if not guard.is_own_origin(console.settings, request):
                raise HTTPException(403)
            async with request.form(max_files=0, max_fields=_MAX_FIELDS) as posted:
                for name, value in posted.multi_items():
                    form.setdefault(name, []).append(str(value))
        return await run_in_threadpool(_answer, console, page, request, form)

    endpoint.page = page  # type: ignore[attr-defined]  # for the test that walks all routes
    return Route(
        page.path, endpoint, methods=list(page.methods), name=f"{page.handler.__module__}.{page.handler.__name__}"
    )


def _answer(console: Console, page: Page, request: Request, form: dict[str, list[str]]) -> Response:
    """Answers one request, or raises what the handlers below turn into a page."""
    visit = _visit(console, request, form)
    request.state.visit = visit
    if request.method == "POST" and not guard.is_same_token(visit.typed("form_token"), visit.form_token):
        raise HTTPException(403)
    if page.role != EVERYBODY:
        if visit.account is None:
            if request.method != "GET":
                raise HTTPException(401)
            address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return visit.redirect(f"/sign-in?next={quote(guard.safe_path(address), safe='')}")
        visit.need(page.role)
    try:
        return page.handler(visit)
    except BotError as error:
        logger.warning("a page could not be shown: %s", error)
        return visit.problem(str(error), 503)
    except HTTPException:
        raise
    except Exception:  # one page may fail, the console goes on; answered here, where the headers are put on
        logger.exception("a page failed")
        return _problem(console, request, 500)


def _visit(console: Console, request: Request, form: dict[str, list[str]]) -> Visit:
    token = request.cookies.get(guard.session_cookie(console.settings), "")
    try:
        account = console.accounts.of_session(token) if token else None
    except BotError as error:
        logger.warning("nobody can sign in: %s", error)
        account = None
    return Visit(console, request, account, form)


_Handler = Callable[[Request, Exception], Awaitable[Response]]


def _refused(console: Console) -> _Handler:
    async def handle(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return await run_in_threadpool(_problem, console, request, status)

    return handle


def _problem(console: Console, request: Request, status: int) -> Response:
    visit = getattr(request.state, "visit", None) or _visit(console, request, {})
    otherwise = visit.words.get("base.status_500" if status >= 500 else "base.status_400")
    return visit.problem(visit.words.either(f"base.status_{status}", otherwise), status)
