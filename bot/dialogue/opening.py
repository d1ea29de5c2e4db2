"""What opening the dialogue takes: the agent of a model, and the log without what has outlived its retention."""

from __future__ import annotations

import asyncio
import ctypes
import datetime
import gc
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import services
from bot.dialogue import taught
from bot.dialogue.training import LOCK, ModelRecord, verified_model
from bot.errors import ModelError, StoreError
from bot.flows import files
from bot.knowledge.loader import KnowledgeBase
from bot.phrases import Phrases
from bot.processor import keep_to_one_core
from bot.settings import Settings
from bot.store.database import FAILURES, reason
from bot.store.enquiries import EnquiryStore

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.core.lock_store import LockStore

    from bot.dialogue.memory import DatabaseMemory, ProcessMemory

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """All that answering takes and needs no database: the agent of a model, without memory yet, and the words."""

    agent: Agent
    model: ModelRecord
    knowledge: KnowledgeBase
    phrases: Phrases


def load_everything(settings: Settings) -> Loaded:
    """Returns what a process loads once for those that are forked from it.

    Raises:
        BotError: the model or the files cannot be used.
    """
    loaded = Loaded(*load_model(settings), *services.words_of(settings))
    asyncio.run(_warmed_up(loaded))
    settle_memory()
    return loaded


async def _warmed_up(loaded: Loaded) -> None:
    """Has the model read a title in each language: what it makes at the first message takes a third of a second."""
    for language in loaded.knowledge.spoken:
        title = next(entry.texts[language].title for entry in loaded.knowledge.entries.values())
        await loaded.agent.parse_message(title)


def load_model(settings: Settings) -> tuple[Agent, ModelRecord]:
    """Returns the current model with its agent, which has no memory yet.

    Raises:
        ModelError: there is none, or it cannot be loaded.
    """
    path, record = verified_model(settings)
    from bot.dialogue.postponing import postpone
    from bot.dialogue.quiet import quieten_rasa

    postpone()
    quieten_rasa()
    from bot.dialogue.executor import trust_own_parts
    from bot.dialogue.memory import know_events_by_type

    trust_own_parts()
    know_events_by_type()
    return agent_of(path), record


def agent_of(path: Path, like: Agent | None = None) -> Agent:
    """Returns the agent of a model, without lasting memory; or in the place of `like`, which may be in a conversation.

    Raises:
        ModelError: the model cannot be loaded.
    """
    from rasa.core.agent import Agent
    from rasa.shared.core.domain import Domain

    from bot.dialogue.executor import InProcessActions
    from bot.dialogue.memory import ProcessMemory
    from bot.dialogue.runner import InOrderRunner

    endpoint = like.action_endpoint if like else InProcessActions("actions")
    try:
        # One lock store for both: a conversation is worked on by one of them at a time. The memory is handed over once
        # the model is there: an agent that is being loaded gives its memory a domain without slots, and leaves it so
        # where the model cannot be loaded (rasa 3.6.21).
        agent = Agent.load(
            str(path),
            tracker_store=ProcessMemory(Domain.empty()),
            lock_store=like.lock_store if like else None,
            action_endpoint=endpoint,
        )
    except Exception as error:
        settle_memory()
        raise ModelError(f"{path} cannot be loaded; run partnerguide train") from error
    if like:
        agent.tracker_store = agent.processor.tracker_store = like.tracker_store
        like.tracker_store.domain = agent.domain
    agent.processor.graph_runner = InOrderRunner.of(agent.processor.graph_runner)
    keep_to_one_core()
    return agent


def give_memory(agent: Agent, memory: ProcessMemory | DatabaseMemory, locks: LockStore | None) -> None:
    """Has an agent keep its conversations in `memory`, one turn of each at a time by `locks`, or within the process."""
    from rasa.core.tracker_store import FailSafeTrackerStore

    memory.domain = agent.domain
    agent.tracker_store = agent.processor.tracker_store = FailSafeTrackerStore(memory)
    if locks is not None:
        agent.lock_store = agent.processor.lock_store = locks


def settle_memory() -> None:
    """Gives back to the system what loading a model has left, and spares what stays the search for garbage.

    Without it a process held 764 MB after it had taken up another model and 844 after four, with it 656 and 666 (640 at
    the beginning; 2026-12-01). Nothing else runs meanwhile, for half a second.
    """
    gc.unfreeze()  # what was loaded before may be garbage by now
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU C library
    if trim is not None:
        trim(0)


def dialogue_url(settings: Settings) -> str:
    """Returns where lasting dialogue state is kept: in a file beside the SQLite log, else in the log's database."""
    if settings.uses_default_database:
        return f"sqlite:///{settings.var / 'dialogue.db'}"
    return settings.database_url


def enforce_retention(settings: Settings, store: EnquiryStore) -> None:
    """Deletes the rows that have outlived the retention people are told of; with the database away, another time."""
    try:
        store.purge(settings.enquiry_retention_days, datetime.datetime.now(datetime.timezone.utc))
    except StoreError as error:
        logger.warning("old enquiries could not be deleted: %s", error)


def forget_rested(memory: ProcessMemory | DatabaseMemory, settings: Settings) -> None:
    """Forgets conversations that have rested for their retention, and the files that nobody has fetched or needs.

    Raises:
        StoreError: the database of the conversations is away.
    """
    files.discard_old(settings.var)
    taught.discard_left(settings.var, settings.models / LOCK)
    try:
        memory.purge(settings.dialogue_retention_hours)
    except FAILURES as error:
        raise StoreError(f"old conversations cannot be forgotten ({reason(error)})") from error
