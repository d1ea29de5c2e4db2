from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.nlu.entry_selector
from bot.errors import SettingsError
from bot.knowledge.joining import AS_ONE
from bot.nlu.entity_recogniser import EntityRecogniser
from bot.nlu.entry_selector import SELECTION, EntrySelector, _unambiguous
from bot.nlu.example_classifier import LIKENESSES, ExampleClassifier
from bot.nlu.meaning import Meaning

TEXTS = [
    "vaccine budget",
    "疫苗多少钱",
    "第七項原則",
    "what does para 9 of 64/223 say",
    "hello",
    "qwertz",
    "",
]


@pytest.fixture
def pipeline(train):
    """Trains the whole pipeline and gives its components, freshly loaded at each call."""

    def run():
        trained = [train(kind) for kind in (EntityRecogniser, ExampleClassifier, EntrySelector)]
        return lambda: [one.load() for one in trained]

    return run


class _Prompt(ThreadPoolExecutor):
    """Goes on only when what was handed in is done, as a program that is held up right there does."""

    def submit(self, *args, **kwargs):
        future = super().submit(*args, **kwargs)
        wait([future])
        return future


def test_is_trained_in_whatever_order_its_threads_run(pipeline, say, monkeypatch):
    monkeypatch.setattr(bot.nlu.entry_selector, "ThreadPoolExecutor", _Prompt)
    output = say("principle 7", *pipeline()())
    assert output[SELECTION]["ranking"][0]["entry"] == "duties.precaution"


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("how expensive are the vaccines", "growth.costs"),
        ("疫苗的预算", "growth.costs"),
        ("principle 7", "duties.precaution"),
        ("第七項原則", "duties.precaution"),
        ("伙伴关系有几个", "growth.number"),
        ("what do governments ask of enterprises", "duties.invitation"),
    ],
)
def test_ranks_the_right_entry_first(pipeline, say, text, entry):
    output = say(text, *pipeline()())
    assert output[SELECTION]["ranking"][0]["entry"] == entry
    assert output["intent"]["name"] == "faq"


@pytest.mark.parametrize(("label", "intent"), [("faq/growth.costs", "faq"), ("greet", "greet")])
def test_understands_an_example_as_what_it_is_an_example_of(training_data, train, say, label, intent):
    text = "zabaglione qzxv, wobble"
    taught = training_data.merge(TrainingData([Message.build(text=text, intent=label)]))
    components = []
    for kind in (EntityRecogniser, ExampleClassifier, EntrySelector):
        trained = train(kind, data=taught)
        components.append(trained.load())
    output = say("Zabaglione  QZXV wobble!", *components)
    assert output["intent"]["name"] == intent
    assert output[SELECTION]["confidence"] >= 0.97
    assert output[SELECTION]["coverage"] == [1.0, 1.0]
    assert (output[SELECTION]["ranking"][0]["entry"] == "growth.costs") == (intent == "faq")


def test_knows_no_example_that_two_labels_share():
    assert _unambiguous([(0, "Hello!"), (1, "hello"), (0, "once"), (0, "Once?"), (2, "...")]) == {"once": 0}


def test_leaves_small_talk_to_its_intent(pipeline, say):
    output = say("good morning", *pipeline()())
    assert output["intent"]["name"] == "greet"
    assert sum(row["share"] for row in output[SELECTION]["ranking"]) < 0.5


def test_corrects_the_intent_by_all_the_evidence(pipeline, say):
    output = say("principle 7", *pipeline()())
    shares = [row["share"] for row in output[SELECTION]["ranking"]]
    ranking = {row["name"]: row["confidence"] for row in output["intent_ranking"]}
    assert ranking["faq"] == pytest.approx(sum(shares), abs=1e-4)
    assert sum(ranking.values()) == pytest.approx(1, abs=1e-4)


def test_ranks_every_entry_with_its_share(pipeline, say):
    selection = say("vaccine budget", *pipeline()())[SELECTION]
    shares = [row["share"] for row in selection["ranking"]]
    assert len(shares) == 4
    assert shares == sorted(shares, reverse=True)
    assert 0 <= sum(shares) <= 1.0001
    assert 0 <= selection["confidence"] <= 1
    assert selection["coverage"][0] == 1.0


def test_hands_the_configured_thresholds_on(train, say):
    classifier = train(ExampleClassifier).load()
    given = {"answer_from": 0.7, "choices_from": 0.2, "choice_share": 0.3, "answer_lead": 4.0}
    given |= {"in_scope_from": 0.65, "out_of_scope_below": 0.45, "known_from": 0.35}
    given |= {"leaning_from": 0.55}
    selector = train(EntrySelector, **given, ranking=2).load()
    selection = say("vaccine", classifier, selector)[SELECTION]
    assert selection["thresholds"] == {"answer": 0.7, "choices": 0.2, "choice_share": 0.3, "lead": 4.0} | {
        "in_scope": 0.65,
        "out_of_scope": 0.45,
        "known": 0.35,
        "leaning": 0.55,
    }
    assert len(selection["ranking"]) == 2


def test_takes_the_scores_off_the_message(train):
    message = Message.build(text="vaccine")
    train(EntrySelector).load().process(train(ExampleClassifier).load().process([message]))
    assert message.get(LIKENESSES) is None


def test_gives_the_same_after_loading_and_after_a_second_training(pipeline, say):
    one, other = pipeline(), pipeline()
    expected = [say(text, *one()) for text in TEXTS]
    assert [say(text, *one()) for text in TEXTS] == expected
    assert [say(text, *other()) for text in TEXTS] == expected


def test_stores_the_same_plain_json_in_a_second_training(train):
    files = train(EntrySelector).files()
    assert list(files) == ["indexes.npz", "learned_shared.npz", "selector.json", "shared.npz"]
    assert set(json.loads(files["selector.json"])["fusions"]) == {"words", "shared", "meaning"}
    assert train(EntrySelector).files() == files


def test_gives_messages_that_come_together_what_it_gives_them_alone(pipeline, say):
    components = pipeline()()
    messages = [Message.build(text=text) for text in TEXTS]
    for component in components:
        messages = component.process(messages)
    together = [message.as_dict(only_output_properties=True) for message in messages]
    assert together == [say(text, *components) for text in TEXTS]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"encoder": "packaged"}, ["learned_meaning.npz", "learned_shared.npz", "meaning.npz", "shared.npz"]),
        ({"encoder": "packaged", "shared_encoder": ""}, ["learned_meaning.npz", "meaning.npz"]),
        ({"shared_encoder": ""}, []),
    ],
)
def test_works_with_whatever_encoders_there_are(train, say, given, kept):
    selector = train(EntrySelector, **given)
    assert list(selector.files()) == sorted(["indexes.npz", "selector.json", *kept])
    output = say("vaccine budget", train(ExampleClassifier).load(), selector.load())
    assert output[SELECTION]["ranking"][0]["entry"] == "growth.costs"


def test_encodes_only_what_words_alone_leave_open(train, say):
    classifier = train(ExampleClassifier).load()
    always, never = train(EntrySelector), train(EntrySelector, certain_from=0.0)
    by_words = train(EntrySelector, shared_encoder="")
    text = "what does a shot cost"
    assert say(text, classifier, never.load()) == say(text, classifier, by_words.load())
    assert say(text, classifier, always.load()) != say(text, classifier, by_words.load())


def test_says_which_encoder_cannot_be_read(train, tmp_path):
    with pytest.raises(SettingsError, match="no sentence encoder"):
        train(EntrySelector, encoder=str(tmp_path))


STORY = "I run a small bakery in Ghent, my daughter studies law, and last week we painted our kitchen blue. "


def test_finds_the_question_in_a_long_story(train, say):
    classifier, selector = train(ExampleClassifier).load(), train(EntrySelector, in_scope_from=0.5, part_from=0.2)
    output = say(STORY + "How much is the vaccine budget? Greetings from all of us here.", classifier, selector.load())
    assert output["intent"]["name"] == "faq"
    assert output[SELECTION]["ranking"][0]["entry"] == "growth.costs"


def test_reads_no_part_of_what_is_surely_out_of_scope(train, say):
    classifier, read = train(ExampleClassifier).load(), []
    for parts_from in (0.0, 1.1):
        # A part is looked for, since no confidence is enough.
        selector = train(EntrySelector, answer_from=1.1, part_from=0.0, parts_from=parts_from).load()
        read.append(say(STORY + "How much is the vaccine budget?", classifier, selector)[SELECTION])
    part, whole = read
    assert part["coverage"][0] > whole["coverage"][0]


def test_encodes_what_words_alone_decline(training_data, train, say, monkeypatch):
    declined = [Message.build(text=text, intent="out_of_scope") for text in ("weather tomorrow", "weather in Rome")]
    data = training_data.merge(TrainingData(declined))
    classifier = train(ExampleClassifier, data=data).load()
    selector = train(EntrySelector, data=data, certain_from=0.0).load()
    encoded: list[str] = []
    read = Meaning.read
    monkeypatch.setattr(Meaning, "read", lambda self, texts, rows: encoded.extend(texts) or read(self, texts, rows))
    assert say("vaccine budget", classifier, selector)["intent"]["name"] == "faq"
    assert encoded == []
    say("weather tomorrow, please", classifier, selector)
    assert encoded == ["weather tomorrow, please"]


def test_reads_each_of_two_questions_alone(pipeline, say):
    text = "How much is the vaccine budget? And what does principle 7 say?"
    several = say(text, *pipeline()())[SELECTION]["several"]
    assert [text[part["start"] : part["end"]].strip() for part in several] == [
        "How much is the vaccine budget?",
        "And what does principle 7 say?",
    ]
    assert [part["ranking"][0]["entry"] for part in several] == ["growth.costs", "duties.precaution"]


def test_reads_one_question_as_one(pipeline, say):
    assert say("How much is the vaccine budget?", *pipeline()())[SELECTION]["several"] == []


def test_reads_no_part_of_a_message_that_is_to_be_read_as_one(train):
    classifier, read = train(ExampleClassifier).load(), []
    # A part is looked for, since no confidence is enough.
    selector = train(EntrySelector, answer_from=1.1, part_from=0.0).load()
    for as_one in (False, True):
        message = Message.build(text=STORY + "How much is the vaccine budget? And what does principle 7 say?")
        message.set("metadata", {AS_ONE: as_one})
        read.append(selector.process(classifier.process([message]))[0].get(SELECTION))
    part, whole = read
    assert part["coverage"][0] > whole["coverage"][0]
    assert (len(part["several"]), len(whole["several"])) == (2, 0)


@pytest.mark.parametrize(
    ("courtesies", "text", "intent"),
    [
        (["greet"], "Hello, how much is the vaccine budget?", "faq"),
        ([], "Hello, how much is the vaccine budget?", "greet"),
        (["greet"], "Hello, qwertz asdf yxcv", "greet"),
        (["greet"], "Hello!", "greet"),
    ],
)
def test_reads_the_question_that_follows_a_courtesy(train, say, monkeypatch, courtesies, text, intent):
    classifier = train(ExampleClassifier).load()
    selector = train(EntrySelector, courtesies=courtesies, in_scope_from=0.5, part_from=0.2).load()
    whole = selector._weigh

    def greeted(way, said, *about):
        """Takes the whole for what it begins with, however much of it asks."""
        reading = whole(way, said, *about)
        if said != text:
            return reading
        chances = 0.02 * reading.chances
        chances[selector._evidence.labels.index("greet")] += 0.98
        return replace(reading, chances=chances)

    monkeypatch.setattr(selector, "_weigh", greeted)
    assert say(text, classifier, selector)["intent"]["name"] == intent


@pytest.mark.parametrize(
    ("opening", "intent"),
    [("Hello, ", "faq"), ("Weather in Rome, ", "out_of_scope")],
    ids=["a courtesy", "something else"],
)
def test_reads_what_follows_a_courtesy_where_the_whole_is_unclear(
    training_data, train, say, monkeypatch, opening, intent
):
    declined = [Message.build(text=text, intent="out_of_scope") for text in ("weather tomorrow", "weather in Rome")]
    data = training_data.merge(TrainingData(declined))
    classifier = train(ExampleClassifier, data=data).load()
    settings = {"courtesies": ["greet"], "in_scope_from": 0.5, "part_from": 0.2, "parts_from": 0.0}
    selector = train(EntrySelector, data=data, **settings).load()
    text = opening + "how much is the vaccine budget?"
    weigh = selector._weigh

    def unclear(way, said, *about):
        reading = weigh(way, said, *about)
        if said != text:
            return reading
        chances = 0.4 * reading.chances
        chances[selector._evidence.labels.index("out_of_scope")] += 0.6
        return replace(reading, chances=chances, in_scope=0.4, confidence=0.3)

    monkeypatch.setattr(selector, "_weigh", unclear)
    assert say(text, classifier, selector)["intent"]["name"] == intent
