"""The services of a small project of its own, and one turn of an action on them: tracker in, reply and slots out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions._base import GuideAction
from bot import services
from bot.knowledge.loader import load
from bot.phrases import load_phrases
from bot.reply import Reply
from bot.services import Services
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.models import Enquiry
from bot.store.texts import TextStore
from tests.bot import small_base

ANYBODY = "c0ffee"


@contextlib.contextmanager
def in_use(
    root: Path,
    *,
    operator: str = "Partnerships Desk",
    contact: str = "desk@example.org",
    knowledge: Path | None = None,
) -> Iterator[Services]:
    """Has the actions of this process use the small project, written into `root`, with the product's phrases.

    Args:
        knowledge: a knowledge base to use in place of the small one.
    """
    if knowledge is None:
        small_base.write(root)
    settings = Settings(
        root=root,
        var=root / "var",
        database_url=f"sqlite:///{root / 'guide.db'}",
        operator=operator,
        contact=contact,
    )
    loaded = load(knowledge or settings.knowledge)
    before = services._services
    with EnquiryStore.from_settings(settings) as store, TextStore.from_settings(settings) as texts:
        phrases = load_phrases(small_base.ROOT / "nlu_data", list(loaded.languages))
        small = Services(
            settings=settings, knowledge=loaded, phrases=phrases, store=store, texts=texts, secret="s" * 32
        )
        services.use(small)
        yield small
        services.use(before)


@dataclass(frozen=True)
class Done:
    """What an action did: the reply it uttered, the slots it set, every event, and the row it logged."""

    reply: Reply
    slots: dict[str, Any]
    events: list[dict[str, Any]]
    row: Enquiry | None
    message: dict[str, Any]

    @property
    def payloads(self) -> list[str]:
        return [choice.payload for choice in self.reply.choices]


def tracker(
    intent: str,
    text: str = "",
    *,
    sender: str = ANYBODY,
    slots: dict[str, Any] | None = None,
    entities: tuple[tuple[str, str], ...] = (),
    ranking: tuple[tuple[str, float], ...] = (),
    confidence: float = 0.9,
    coverage: float = 1.0,
    message_id: str = "m1",
    metadata: dict[str, Any] | None = None,
) -> Tracker:
    """Returns a tracker as Rasa hands it to an action after a message."""
    message = {
        "text": text,
        "message_id": message_id,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": kind, "value": value, "start": 0, "end": 1} for kind, value in entities],
        "metadata": {"channel": "test", **(metadata or {})},
    }
    if ranking or intent in ("faq", "out_of_scope"):
        message["selection"] = {
            "confidence": confidence,
            "coverage": [0.0, coverage],
            "thresholds": {"answer": 0.5, "choices": 0.2, "choice_share": 0.2},
            "ranking": [{"entry": entry, "share": share} for entry, share in ranking],
        }
    return Tracker(sender, dict(slots or {}), message, [], False, None, {}, "action_listen")


async def run(action: GuideAction, small: Services, intent: str, text: str = "", **values: Any) -> Done:
    """Runs an action on one message and returns what it did."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker(intent, text, **values), {})
    (message,) = dispatcher.messages
    reply = Reply.from_dict(message["custom"])
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    return Done(reply, slots, events, small.store.get(reply.enquiry_id), message)
