from __future__ import annotations

from actions.answer_question import ActionAnswerQuestion


async def test_answers_from_the_likeliest_entry(run):
    ranking = (("growth.number", 0.9), ("growth.costs", 0.1))
    done = await run(ActionAnswerQuestion(), "faq", "how many partnerships are there in the world", ranking=ranking)
    assert (done.reply.outcome, done.reply.entry, done.reply.language) == ("answer", "growth.number", "en")
    assert "3,200" in done.reply.text
    assert [(c.source, c.locators) for c in done.reply.citations] == [("A/76/319", ("20", "box 1"))]
    assert done.slots["last_entry"] == "growth.number"
    assert (done.row.entry, done.row.topic, done.row.is_enquiry) == ("growth.number", "growth", True)
    assert done.row.runner_up == "growth.costs"


async def test_logs_the_answer_in_the_language_of_the_question(run):
    done = await run(ActionAnswerQuestion(), "faq", "一共有多少伙伴关系", ranking=(("growth.number", 0.9),))
    assert (done.reply.language, done.row.language) == ("zh", "zh")
    assert done.row.shown == done.reply.text
