"""What opening the dialogue takes: the agent of a model, and the log without what has outlived its retention."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelError, StoreError
from bot.flows import files
from bot.settings import Settings
from bot.store.database import FAILURES, reason
from bot.store.enquiries import EnquiryStore

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.core.lock_store import LockStore

    from bot.dialogue.memory import DatabaseMemory, ProcessMemory

logger = logging.getLogger(__name__)


def agent_of(
    path: Path, memory: ProcessMemory | DatabaseMemory, locks: LockStore | None = None, like: Agent | None = None
) -> Agent:
    """Returns the agent of a model; `like` is the one whose place it takes, which may still be in a conversation.

    Raises:
        ModelError: the model cannot be loaded.
    """
    from rasa.core.agent import Agent

    from bot.dialogue.executor import InProcessActions

    endpoint = like.action_endpoint if like else InProcessActions("actions")
    try:
        # One lock store for both: a conversation is worked on by one of them at a time.
        return Agent.load(
            str(path),
            tracker_store=memory,
            lock_store=like.lock_store if like else locks,
            action_endpoint=endpoint,
        )
    except Exception as error:
        raise ModelError(f"{path} cannot be loaded; run partnerguide train") from error


def enforce_retention(settings: Settings, store: EnquiryStore) -> None:
    """Deletes the rows that have outlived the retention people are told of; with the database away, another time."""
    try:
        store.purge(settings.enquiry_retention_days, datetime.datetime.now(datetime.timezone.utc))
    except StoreError as error:
        logger.warning("old enquiries could not be deleted: %s", error)


def forget_rested(memory: ProcessMemory | DatabaseMemory, settings: Settings) -> None:
    """Forgets conversations that have rested for their retention, and documents that nobody has fetched.

    Raises:
        StoreError: the database of the conversations is away.
    """
    files.discard_old(settings.var)
    try:
        memory.purge(settings.dialogue_retention_hours)
    except FAILURES as error:
        raise StoreError(f"old conversations cannot be forgotten ({reason(error)})") from error
