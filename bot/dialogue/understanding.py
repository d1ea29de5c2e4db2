"""The trained model alone, without conversation and log: a message in, how it is understood out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.door import defused
from bot.dialogue.training import ModelRecord, verified_model
from bot.errors import ModelError
from bot.knowledge.loader import KnowledgeBase, load
from bot.knowledge.selection import Question
from bot.settings import Settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent


@dataclass(frozen=True)
class Understanding:
    """The current model with the knowledge base that its answers come from. Open it with `open_understanding`."""

    model: ModelRecord
    knowledge: KnowledgeBase
    agent: Agent

    async def read(self, text: str) -> Question:
        """Returns a message as the model understands it, as the dialogue would hand it on."""
        return Question.from_parsed(await self.agent.parse_message(defused(text)))


def open_understanding(settings: Settings) -> Understanding:
    """Returns the current model, loaded.

    Raises:
        BotError: the knowledge base or the model cannot be used.
    """
    path, record = verified_model(settings)
    knowledge = load(settings.knowledge)
    from bot.dialogue.quiet import quieten_rasa

    quieten_rasa()
    from rasa.core.agent import Agent

    try:
        agent = Agent.load(str(path))
    except Exception as error:
        raise ModelError(f"{path} cannot be loaded; run partnerguide train") from error
    return Understanding(record, knowledge, agent)
