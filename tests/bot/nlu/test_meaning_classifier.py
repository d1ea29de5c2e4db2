from __future__ import annotations

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
    assert say("", classifier)["intent"]["name"] in ("faq", "greet", "thank")


def test_is_the_same_in_every_training(train):
    assert train(MeaningIntentClassifier).files() == train(MeaningIntentClassifier).files()


def test_reads_other_scripts_by_the_vectors_of_all_languages(train, say):
    classifier = train(MeaningIntentClassifier).load()
    assert say("多谢您的帮助", classifier)["intent"]["name"] == "thank"
