"""The trained model alone, without conversation and log: a message in, how it is understood out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.parsing import parsed
from bot.dialogue.training import ModelRecord, verified, verified_model
from bot.errors import ModelError
from bot.knowledge.selection import Question
from bot.settings import Settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent


@dataclass(frozen=True)
class Understanding:
    """The current model. Open it with `open_understanding`."""

    model: ModelRecord
    agent: Agent

    async def read(self, text: str, *, as_one: bool = False) -> Question:
        """Returns a message as the model understands it, as the dialogue would hand it on.

        Args:
            as_one: whether it is a message and the question before it, no part of which is read.

        Raises:
            ModelError: the model fails, as one does that was trained by other code than is here now.
        """
        try:
            found = await parsed(self.agent, text, as_one=as_one)
        except Exception as error:
            raise ModelError(
                f"{self.model.file} does not work with the present code; run partnerguide train"
            ) from error
        return Question.from_parsed(found)


def open_understanding(settings: Settings, record: ModelRecord | None = None) -> Understanding:
    """Returns a model, loaded: the one with a given record, or the current one.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    if record is None:
        path, record = verified_model(settings)
    else:
        path = verified(settings, record)
    from bot.dialogue.postponing import postpone
    from bot.dialogue.quiet import quieten_rasa

    postpone()
    quieten_rasa()
    from rasa.core.agent import Agent

    try:
        agent = Agent.load(str(path))
    except Exception as error:
        raise ModelError(f"{path} cannot be loaded; run partnerguide train") from error
    return Understanding(record, agent)
