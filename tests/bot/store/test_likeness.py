from __future__ import annotations

import pytest

from bot.store.likeness import is_own_wording


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("what does the vaccine cost, please", "What does the vaccine cost please?"),
        ("what does the vaccine cost?", "what does the vaccine of Jane cost?"),
        ("jabs for free", "Jane wants jabs for free"),
        ("who does the due diligence", "pls tell me who in your office does due dilligence for my firm Acme ltd"),
        ("谁做尽职调查", "谁来做尽职调查？"),
        ("ＡＣＭＥ asks", "acme asks"),
    ],
)
def test_takes_a_question_cut_or_corrected_for_the_persons_words(sentence, question):
    assert not is_own_wording(sentence, question)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("how much is a vaccine dose", "what does the vaccine of Jane cost?"),
        ("Can a tobacco firm join the Global Compact?", "my company Acme makes cigarettes, may we become a member"),
        ("烟草公司能否加入全球契约？", "我在云南卖香烟的厂可以参加契约吗"),
        ("hello", ""),
    ],
)
def test_takes_a_question_worded_anew_for_the_reviewers(sentence, question):
    assert is_own_wording(sentence, question)
