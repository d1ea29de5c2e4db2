"""The front on a small knowledge base: the product's domain, rules, phrases and actions, a model trained in seconds.

As a program it is the bot of that project: `python -m tests.bot.channels.telegram.small_front ROOT VAR [WEBHOOK PORT]`,
or with `workers N` in their place the one of several processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import logs, services
from bot.channels.telegram import workers
from bot.channels.telegram.application import Assembly, assemble
from bot.channels.telegram.mould import Mould
from bot.channels.telegram.running import run, running
from bot.channels.telegram.webhook import Webhook, webhook_for
from bot.channels.telegram.worker import forked_dialogue, work
from bot.dialogue import training
from bot.dialogue.door import Dialogue, open_dialogue
from bot.knowledge.loader import load
from bot.phrases import load_phrases
from bot.services import Services
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.switches import LiveSwitches, SwitchStore
from bot.store.texts import TextStore
from tests.bot import small_base, small_charts
from tests.bot.dialogue import small_project

SECRET = "a secret of the tests, long enough"


def train(root: Path) -> None:
    """Writes the project into `root` and trains it."""
    settings = small_project.write(root)
    config = root / "config.yml"
    # What is understood is not the point here, and sentence encoders take most of the time of a turn and of training.
    without = "EntrySelector\n  encoder: ''\n  shared_encoder: ''\n"
    config.write_text(config.read_text().replace("EntrySelector\n", without))
    small_charts.add_charts(root)
    shutil.rmtree(root / "nlu_data")
    for part in ("domain", "rules", "en", "zh"):
        shutil.copytree(small_base.ROOT / "nlu_data" / part, root / "nlu_data" / part)
    for code in ("en", "zh"):  # four entries are too few to learn from what is out of scope
        (root / "nlu_data" / code / "scope.yml").unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Rasa, on retrieval intents; `bot.dialogue.validation` accepts them too
        training.train(settings)


def settings_for(root: Path, var: Path, **values: Any) -> Settings:
    """Returns the settings of a front of the project in `root` that writes into `var`."""
    given: dict[str, Any] = {
        "database_url": f"sqlite:///{var / 'guide.db'}",
        "secret": SECRET,
        "operator": "Partnerships Desk",
        "contact": "desk@example.org",
        **values,
    }
    if not (var / "models").exists():
        shutil.copytree(root / "var" / "models", var / "models")
    return replace(Settings(root=root, var=var, database_url=""), **given)


@contextlib.contextmanager
def opened(settings: Settings, *, lasting: bool = False, like: Dialogue | None = None) -> Iterator[Dialogue]:
    """Yields the dialogue of a project.

    Args:
        lasting: see `open_dialogue`.
        like: a dialogue of the same project whose loaded model is used, its conversations forgotten; loading takes 1 s.
    """
    knowledge = like.knowledge if like else load(settings.knowledge)
    phrases = like.phrases if like else load_phrases(settings.nlu_data, list(knowledge.languages))
    store, texts = EnquiryStore.from_settings(settings).open(), TextStore.from_settings(settings)
    switches = LiveSwitches(SwitchStore.from_settings(settings))
    before = services._services
    services.use(Services(settings, knowledge, phrases, store, texts, SECRET, switches))
    try:
        if like:
            like._memory.store.clear()
            yield Dialogue(settings, knowledge, phrases, store, like._agent, like._memory, like.model, switches)
        else:
            yield open_dialogue(settings, lasting=lasting)
    finally:
        store.close()
        texts.close()
        switches.close()
        services.use(before)


@contextlib.asynccontextmanager
async def listening(dialogue: Dialogue, settings: Settings, webhook: Webhook | None = None) -> AsyncIterator[Assembly]:
    """Runs a front in this process."""
    assembly = assemble(settings, dialogue)
    async with running(assembly, webhook):
        yield assembly


async def _serve(settings: Settings, address: tuple[str, int] | None) -> None:
    webhook = webhook_for(settings, address[0], "127.0.0.1", address[1]) if address else None
    with opened(settings, lasting=True) as dialogue:
        await run(assemble(settings, dialogue), webhook)


async def _receive(settings: Settings, words: list[str], count: int) -> None:
    program = [sys.executable, "-m", "tests.bot.channels.telegram.small_front", *words, "mould"]
    await workers.run(settings, Mould(program), count)


async def _work(settings: Settings, index: int, dialogue: Dialogue) -> None:
    draft = settings.var / f"worker{index}.draft"
    draft.write_text(str(os.getpid()))
    draft.replace(settings.var / f"worker{index}")  # whoever waits for it reads it whole
    await work(assemble(settings, dialogue, workers=2), index)
    dialogue.store.close()


if __name__ == "__main__":
    root, var = Path(sys.argv[1]), Path(sys.argv[2])
    logs.configure(logging.INFO)
    environment = Settings.from_env()
    values = {name: getattr(environment, name) for name in ("telegram_token", "telegram_api_url")}
    given = settings_for(root, var, **values)
    if sys.argv[3:4] == ["workers"]:
        asyncio.run(_receive(given, sys.argv[1:3], int(sys.argv[4])))
    elif sys.argv[3:4] == ["mould"]:
        begun = forked_dialogue(given)
        if begun is not None:
            asyncio.run(_work(given, *begun))
    else:
        asyncio.run(_serve(given, (sys.argv[3], int(sys.argv[4])) if len(sys.argv) > 3 else None))
