"""What listens, listens to this machine alone unless an operator says otherwise."""

from __future__ import annotations

import argparse
import importlib
import ipaddress
from collections.abc import Iterator

from bot.channels.telegram.webhook import Webhook, WebhookServer
from bot.cli.main import COMMANDS
from bot.review.serving import DEFAULT_HOST

#: Options that name where something listens.
_LISTENING = ("listen", "host", "monitor")


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _parsers(sub)


def _defaults():
    for name, module in COMMANDS.items():
        command = argparse.ArgumentParser(prog=name)
        importlib.import_module(f"bot.cli.{module}").add_arguments(command)
        for parser in _parsers(command):
            for action in parser._actions:
                if action.dest in _LISTENING:
                    yield f"{parser.prog} --{action.dest}", action.default


def test_listens_to_this_machine_alone_by_default():
    found = dict(_defaults())
    assert found["review --host"] == DEFAULT_HOST
    assert set(found) >= {"telegram --listen", "telegram --monitor", "review --host"}
    for option, default in found.items():
        if default is not None:  # what is not asked for does not listen at all
            assert ipaddress.ip_address(default.rpartition(":")[0] or default).is_loopback, option


async def test_the_webhook_is_bound_to_the_address_that_is_named():
    server = WebhookServer(Webhook("https://bot.example/hook", "127.0.0.1", 0, "s" * 40), None, None)
    await server.start()
    try:
        assert {address[0] for address in server._runner.addresses} == {"127.0.0.1"}
    finally:
        await server.stop()
