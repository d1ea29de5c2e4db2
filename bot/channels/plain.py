"""Plain text of a reply: for pipes, files and screens that show nothing else."""

from __future__ import annotations

from bot.reply import Reply


def plain_text(reply: Reply) -> str:
    """Returns the reply as text, its choices numbered below it."""
    choices = "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1))
    return f"{reply.text}\n\n{choices}" if choices else reply.text
