"""`partnerguide telegram`: the Telegram front, by polling or by webhook."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from typing import TYPE_CHECKING

from bot import logs
from bot.channels.telegram.secrecy import need_token
from bot.cli._arguments import host_and_port, positive
from bot.dialogue import training
from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.secrets import secret

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.dialogue.door import Dialogue


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("--webhook", metavar="URL", help="receive updates at this https address instead of polling")
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        type=host_and_port,
        default="127.0.0.1:8443",
        help="where the webhook listens (default: %(default)s)",
    )
    parser.add_argument(
        "--monitor",
        metavar="HOST:PORT",
        type=host_and_port,
        help="answer /healthz, /readyz and /metrics there, such as 127.0.0.1:9464",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=positive,
        default=1,
        help="answer in so many processes; their monitors listen on ports in a row (default: in this one)",
    )
    parser.add_argument("--mould", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--dry-run", action="store_true", help="show commands, descriptions and settings; send nothing")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    watched: tuple[str, int] | None = options.monitor
    if options.dry_run:
        return _show(options, settings)
    need_token(settings)
    secret(settings)
    if options.mould:
        return _fork(options, settings)
    if options.workers > 1:
        return _receive(options, settings)
    from bot.channels.telegram.application import assemble
    from bot.channels.telegram.monitor import Monitor
    from bot.channels.telegram.running import run
    from bot.channels.telegram.webhook import webhook_for
    from bot.cli._dialogue import ready_dialogue

    webhook = webhook_for(settings, options.webhook, *options.listen) if options.webhook else None
    dialogue = ready_dialogue(settings, retrain_stale=False, lasting=True)
    from bot.dialogue.following import ModelFollower

    async def serve() -> None:
        assembly = assemble(settings, dialogue)
        await run(assembly, webhook, monitor=Monitor(assembly.front, *watched) if watched else None)

    with ModelFollower(dialogue):  # it takes up the models that are activated meanwhile
        return _serve(dialogue, serve)


def _serve(dialogue: Dialogue, serve: Callable[[], Coroutine[None, None, None]]) -> int:
    """Runs what serves people with a dialogue."""
    for name in ("bot", "actions"):
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        asyncio.run(serve())
    finally:
        dialogue.store.close()
    return 0


def _receive(options: argparse.Namespace, settings: Settings) -> int:
    """Runs the receiving process, which has the workers forked by this command in another process."""
    from bot.channels.telegram.mould import Mould

    logs.configure(logging.INFO, as_json=settings.log_format == "json")
    training.verified_model(settings)  # before another process finds out
    program = [sys.executable, "-m", "bot.cli", "telegram", "--mould", "--workers", str(options.workers)]
    more = ["--monitor", _written(options.monitor)] if options.monitor else []
    mould = Mould([*program, *more])
    mould.begin()  # it loads while this process is still at its own imports
    try:
        from bot.channels.telegram import workers
        from bot.channels.telegram.webhook import webhook_for

        webhook = webhook_for(settings, options.webhook, *options.listen) if options.webhook else None
        asyncio.run(workers.run(settings, mould, options.workers, webhook))
    finally:
        mould.kill()  # where it was not stopped: nothing has come of it all
    return 0


def _fork(options: argparse.Namespace, settings: Settings) -> int:
    """Loads everything, and works as whichever worker this process is then forked to be."""
    from bot.channels.telegram.application import assemble
    from bot.channels.telegram.monitor import Monitor
    from bot.channels.telegram.worker import forked_dialogue, work
    from bot.cli._dialogue import ready_model

    ready_model(settings, retrain_stale=False)
    begun = forked_dialogue(settings)
    if begun is None:
        return 0
    index, dialogue = begun

    async def serve() -> None:
        assembly = assemble(settings, dialogue, workers=options.workers)
        watched: tuple[str, int] | None = options.monitor
        near = Monitor(assembly.front, watched[0], watched[1] + index) if watched else None
        await work(assembly, index, near)

    return _serve(dialogue, serve)


def _written(address: tuple[str, int]) -> str:
    host, port = address
    return f"{host}:{port}"


def _show(options: argparse.Namespace, settings: Settings) -> int:
    """Prints what would be set and how the front would run; nothing leaves this machine."""
    from bot.channels.telegram.application import ALLOWED_UPDATES
    from bot.channels.telegram.menu import menus
    from bot.knowledge.loader import load
    from bot.phrases import load_phrases

    knowledge = load(settings.knowledge)
    codes = list(knowledge.spoken)
    for menu in menus(load_phrases(settings.nlu_data, codes), codes):
        print(f"language {menu.language or '(everybody else)'}")
        print(f"  name: {menu.name}")
        print(f"  short description: {menu.short_description}")
        print("  description:")
        for line in menu.description.splitlines():
            print(f"    {line}".rstrip())
        for scope, commands in (("private chats", menu.private), ("groups", menu.group)):
            print(f"  commands in {scope}:")
            for name, description in commands:
                print(f"    /{name:14} {description}")
    print("settings")
    print(f"  token: {'set' if settings.telegram_token else 'TELEGRAM_BOT_TOKEN is not set'}")
    print(f"  server: {settings.telegram_api_url or 'https://api.telegram.org'}")
    hook = f"webhook at {options.webhook}, listening on {_written(options.listen)}"
    print(f"  updates by: {hook if options.webhook else 'polling'}")
    print(f"  kinds of updates: {', '.join(ALLOWED_UPDATES)}")
    print(f"  operator: {settings.operator or 'PARTNERGUIDE_OPERATOR is not set: no person is promised'}")
    if options.webhook and not settings.secret:
        raise SettingsError("PARTNERGUIDE_SECRET: must be set with a webhook; `openssl rand -base64 32` makes one")
    return 0
