"""`partnerguide secret`: changes the installation's secret."""

from __future__ import annotations

import argparse
import datetime

from bot.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the actions of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    rotate = actions.add_parser("rotate", help="put a new secret in the place of the present one; stop the guide first")
    rotate.set_defaults(run=_rotate)


def _rotate(options: argparse.Namespace, settings: Settings) -> int:
    from bot.dialogue.opening import dialogue_url
    from bot.store.rotation import rotate

    made = rotate(settings, datetime.datetime.now(datetime.timezone.utc), dialogue_url(settings))
    if made.values:
        print("Encrypted anew: " + ", ".join(f"{name} {count}" for name, count in made.values.items()) + ".")
    else:
        print("The rotation that was cut short has been ended.")
    print(f"People who come back are known by their old pseudonyms until {made.until:%Y-%m-%d}.")
    if settings.secret:
        print("Now set PARTNERGUIDE_SECRET to the value of PARTNERGUIDE_NEW_SECRET, and unset that, for every process.")
    else:
        print(f"The new secret is in {settings.var / 'secret'}; keep a copy of it apart from the backups.")
    print("Backups from before can only be restored with the old secret: keep it as long as you keep them.")
    return 0
