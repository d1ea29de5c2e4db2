from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bot.errors import KnowledgeError, StoreError
from bot.store.lessons import LessonStore
from bot.store.switches import SwitchStore
from bot.teaching import dialogues
from bot.teaching.absorbing import absorb
from bot.teaching.dialogues import FILE, Step
from bot.teaching.exporting import as_bundle, as_patch, export
from bot.teaching.importing import take_in

STEPS = [
    Step("e1", "en", "what do jabs cost", "growth.costs", "answer"),
    Step("e2", "en", "and in Mars?", "", "fallback"),
    Step("e3", "zh", "哪一个？", "", "choices"),
]


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_expects_what_the_reviewer_said(lessons, project):
    name = dialogues.propose(lessons, STEPS, "ada")
    (change,) = export(project, lessons.standing()).changes
    assert (change.path, change.before) == (FILE, None)
    assert lines(change.after) == [
        {"id": f"{name}.1", "session": name, "text": "what do jabs cost",
         "expect": {"outcome": "answer", "language": "en", "entry": "growth.costs"}},
        {"id": f"{name}.2", "session": name, "text": "and in Mars?",
         "expect": {"outcome": "fallback", "language": "en", "entry": ""}},
        {"id": f"{name}.3", "session": name, "text": "哪一个？", "expect": {"outcome": "choices", "language": "zh"}},
    ]  # fmt: skip
    assert lessons.examples() == []


def test_carries_nothing_of_the_enquiry(lessons, project):
    dialogues.propose(lessons, STEPS, "ada.lovelace")
    made = export(project, lessons.standing())
    with zipfile.ZipFile(io.BytesIO(as_bundle(made))) as bundle:
        held = [bundle.read(name).decode() for name in bundle.namelist()]
    for text in (as_patch(made.changes), *held):
        assert not any(word in text for word in ('"e1"', '"e2"', "lovelace"))


def test_absorbs_a_dialogue_that_the_checkout_tests(lessons, project):
    dialogues.propose(lessons, STEPS, "ada")
    (change,) = export(project, lessons.standing()).changes
    file = project.root / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(change.after, encoding="utf-8")
    try:
        assert export(project, lessons.standing()).changes == []
        assert absorb(project).lessons == 3
    finally:
        file.unlink()
    assert lessons.standing() == []


def test_adds_to_a_file_that_ends_without_a_line_end(lessons, project):
    dialogues.propose(lessons, STEPS[:1], "ada")
    before = '{"session": "another", "id": "another.1", "text": "hi"}'
    assert [line["session"] for line in lines(dialogues.with_dialogues(before, lessons.standing()))][0] == "another"


def test_names_a_file_that_holds_no_conversations():
    with pytest.raises(KnowledgeError, match="one object a line"):
        dialogues.with_dialogues("no json\n", [])


def test_takes_the_turns_up_to_one_that_can_be_said_again():
    turns = [
        SimpleNamespace(id=str(number), text=text, outcome=outcome)
        for number, (text, outcome) in enumerate(
            [("a", "answer"), ("", "flow"), ("b", "flow"), ("c", "fallback"), ("d", "answer")]
        )
    ]
    assert [turn.text for turn in dialogues.before(turns, turns[3])] == ["a", "c"]
    assert [turn.text for turn in dialogues.before(turns, turns[4], most=2)] == ["c", "d"]


# A bundle, from one database into another


def test_takes_a_bundle_into_another_database_once(lessons, project, tmp_path):
    lessons.add("example", "faq/growth.costs", "en", "what do jabs cost", "ada")
    lessons.add("stub", "travel.visas", "", "", "ada", details={"titles": {"en": "Visas"}})
    dialogues.propose(lessons, STEPS, "ada")
    bundle = tmp_path / "lessons.zip"
    bundle.write_bytes(as_bundle(export(project, lessons.standing(), ["growth.number"])))
    other = replace(project, database_url=f"sqlite:///{tmp_path / 'other.db'}")
    taken = take_in(other, bundle, "import")
    assert (taken.lessons, taken.switches, taken.known) == (5, 1, 0)
    with LessonStore.from_settings(other) as found, SwitchStore.from_settings(other) as switches:
        assert {(row.kind, row.label, row.text) for row in found.standing()} == {
            (row.kind, row.label, row.text) for row in lessons.standing()
        }
        assert {row.author for row in found.standing()} == {"import"}
        assert list(switches.switched_off()) == ["growth.number"]
        assert export(other, found.standing()).changes == export(project, lessons.standing()).changes
    again = take_in(other, bundle, "import")
    assert (again.lessons, again.switches, again.known) == (0, 0, 5)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all"])
def test_refuses_what_is_no_bundle(project, tmp_path, content):
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    with pytest.raises(StoreError, match="is no bundle"):
        take_in(project, file, "import")
    with pytest.raises(StoreError, match="cannot be read"):
        take_in(project, tmp_path / "missing.zip", "import")
