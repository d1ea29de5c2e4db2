"""`partnerguide review user …`: who may use the review console."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.accounts import ROLES, AccountStore
from bot.store.audit import AuditStore

#: Who acts in the audit log when somebody uses the command line.
_ACTOR = "command line"


def add_action(actions: Any) -> None:
    """Adds the action to the command `review`."""
    user = actions.add_parser("user", help="add, list and change accounts")
    verbs = user.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help="who may use the console").set_defaults(run=_list)
    add = verbs.add_parser("add", help="add an account; asks for its password, or reads it from standard input")
    role = verbs.add_parser("role", help="give an account another role")
    password = verbs.add_parser("password", help="give an account another password")
    disable = verbs.add_parser("disable", help="let an account in no more")
    enable = verbs.add_parser("enable", help="let an account in again")
    for sub, run in ((add, _add), (role, _role), (password, _password), (disable, _disable), (enable, _enable)):
        sub.add_argument("name", metavar="NAME", help="a-z, 0-9, dot, dash, underscore")
        sub.set_defaults(run=run)
    add.add_argument("--role", choices=ROLES, default="viewer", help="what it may (default: %(default)s)")
    role.add_argument("role", choices=ROLES)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    with AccountStore.from_settings(settings) as store:
        accounts = store.all()
    if not accounts:
        print("No accounts. partnerguide review user add NAME --role admin makes the first one.")
    for account in accounts:
        print(f"{account.name:32}  {account.role:8}  {'disabled' if account.disabled_at else ''}".rstrip())
    return 0


def _add(options: argparse.Namespace, settings: Settings) -> int:
    with AccountStore.from_settings(settings) as store:
        store.add(options.name, options.role, _new_password())
    return _done(options, settings, "add_account", options.role, f"added as {options.role}")


def _role(options: argparse.Namespace, settings: Settings) -> int:
    with AccountStore.from_settings(settings) as store:
        store.set_role(options.name, options.role)
    return _done(options, settings, "set_role", options.role, f"is {options.role} now, and signs in anew")


def _password(options: argparse.Namespace, settings: Settings) -> int:
    with AccountStore.from_settings(settings) as store:
        store.set_password(options.name, _new_password())
    return _done(options, settings, "set_password", "", "has another password, and signs in anew")


def _disable(options: argparse.Namespace, settings: Settings) -> int:
    with AccountStore.from_settings(settings) as store:
        store.disable(options.name)
    return _done(options, settings, "disable_account", "", "is let in no more")


def _enable(options: argparse.Namespace, settings: Settings) -> int:
    with AccountStore.from_settings(settings) as store:
        store.enable(options.name)
    return _done(options, settings, "enable_account", "", "is let in again")


def _done(options: argparse.Namespace, settings: Settings, action: str, detail: str, said: str) -> int:
    with AuditStore.from_settings(settings) as audit:
        audit.note(_ACTOR, action, options.name, detail)
    print(f"{options.name}: {said}")
    return 0


def _new_password() -> str:
    """Returns a password that was typed twice, or the first line of standard input where nobody can type."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("Once more: ") != typed:
        raise StoreError("the two passwords differ; nothing was changed")
    return typed
