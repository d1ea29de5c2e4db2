"""What an operator's programs ask the console: whether pages can be shown, and what was counted of them.

Pages are told by the names of their handlers: addresses hold ids, and filters hold what people have asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StoreError
from bot.monitoring.metrics import ProcessMetrics
from bot.monitoring.monitor import Monitor
from bot.review.console import Console
from bot.review.routing import Page
from bot.store.database import DatabaseAwayError
from bot.store.jobs import JobStore
from bot.store.migrations import is_current

#: Upper ends of the histogram's classes, in seconds: most pages take some 15 to 120 ms (docs/review.md, Speed).
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATIC, _UNKNOWN = "static", "unknown"


class ReviewMetrics(ProcessMetrics):
    """The counters of one console."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = Counter(
            "partnerguide_review_requests", "Requests by page and status.", ["page", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "partnerguide_review_request_seconds",
            "From a request to the end of its answer, by page.",
            ["page"],
            registry=self.registry,
            buckets=_BUCKETS,
        )


class Counted:
    """Counts every request, also one that is refused before it comes to a page."""

    def __init__(self, app: ASGIApp, metrics: ReviewMetrics, clock: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See parent class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            name = _name(scope)
            self._metrics.requests.labels(name, str(status)).inc()
            self._metrics.request_seconds.labels(name).observe(self._clock() - began)


def monitor_of(console: Console, metrics: ReviewMetrics, host: str, port: int) -> Monitor:
    """Returns the monitor of a console, not yet started."""

    def backlog() -> dict[str, int]:
        return {"enquiries": console.reviews.counts()["new"], "requests": console.contacts.count_open()}

    metrics.watch(
        "partnerguide_jobs", "Jobs for the worker, by state.", "state", lambda: _read(console.store(JobStore).counts)
    )
    metrics.watch(
        "partnerguide_review_backlog", "What waits for a person in the console.", "kind", lambda: _read(backlog)
    )
    return Monitor(metrics, lambda: readiness(console), host, port)


def readiness(console: Console) -> dict[str, str | bool]:
    """Returns whether pages can be shown (`ready`), and what stands against it."""
    database, tables = "ok", "ok"
    try:
        console.accounts.get("-")
        if not is_current(console.settings.database_url):
            tables = "older than this program"
    except DatabaseAwayError:
        database, tables = "away", "unknown"
    except StoreError:
        tables = "newer than this program"
    return {"ready": database == tables == "ok", "database": database, "tables": tables}


def _read(counts: Callable[[], Mapping[str, int]]) -> Mapping[str, int]:
    try:
        return counts()
    except StoreError:
        return {}


def _name(scope: Scope) -> str:
    """Returns the page that a request came to, such as `knowledge.entry`."""
    endpoint = scope.get("endpoint")
    page: Page | None = getattr(endpoint, "page", None)
    if page is not None:
        return f"{page.handler.__module__.rpartition('.')[2]}.{page.handler.__name__}"
    return _STATIC if scope["path"].startswith("/static/") else _UNKNOWN
