from __future__ import annotations

from actions.explain_privacy import ActionExplainPrivacy


async def test_names_both_retentions_and_the_operator(run):
    done = await run(ActionExplainPrivacy(), "ask_privacy", "what do you store?")
    assert done.reply.outcome == "notice"
    for part in ("180 days", "24 hours", "Partnerships Desk", "desk@example.org"):
        assert part in done.reply.text


async def test_says_that_no_operator_is_set(run_for_nobody, nobody):
    done = await run_for_nobody(ActionExplainPrivacy(), "ask_privacy", "隐私")
    assert nobody.phrases.get("operated_by_nobody", "zh") in done.reply.text
