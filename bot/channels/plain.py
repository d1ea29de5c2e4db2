"""Plain text of a reply: for pipes, files and screens that show nothing else."""

from __future__ import annotations

from bot.reply import Reply


def plain_text(reply: Reply) -> str:
    """Returns the reply as text, below it the places of its files and its choices, numbered."""
    files = "".join(f"\n\n{line}" for line in file_lines(reply))
    choices = "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1))
    return f"{reply.text}{files}\n\n{choices}" if choices else f"{reply.text}{files}"


def file_lines(reply: Reply) -> list[str]:
    """Returns a line for each file that goes with a reply: its name and where it lies."""
    return [f"[{attachment.name}] {attachment.path}" for attachment in reply.attachments]
