"""`partnerguide requests …`: the questions that people have asked to be passed on to a person."""

from __future__ import annotations

import argparse

from bot.cli._sending import bring
from bot.errors import StoreError
from bot.settings import Settings
from bot.store.contacts import Contact, ContactStore
from bot.store.correspondence import Correspondence

#: Who has written what is answered from here: no account stands behind a command.
_AUTHOR = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="the requests that are not closed").set_defaults(run=_list)
    show = actions.add_parser("show", help="one request")
    answer = actions.add_parser("answer", help="send an answer into the person's chat")
    close = actions.add_parser("close", help="close a request: question and address are erased")
    for sub, run in ((show, _show), (answer, _answer), (close, _close)):
        sub.add_argument("reference", help="as the person was given it")
        sub.set_defaults(run=run)
    answer.add_argument("text", help="the answer, in quotation marks")


def _list(options: argparse.Namespace, settings: Settings) -> int:
    with ContactStore.from_settings(settings) as store:
        waiting = store.waiting()
    if not waiting:
        print("No requests wait.")
    for contact in waiting:
        print(f"{contact.reference}  {contact.created_at:%Y-%m-%d %H:%M}  {contact.state:8}  {contact.question[:80]}")
    return 0


def _show(options: argparse.Namespace, settings: Settings) -> int:
    contact = _found(options.reference, settings)
    print(f"{contact.reference}  {contact.state}  {contact.created_at:%Y-%m-%d %H:%M}  {contact.language}")
    print(contact.question or "(erased)")
    with Correspondence.opened(settings) as correspondence:
        for part in correspondence.threads.of(contact.reference):
            said = " ".join(word for word in (part.kind, part.author, part.state) if word)
            print(f"\n{part.created_at:%Y-%m-%d %H:%M}  {said}\n{part.text}")
    return 0


def _answer(options: argparse.Namespace, settings: Settings) -> int:
    contact = _found(options.reference, settings)
    if not contact.address:
        raise StoreError(f"{contact.reference}: is {contact.state}, so there is no address to answer to")
    with Correspondence.opened(settings) as correspondence:
        id = correspondence.threads.add(contact.reference, "reply", _AUTHOR, options.text)
        part = correspondence.threads.get(id)
        if part is None:
            raise StoreError(f"{contact.reference}: was closed meanwhile")
        bring(settings, correspondence, contact, part)
    done = "is shown at the person's next visit" if contact.is_visitor else "sent"
    print(f"{contact.reference}: {done}; partnerguide requests close {contact.reference} erases the address")
    return 0


def _close(options: argparse.Namespace, settings: Settings) -> int:
    contact = _found(options.reference, settings)
    with ContactStore.from_settings(settings) as store:
        if not store.close_request(contact.reference):
            raise StoreError(f"{contact.reference}: is {contact.state} and cannot be closed")
    print(f"{contact.reference}: closed, question and address erased")
    return 0


def _found(reference: str, settings: Settings) -> Contact:
    with ContactStore.from_settings(settings) as store:
        contact = store.get(reference)
    if contact is None or contact.is_draft:
        raise StoreError(f"there is no request {reference!r}; partnerguide requests list shows them")
    return contact
