"""What conversations are called, so that all of one person's are found without knowing where they were held.

Somebody's only conversation, or the private one of several, is called by their pseudonym; one that they hold in another
place, such as a group, by that and a name for the place.
"""

from __future__ import annotations

_SEPARATOR = "/"


def held_in(person: str, place: str) -> str:
    """Returns the name of the conversation that a person holds in a place."""
    return f"{person}{_SEPARATOR}{place}"


def is_of(conversation: str, person: str) -> bool:
    """Returns whether a conversation is one of a person's."""
    return conversation == person or conversation.startswith(held_in(person, ""))
