from __future__ import annotations

import pytest

from bot.errors import SettingsError
from bot.nlu.meaning_classifier import MeaningIntentClassifier


def test_sets_the_intent_by_words_and_meaning(train, say):
    classifier = train(MeaningIntentClassifier).load()
    for text, intent in [("hello", "greet"), ("good evening to you", "greet"), ("vaccine budget", "faq")]:
        output = say(text, classifier)
        assert output["intent"]["name"] == intent
        assert output["intent"] == output["intent_ranking"][0]
        assert 0 < output["intent"]["confidence"] <= 1


def test_reads_what_the_encoder_cannot_by_its_words(train, say):
    classifier = train(MeaningIntentClassifier).load()
    assert say("谢谢你", classifier)["intent"]["name"] == "thank"
    assert say("", classifier)["intent"]["confidence"] < say("hello", classifier)["intent"]["confidence"]


def test_is_the_same_in_every_training(train):
    assert train(MeaningIntentClassifier).files() == train(MeaningIntentClassifier).files()


def test_names_the_dictionaries_that_it_knows(train):
    with pytest.raises(SettingsError, match=r"dictionaries: zh: 'oxford' is not known; known are cc-cedict"):
        train(MeaningIntentClassifier, dictionaries={"zh": "oxford"})
