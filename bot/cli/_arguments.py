"""Types of arguments that several commands take; a wrong word ends in one line that says what is right."""

from __future__ import annotations

import argparse
import datetime

from bot.store.models import in_utc

# More days than the calendar has, and more rows than anybody reads, are a slip of the finger.
_MOST_DIGITS = 5


def moment(text: str) -> datetime.datetime:
    """Returns the point in time that a date names, in UTC where it says nothing else."""
    try:
        return in_utc(datetime.datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date, such as 2026-11-20") from error


def positive(text: str) -> int:
    """Returns a whole number above zero."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {'9' * _MOST_DIGITS}")
    return int(text)


def host_and_port(text: str) -> tuple[str, int]:
    """Returns the two parts of an address to listen on."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT, such as 127.0.0.1:9464")
    return host, int(port)
