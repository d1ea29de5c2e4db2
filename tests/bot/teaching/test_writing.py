from __future__ import annotations

import pytest
import yaml

from bot.errors import KnowledgeError
from bot.nlu.data_checks import examples
from bot.teaching.writing import quoted, switched_off, with_examples, with_questions
from tests.conftest import ROOT

TEXTS = """# Words of an entry.
language: en
entries:
  costs:
    title: "What: a title"   # in quotation marks
    questions:
      - what does it cost

      - "yes: or no"   # a question with a colon

  number:
    title: Number
    answer: |
      Many.

    questions: [how many, "a, b"]
  bare:
    title: Bare
    answer: |
      Nothing
      more.
"""


def _added(before, after):
    old, new = before.split("\n"), after.split("\n")
    return [line for line in new if line not in old], [line for line in old if line not in new]


@pytest.mark.parametrize(
    "question", ["how dear is it?", "no: really", "# of jabs", "  2021", "yes", 'say "a\\b"', "贵吗？"]
)
def test_adds_a_line_and_leaves_every_other_as_it_is(question):
    changed = with_questions(TEXTS, "costs", [question], "x.yml")
    added, gone = _added(TEXTS, changed)
    assert (len(added), gone) == (1, [])
    assert changed.split("\n").index(added[0]) == 9
    assert yaml.safe_load(changed)["entries"]["costs"]["questions"] == ["what does it cost", "yes: or no", question]


def test_adds_to_a_list_on_one_line():
    changed = with_questions(TEXTS, "number", ["c", "d, e"], "x.yml")
    assert '    questions: [how many, "a, b", c, "d, e"]' in changed.split("\n")


def test_adds_the_first_questions_of_an_entry():
    changed = with_questions(TEXTS, "bare", ["c"], "x.yml")
    assert changed.endswith("      more.\n    questions:\n      - c\n")


def test_adds_to_a_file_without_a_last_line_break():
    text = "entries:\n  a:\n    questions:\n      - b"
    assert with_questions(text, "a", ["c"], "x.yml") == text + "\n      - c\n"


def test_says_where_it_cannot_add():
    with pytest.raises(KnowledgeError, match="x.yml: entries.gone: is missing"):
        with_questions(TEXTS, "gone", ["c"], "x.yml")
    with pytest.raises(KnowledgeError, match="x.yml: greet: has no block of examples to add to"):
        with_examples('nlu:\n- intent: greet\n  examples: "- hi\\n"\n', "greet", ["c"], "x.yml")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("what does it cost?", "what does it cost?"),
        ("para. 9, please", "para. 9, please"),
        ("a: b", '"a: b"'),
        ("- a", '"- a"'),
        ("true", '"true"'),
        ("12", '"12"'),
        ("贵吗？", "贵吗？"),
    ],
)
def test_quotes_only_where_it_must(text, written):
    assert quoted(text) == written


FACTS = """entries:
  costs:
    kind: case
    references:
      - {source: A/76/319, locators: ["21"]}
    # What is near.
    related: [growth.number]
  number:
    kind: figure
"""


@pytest.mark.parametrize(("entry", "line"), [("costs", 5), ("number", 9)])
def test_switches_an_entry_off(entry, line):
    changed = switched_off(FACTS, entry, "x.yml")
    assert changed.split("\n")[line] == "    switched_off: true"
    assert _added(FACTS, changed) == (["    switched_off: true"], [])
    assert switched_off(changed, entry, "x.yml") == changed


# The product's own files


@pytest.mark.parametrize("path", sorted(ROOT.glob("knowledge/texts/*/*.yml"))[::9], ids=lambda path: path.stem)
def test_can_write_into_the_texts_of_the_product(path):
    text = path.read_text(encoding="utf-8")
    for entry, words in list(yaml.load(text, Loader=yaml.CSafeLoader)["entries"].items())[::7]:
        if words.get("questions"):
            added, gone = _added(text, with_questions(text, entry, ["qzxv: a question?"], path.name))
            assert (added, gone) == (['      - "qzxv: a question?"'], [])


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(ROOT.glob("nlu_data/[a-z][a-z]/*.yml")) if p.stem not in ("lookups", "phrases")],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_can_write_into_the_training_data_of_the_product(path):
    text = path.read_text(encoding="utf-8")
    for intent in examples(path):
        added, gone = _added(text, with_examples(text, intent, ["qzxv: said"], path.name))
        assert (added, gone) == (["      - qzxv: said"], [])
