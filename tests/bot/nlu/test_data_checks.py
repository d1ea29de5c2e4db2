from __future__ import annotations

import pytest

from bot.knowledge.loader import load
from bot.nlu.data_checks import check_data, examples
from tests.bot import small_base


def _check(root):
    return check_data(root, load(root / "knowledge"))


def test_finds_nothing_in_data_without_problem(own_project):
    assert _check(own_project) == []


def _nlu(code, change):
    return f"nlu_data/{code}/small_talk.yml", change


def _say(intent, utterances):
    def change(data):
        block = next((b for b in data["nlu"] if b.get("intent") == intent), None)
        if block is None:
            block = {"intent": intent, "examples": ""}
            data["nlu"].append(block)
        block["examples"] += "".join(f"- {utterance}\n" for utterance in utterances)

    return change


def _silence(intent):
    def change(data):
        data["nlu"] = [block for block in data["nlu"] if block["intent"] != intent]

    return change


def _set(*keys, value):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


def _remove(*keys):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return change


#: What is broken in the small project → the problem that must be told.
BROKEN = [
    (_nlu("zh", _silence("greet")), "nlu_data/zh: intent greet: has no examples"),
    (_nlu("en", _say("dance", ["dance with me"])), "nlu_data/en: intent dance: stands in no domain file"),
    (
        _nlu("en", _say("greet", ["Thanks!"])),
        "nlu_data/en/small_talk.yml: thank: 'thanks' is also an example of greet",
    ),
    (
        _nlu("zh", _say("greet", ["疫苗谁付钱？"])),
        "nlu_data/zh/small_talk.yml: greet: '疫苗谁付钱？' is also a question of growth.costs",
    ),
    (
        ("nlu_data/rules/faq.yml", _set("rules", 0, "steps", 0, value={"intent": "faqq"})),
        "nlu_data/rules/faq.yml: answer a question: no intent faqq",
    ),
    (
        ("nlu_data/rules/faq.yml", _set("rules", 0, "steps", 1, value={"action": "action_dance"})),
        "nlu_data/rules/faq.yml: answer a question: no action action_dance",
    ),
    (
        ("nlu_data/rules/small_talk.yml", _remove("rules", 0)),
        "nlu_data/rules: no rule begins with the intent greet",
    ),
    (
        ("nlu_data/domain/faq.yml", _set("actions", value=["action_answer", "action_show", "action_dance"])),
        "nlu_data/domain: action action_dance: no class in actions/ has this name",
    ),
    (
        ("nlu_data/zh/phrases.yml", _remove("phrases", "welcome")),
        "nlu_data/zh/phrases.yml: welcome: missing",
    ),
    (
        ("nlu_data/zh/phrases.yml", _set("phrases", "too_long", value="太长。")),
        "nlu_data/zh/phrases.yml: too_long: its {names} differ from those in en",
    ),
    (
        ("nlu_data/zh/phrases.yml", _set("phrases", value=["welcome"])),
        "nlu_data/zh/phrases.yml: `phrases` must be a mapping of names to texts",
    ),
    (
        _nlu("zh", _remove("nlu", 0, "examples")),
        "nlu_data/zh/small_talk.yml: greet: `examples` is missing or no text",
    ),
]


@pytest.mark.parametrize(("broken", "problem"), BROKEN, ids=[problem for _, problem in BROKEN])
def test_tells_what_is_wrong(own_project, broken, problem):
    file, change = broken
    with small_base.edit(own_project / file) as data:
        change(data)
    problems = _check(own_project)
    assert problem in problems
    assert problems == sorted(problems)


@pytest.mark.parametrize("file", ["small_talk.yml", "phrases.yml"])
def test_tells_a_file_that_one_language_lacks(own_project, file):
    (own_project / "nlu_data" / "zh" / file).unlink()
    told = [problem for problem in _check(own_project) if file in problem]
    assert told == [f"nlu_data/zh/{file}: missing, another language has it"]


def test_tells_a_file_that_is_no_yaml_and_goes_on(own_project):
    (own_project / "nlu_data" / "zh" / "small_talk.yml").write_text("nlu: [")
    with small_base.edit(own_project / "nlu_data" / "rules" / "faq.yml") as data:
        data["rules"][0]["steps"][0]["intent"] = "faqq"
    problems = _check(own_project)
    assert any(problem.startswith("nlu_data/zh/small_talk.yml: line 2: ") for problem in problems)
    assert "nlu_data/rules/faq.yml: answer a question: no intent faqq" in problems


def test_tells_an_action_that_no_domain_file_names(own_project):
    (own_project / "actions" / "dance.py").write_text('def name(self):\n    return "action_dance"\n')
    assert _check(own_project) == ["actions/dance.py: action_dance: stands in no domain file"]


def test_lets_a_draft_language_lack_what_it_will(own_project):
    with small_base.edit(own_project / "knowledge" / "languages" / "zh.yml") as data:
        data["status"] = "draft"
    with small_base.edit(own_project / "nlu_data" / "zh" / "small_talk.yml") as data:
        data["nlu"] = data["nlu"][:1]
    assert _check(own_project) == []


def test_asks_no_examples_of_payloads(own_project):
    assert "show_entry" in small_base.DOMAIN["faq"]["intents"]
    assert _check(own_project) == []


def test_reads_the_utterances_of_a_file(own_project):
    said = examples(own_project / "nlu_data" / "en" / "small_talk.yml")
    assert said["thank"][:2] == ["thanks", "thank you"]
    assert sorted(said) == ["greet", "thank"]
