"""`partnerguide …`: one module per group of commands; `main` parses, calls, and turns errors into one line."""

from bot.cli.main import main

__all__ = ["main"]
