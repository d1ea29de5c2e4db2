from __future__ import annotations

from actions.offer_person import ActionOfferPerson


async def test_says_who_can_be_reached_and_asks_before_passing_on(run):
    done = await run(ActionOfferPerson(), "request_person", "I need a person")
    assert (done.reply.outcome, done.payloads) == ("notice", ["/confirm_person"])
    assert "Partnerships Desk, desk@example.org" in done.reply.text


async def test_promises_nobody_where_no_operator_is_set(run_for_nobody, nobody):
    done = await run_for_nobody(ActionOfferPerson(), "request_person", "转人工")
    assert (done.reply.body, done.payloads) == ((nobody.phrases.get("person_none", "zh"),), [])
