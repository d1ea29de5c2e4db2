from __future__ import annotations

from actions.offer_deletion import ActionOfferDeletion
from actions.show_help import ActionShowHelp


async def test_asks_before_anything_is_deleted(run, small):
    await run(ActionShowHelp(), "greet", "hello", message_id="1")
    done = await run(ActionOfferDeletion(), "delete_my_data", "delete my data", message_id="2")
    assert (done.reply.outcome, done.payloads) == ("notice", ["/confirm_deletion"])
    assert done.slots["offered"] == ["/confirm_deletion"]
    assert small.store.count() == 2
