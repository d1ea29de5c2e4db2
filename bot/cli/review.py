"""`partnerguide review`: serves the review console; its actions are modules of their own."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import logging
import signal
import sys

from bot import logs
from bot.cli._arguments import host_and_port
from bot.cli._review_worker import kept_running
from bot.settings import Settings

#: Modules of `bot.cli` that each add one action to the command.
_ACTIONS = ("_review_user", "_review_worker", "_review_lessons", "_review_digest")
FIRST_ACCOUNT = "partnerguide review user add NAME --role admin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8600, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--monitor",
        metavar="HOST:PORT",
        type=host_and_port,
        help="answer /healthz, /readyz and /metrics there, such as 127.0.0.1:9465",
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="start no worker; partnerguide review worker runs elsewhere"
    )
    parser.set_defaults(run=_serve)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name in _ACTIONS:
        importlib.import_module(f"bot.cli.{name}").add_action(actions)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    logs.configure(logging.INFO, as_json=settings.log_format == "json")
    from bot.review.console import Console
    from bot.review.serving import listening, serve

    with contextlib.ExitStack() as open_until_the_end:
        listener = open_until_the_end.enter_context(listening(options.host, options.port, settings.review_url))
        console = open_until_the_end.enter_context(contextlib.closing(Console(settings)))
        if not console.accounts.all():
            print(f"There is no account yet. Make the first administrator:\n\n    .venv/bin/{FIRST_ACCOUNT}\n")
        host = f"[{options.host}]" if ":" in options.host else options.host
        print(
            f"The review console is at {settings.review_url or f'http://{host}:{options.port}'}; Ctrl+C ends it.",
            flush=True,
        )
        # Told to end, uvicorn (0.54) shuts down and then dies of the signal: the worker would outlive the console.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if not options.no_worker:
            open_until_the_end.enter_context(kept_running("worker"))
        console.warm()
        serve(console, listener, options.monitor)
    return 0


def _port(typed: str) -> int:
    if not typed.isdecimal() or not 0 < int(typed) < 65536:
        raise argparse.ArgumentTypeError(f"{typed!r} is no port; ports are 1 to 65535")
    return int(typed)
