"""Deletes what is recorded about a person."""

from __future__ import annotations

import contextlib
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset
from rasa_sdk.executor import CollectingDispatcher

from actions._base import Guide, GuideAction, Response
from bot.flows.files import discard_of
from bot.store.contacts import ContactStore


def delete_data(guide: Guide) -> Response:
    """Returns the response after deleting the person's rows, requests and documents; this turn's row names nobody."""
    discard_of(guide.services.settings.var, guide.turn.pseudonym)
    count = guide.services.store.forget(guide.turn.pseudonym)
    with contextlib.closing(ContactStore(guide.services.settings.database_url, guide.services.secret)) as contacts:
        contacts.forget(guide.turn.pseudonym)
    return Response(guide.say("deletion_done", "notice", count=count), is_anonymous=True)


class ActionDeleteData(GuideAction):
    """Deletes the person's rows of the enquiry log; the dialogue's door then forgets the conversation itself."""

    def name(self) -> str:
        """See parent class."""
        return "action_delete_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """See parent class. The slots are reset besides."""
        await super().run(dispatcher, tracker, domain)
        return [AllSlotsReset()]

    def respond(self, guide: Guide) -> Response:
        """See parent class."""
        return delete_data(guide)
