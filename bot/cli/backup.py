"""`partnerguide backup` and `partnerguide restore`: everything that is kept, in one file, without the secret."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.settings import Settings
from bot.store.backup import Backup, back_up, restore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of either command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive, such as guide.tar.gz")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "backup":
        _tell("Backed up", back_up(settings, options.file))
        kept = "PARTNERGUIDE_SECRET" if settings.secret else str(settings.var / "secret")
        print(f"Not in it: the secret ({kept}), without which it cannot be used: keep it safe in another place;")
        print("models (train anew) and the state of conversations of the last hours.")
    else:
        _tell("Restored", restore(settings, options.file))
    return 0


def _tell(done: str, made: Backup) -> None:
    rows = ", ".join(f"{name} {count}" for name, count in made.tables.items())
    print(f"{done}, as of {made.made_at}: {rows}; {made.spooled} spool files.")
