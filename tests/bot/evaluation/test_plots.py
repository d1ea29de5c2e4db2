from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bot.evaluation.plots import pictures
from bot.evaluation.summary import summary_of
from tests.bot.evaluation.made import HALF_RIGHT, HOPELESS, PERFECT, content, missed

NOISE = {"typos": [(content(1), missed(1))]}


@pytest.mark.parametrize("observations", [PERFECT, HOPELESS, HALF_RIGHT], ids=["perfect", "hopeless", "half right"])
def test_draws_pictures_that_are_svg_and_always_the_same(knowledge, observations):
    languages = {"en": summary_of(observations, NOISE), "zh": summary_of(observations, {})}
    drawn = pictures(languages, knowledge.languages)
    assert list(drawn) == ["decisions", "reliability", "rejection", "noise"]
    assert {ElementTree.fromstring(svg).tag for svg in drawn.values()} == {"{http://www.w3.org/2000/svg}svg"}
    assert pictures(languages, knowledge.languages) == drawn


def test_leaves_out_what_has_nothing_to_show(knowledge):
    assert list(pictures({"en": summary_of([content()], {})}, knowledge.languages)) == ["decisions", "reliability"]


def test_takes_the_code_of_a_language_that_nobody_knows(knowledge):
    assert list(pictures({"xx": summary_of(HALF_RIGHT, NOISE)}, {}))[0] == "decisions"
