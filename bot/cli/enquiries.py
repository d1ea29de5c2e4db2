"""`partnerguide enquiries …`: the enquiry log."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from bot.cli._arguments import moment, positive
from bot.errors import StoreError
from bot.reply import ENQUIRY_OUTCOMES
from bot.settings import Settings
from bot.store.audit import AuditStore
from bot.store.enquiries import EnquiryStore
from bot.store.export import write_csv, write_jsonl
from bot.store.models import Enquiry
from bot.store.statements import EnquiryFilter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    wanted = argparse.ArgumentParser(add_help=False)
    wanted.add_argument("--since", type=moment, help="from this day on (2026-11-20), UTC")
    wanted.add_argument("--until", type=moment, help="before this day, UTC")
    wanted.add_argument("--language", default="")
    wanted.add_argument("--channel", default="")
    wanted.add_argument("--topic", default="")
    wanted.add_argument("--entry", default="")
    wanted.add_argument("--outcome", default="")
    wanted.add_argument("--all", action="store_true", help="small talk and notices too, not only enquiries")
    wanted.add_argument("--include-jsonl", action="store_true", help="rows of measurements (channel jsonl) too")
    listing = commands.add_parser("list", parents=[wanted], help="print the newest, a line each")
    listing.add_argument("--limit", type=positive, default=20)
    listing.set_defaults(run=_list)
    show = commands.add_parser("show", help="print one row in full")
    show.add_argument("id", help="its id, or the first characters of it, such as a reference a person was given")
    show.set_defaults(run=_show)
    export = commands.add_parser("export", parents=[wanted], help="write rows as CSV or JSON lines")
    export.add_argument("--format", choices=("csv", "jsonl"), default="csv")
    export.add_argument("--output", type=Path, help="a file (default: standard output)")
    export.set_defaults(run=_export)
    purge = commands.add_parser("purge", help="delete old rows")
    purge.add_argument("--older-than", type=positive, metavar="DAYS", help="default: the retention that is set")
    purge.set_defaults(run=_purge)


def _filter(options: argparse.Namespace) -> EnquiryFilter:
    return EnquiryFilter(
        since=options.since,
        until=options.until,
        language=options.language,
        channel=options.channel,
        topic=options.topic,
        entry=options.entry,
        outcome=options.outcome,
        # An outcome that is no enquiry can only be meant with the others.
        enquiries_only=not options.all and options.outcome in ("", *ENQUIRY_OUTCOMES),
        include_jsonl=options.include_jsonl,
    )


def _list(options: argparse.Namespace, settings: Settings) -> int:
    with EnquiryStore.from_settings(settings) as store:
        rows = store.list(_filter(options), limit=options.limit)
    for row in rows:
        print(_line(row))
    if not rows:
        print("No enquiries.")
    return 0


def _line(row: Enquiry) -> str:
    text = " ".join(_printable(row.text).split())
    asked = text if len(text) <= 60 else text[:59] + "…"
    return (
        f"{row.id[:8]}  {row.created_at:%Y-%m-%d %H:%M}  {row.language}  {row.outcome:8}  {row.entry or '-'}  {asked}"
    )


def _printable(text: str) -> str:
    """Returns a text without the control characters by which whoever wrote it could steer the reader's terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)


def _show(options: argparse.Namespace, settings: Settings) -> int:
    with EnquiryStore.from_settings(settings) as store:
        rows = store.find(options.id)
    if not rows:
        raise StoreError(
            f"no enquiry has an id that begins with {options.id!r}; partnerguide enquiries list shows them"
        )
    if len(rows) > 1:
        raise StoreError(f"{len(rows)} enquiries begin with {options.id!r}; give more of the id")
    for name, value in rows[0].dict().items():
        lines = _printable(str(value)).splitlines() or [""]
        print(f"{name + ':':22}{lines[0]}")
        for line in lines[1:]:
            print(f"{'':22}{line}")
    return 0


def _export(options: argparse.Namespace, settings: Settings) -> int:
    write = write_csv if options.format == "csv" else write_jsonl
    wanted = _filter(options)
    # Before a word is out: an export that nobody knows of must not happen.
    with AuditStore.from_settings(settings) as audit:
        audit.note("command line", "export", "enquiries", _days(wanted))
    with EnquiryStore.from_settings(settings) as store:
        rows = store.iterate(wanted)
        if options.output is None:
            count = write(rows, sys.stdout)
        else:
            # Excel takes UTF-8 for what it is only with a byte order mark.
            encoding = "utf-8-sig" if options.format == "csv" else "utf-8"
            try:
                with options.output.open("w", encoding=encoding, newline="") as stream:
                    count = write(rows, stream)
            except OSError as error:
                raise StoreError(f"{options.output}: cannot be written ({error.strerror})") from error
    print(f"partnerguide: {count} rows written", file=sys.stderr)
    return 0


def _days(wanted: EnquiryFilter) -> str:
    """Returns the first and the last day that a filter lets through, as the console notes them; `-` is no limit."""
    first = str(wanted.since.date()) if wanted.since else "-"
    last = str((wanted.until - datetime.timedelta.resolution).date()) if wanted.until else "-"
    return f"{first} {last}"


def _purge(options: argparse.Namespace, settings: Settings) -> int:
    days = options.older_than or settings.enquiry_retention_days
    with EnquiryStore.from_settings(settings) as store:
        count = store.purge(days, datetime.datetime.now(datetime.timezone.utc))
    print(f"{count} rows older than {days} days deleted.")
    return 0
