"""What all pages share: settings, stores, knowledge, words. Built once by the entry point and handed on."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from bot.errors import BotError
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.search import Finder
from bot.review.grouping import Grouping
from bot.review.present import PresentKnowledge
from bot.review.trial import Trial
from bot.review.words import Words, load_words
from bot.settings import Settings
from bot.store.accounts import AccountStore
from bot.store.audit import AuditStore
from bot.store.canned import CannedStore
from bot.store.contacts import ContactStore
from bot.store.enquiries import EnquiryStore
from bot.store.filters import FilterStore
from bot.store.remarks import RemarkStore
from bot.store.reviews import ReviewStore
from bot.store.secrets import derive_key, secret
from bot.store.threads import ThreadStore

_Store = TypeVar("_Store")


@dataclass
class Console:
    """The console of one installation. Nothing is opened before it is used; `close` lets go of the database."""

    settings: Settings
    words: dict[str, Words] = field(default_factory=load_words)
    #: How questions were grouped into themes.
    grouping: Grouping = field(default_factory=Grouping)
    _stores: dict[type[Any], Any] = field(default_factory=dict)

    def store(self, kind: type[_Store]) -> _Store:
        """Returns the store of one kind, such as `JobStore`; the same one every time."""
        if kind not in self._stores:
            self._stores[kind] = kind.from_settings(self.settings)  # type: ignore[attr-defined]  # every store has it
        found: _Store = self._stores[kind]
        return found

    @property
    def accounts(self) -> AccountStore:
        """Who may use the console."""
        return self.store(AccountStore)

    @property
    def audit(self) -> AuditStore:
        """What was done here."""
        return self.store(AuditStore)

    @property
    def reviews(self) -> ReviewStore:
        """What was decided on enquiries."""
        return self.store(ReviewStore)

    @property
    def filters(self) -> FilterStore:
        """Kept filters of the inbox."""
        return self.store(FilterStore)

    @property
    def remarks(self) -> RemarkStore:
        """Remarks on entries."""
        return self.store(RemarkStore)

    @property
    def contacts(self) -> ContactStore:
        """Requests for a person."""
        return self.store(ContactStore)

    @property
    def threads(self) -> ThreadStore:
        """What is said about requests."""
        return self.store(ThreadStore)

    @property
    def canned(self) -> CannedStore:
        """Texts to answer requests with."""
        return self.store(CannedStore)

    @cached_property
    def enquiries(self) -> EnquiryStore:
        """The enquiry log."""
        return EnquiryStore.from_settings(self.settings).open()

    @property
    def knowledge(self) -> KnowledgeBase:
        """The knowledge base as its files are now."""
        return self._present.base()

    @property
    def finder(self) -> Finder:
        """Search over the entries."""
        return self._present.finder()

    @cached_property
    def _present(self) -> PresentKnowledge:
        return PresentKnowledge(self.settings.knowledge)

    @cached_property
    def trial(self) -> Trial:
        """The current model, for trying sentences."""
        return Trial(self.settings)

    @cached_property
    def form_key(self) -> bytes:
        """The key that forms are signed with."""
        return derive_key(secret(self.settings), "review form")

    def warm(self) -> None:
        """Begins to make, beside the first pages, what takes seconds; a fault is told where it is needed."""

        def make() -> None:
            with contextlib.suppress(BotError):
                self._present.finder()

        threading.Thread(target=make, name="warm", daemon=True).start()

    def close(self) -> None:
        """Lets go of the database."""
        for store in self._stores.values():
            store.close()
        if "enquiries" in vars(self):
            self.enquiries.close()
