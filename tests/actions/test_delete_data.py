from __future__ import annotations

from actions.delete_data import ActionDeleteData
from actions.show_help import ActionShowHelp
from bot.flows.files import new_path
from bot.store.statements import EnquiryFilter


async def test_deletes_the_rows_of_this_person_and_of_nobody_else(run, small):
    for number in range(3):
        await run(ActionShowHelp(), "greet", "hello", message_id=str(number), sender="me")
    other = await run(ActionShowHelp(), "greet", "hello", sender="other")
    done = await run(ActionDeleteData(), "confirm_deletion", "/confirm_deletion", sender="me", message_id="last")
    assert done.reply.body == (small.phrases.get("deletion_done", "en", count=3),)
    assert {row.id for row in small.store.list()} == {other.reply.enquiry_id, done.reply.enquiry_id}


async def test_deletes_the_documents_that_nobody_has_fetched(run, small):
    mine, theirs = (new_path(small.settings.var, "gift", person) for person in ("me", "other"))
    for path in (mine, theirs):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    await run(ActionDeleteData(), "confirm_deletion", "/confirm_deletion", sender="me")
    assert (mine.exists(), theirs.exists()) == (False, True)


async def test_says_that_not_everything_was_deleted(run, small):
    await run(ActionShowHelp(), "greet", "hello", message_id="1", sender="me")
    new_path(small.settings.var, "gift", "me").mkdir(parents=True)  # which cannot be deleted as a file
    done = await run(ActionDeleteData(), "confirm_deletion", "/confirm_deletion", sender="me", message_id="2")
    assert done.reply.body == (small.phrases.get("technical_problem", "en"),)
    assert small.store.count(EnquiryFilter(pseudonym="me")) > 0


async def test_leaves_a_row_that_names_nobody(run):
    done = await run(ActionDeleteData(), "confirm_deletion", "/confirm_deletion", metadata={"label": "Yes, delete it"})
    assert (done.row.conversation, done.row.pseudonym) == ("", "")
    assert done.row.text == "Yes, delete it"


async def test_resets_every_slot(run):
    done = await run(ActionDeleteData(), "confirm_deletion", "/confirm_deletion", slots={"language": "zh"})
    assert [event["event"] for event in done.events] == ["reset_slots"]


async def test_deletes_by_person_where_several_share_a_conversation(run, small):
    mine, theirs = {"pseudonym": "me"}, {"pseudonym": "them"}
    await run(ActionShowHelp(), "greet", "hello", message_id="1", metadata=mine)
    await run(ActionShowHelp(), "greet", "hello", message_id="2", metadata=theirs)
    await run(ActionDeleteData(), "confirm_deletion", "/confirm_deletion", message_id="3", metadata=mine)
    assert small.store.count(EnquiryFilter(pseudonym="me")) == 0
    assert small.store.count(EnquiryFilter(pseudonym="them")) == 1
