from __future__ import annotations

from actions.hand_over import ActionHandOver

ENQUIRY = "abcdef01-2345"


async def test_gives_the_reference_of_the_last_enquiry_and_the_address_to_write_to(run):
    slots = {"last_enquiry": ENQUIRY, "last_entry": "growth.number"}
    done = await run(ActionHandOver(), "confirm_person", "/confirm_person", slots=slots)
    assert (done.reply.outcome, done.reply.entry) == ("handover", "growth.number")
    assert "ABCDEF01" in done.reply.text
    assert "desk@example.org" in done.reply.text


async def test_passes_nothing_on_before_a_question_was_asked(run, small):
    done = await run(ActionHandOver(), "confirm_person", "/confirm_person")
    assert (done.reply.outcome, done.reply.body) == ("notice", (small.phrases.get("person_nothing", "en"),))


async def test_promises_nobody_where_no_operator_is_set(run_for_nobody, nobody):
    done = await run_for_nobody(ActionHandOver(), "confirm_person", "/confirm_person", slots={"last_enquiry": ENQUIRY})
    assert (done.reply.outcome, done.reply.body) == ("notice", (nobody.phrases.get("person_none", "en"),))
