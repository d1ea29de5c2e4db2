"""`partnerguide review digest`: the week in short, for mail or a cron job."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from bot.cli._arguments import moment, positive
from bot.cli._output import write_to
from bot.settings import Settings


def add_action(actions: Any) -> None:
    """Adds the action to the command `review`."""
    digest = actions.add_parser("digest", help="the week in short: figures, bad answers, new themes, what waits")
    digest.add_argument("--format", choices=("text", "html", "mail"), default="text", help="default: %(default)s")
    digest.add_argument("--language", action="append", default=[], help="only this language; may be given again")
    digest.add_argument("--until", type=moment, help="before this day (2026-11-23), UTC; default: today")
    digest.add_argument("--days", type=positive, default=7, help="how many days before it (default: %(default)s)")
    digest.add_argument("--to", default="", metavar="ADDRESS", help="with --format mail: whom it is for")
    digest.add_argument("--output", type=Path, help="a file (default: standard output)")
    digest.set_defaults(run=_run, wrong_use=digest.error)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review.digest import as_mail, gather, rendered
    from bot.review.words import load_words

    known = load_words()
    unknown = [code for code in options.language if code not in known]
    if unknown:
        options.wrong_use(f"argument --language: {unknown[0]!r} is none of {', '.join(known)}")
    today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    digest = gather(settings, options.until or today, options.days)
    if options.format == "mail":
        content = as_mail(digest, options.language, to=options.to).as_bytes()
    else:
        content = rendered(digest, options.format, options.language).encode()
    write_to(options.output, content)
    return 0
