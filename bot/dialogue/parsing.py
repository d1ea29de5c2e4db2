"""Has a text parsed by an agent's model, outside of any conversation: whole, as one, or for its entities alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.dialogue.typed import defused
from bot.knowledge.joining import AS_ONE

if TYPE_CHECKING:
    from rasa.core.agent import Agent

# What finds the entities, as it is called in `config.yml`.
_RECOGNISER = "EntityRecogniser"


async def parsed(agent: Agent, text: str, *, as_one: bool = False) -> Mapping[str, Any]:
    """Returns a text as the model parses it; may raise whatever a component raises.

    Args:
        as_one: whether neither parts of the text nor several questions in it are to be looked at.
    """
    from rasa.core.channels.channel import UserMessage

    found: Mapping[str, Any] = await agent.processor.parse_message(
        UserMessage(defused(text), metadata={AS_ONE: as_one})
    )
    return found


def entities_of(agent: Agent, text: str) -> Mapping[str, Any]:
    """Returns a text with its entities as the model finds them; empty where it has no recogniser of ours."""
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.shared.core.trackers import DialogueStateTracker

    nodes = agent.processor.model_metadata.predict_schema.nodes.items()
    name = next((name for name, node in nodes if node.uses.__name__ == _RECOGNISER), None)
    if name is None:
        return {}
    inputs = {
        PLACEHOLDER_MESSAGE: [UserMessage(defused(text))],
        PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("", []),
    }
    (message,) = agent.processor.graph_runner.run(inputs=inputs, targets=[name])[name]
    found: Mapping[str, Any] = message.as_dict(only_output_properties=True)
    return found
