"""What the actions and the dialogue's door share, built once per process on first use: nothing happens at import."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.knowledge.loader import KnowledgeBase, load
from bot.phrases import Phrases, load_phrases
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.secrets import secret
from bot.store.switches import LiveSwitches, SwitchStore
from bot.store.texts import TextStore

#: Parses a text.
Parser = Callable[[str], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Services:
    """The knowledge base, the phrases, the enquiry log and the official texts at hand, of this process.

    People are answered from `present_knowledge`, never from `knowledge` itself. `read` has a text parsed as one by the
    model that answers, without a turn of its own, and `find` no more than its entities found; None where no model runs
    in this process.
    """

    settings: Settings
    knowledge: KnowledgeBase
    phrases: Phrases
    store: EnquiryStore
    texts: TextStore
    secret: str = field(repr=False)
    switches: LiveSwitches | None = None
    read: Parser | None = field(default=None, repr=False)
    find: Parser | None = field(default=None, repr=False)

    def present_knowledge(self) -> KnowledgeBase:
        """Returns the knowledge base without the entries that are switched off at this moment."""
        return self.knowledge.without(self.switches.off() if self.switches else frozenset())


_lock = threading.Lock()
_services: Services | None = None


def services() -> Services:
    """Returns the services of this process, built from the environment on the first call.

    Raises:
        BotError: a setting, the knowledge base or the log cannot be used.
    """
    global _services
    with _lock:
        if _services is None:
            settings = Settings.from_env()
            _services = built(settings, *words_of(settings))
        return _services


def words_of(settings: Settings) -> tuple[KnowledgeBase, Phrases]:
    """Returns what the files hold that answers are made from; no database is opened.

    Raises:
        BotError: they cannot be used.
    """
    knowledge = load(settings.knowledge)
    return knowledge, load_phrases(settings.nlu_data, list(knowledge.spoken))


def built(settings: Settings, knowledge: KnowledgeBase, phrases: Phrases) -> Services:
    """Returns services with stores of their own.

    Raises:
        BotError: a setting or the log cannot be used.
    """
    key = secret(settings)  # before the log is made: a secret made beside an old log is a warning
    return Services(
        settings=settings,
        knowledge=knowledge,
        phrases=phrases,
        store=EnquiryStore.from_settings(settings).open(),
        texts=TextStore.from_settings(settings),
        secret=key,
        switches=LiveSwitches(SwitchStore.from_settings(settings)),
    )


def use(chosen: Services | None) -> None:
    """Sets the services of this process, or forgets them: for an entry point that has built its own, and for tests."""
    global _services
    with _lock:
        _services = chosen
