from __future__ import annotations

import io
import json
import subprocess
import zipfile

import pytest
import yaml

from bot.knowledge.loader import folder_hash, load
from bot.store.switches import SwitchStore
from bot.teaching.absorbing import Absorbed, absorb
from bot.teaching.exporting import as_bundle, as_patch, export

COSTS = "faq/growth.costs"


@pytest.fixture
def taught(lessons):
    lessons.add("example", COSTS, "en", "what: do jabs cost", "ada")
    lessons.add("example", COSTS, "zh", "打针贵不贵", "ada")
    lessons.add("example", "greet", "zh", "早上好", "ada")
    return lessons


@pytest.fixture
def apply(project):
    """Applies a patch to the project with git."""

    def run(patch):
        for command in (["init", "-q"], ["apply", "--index", "-"]):
            if command[0] == "init":
                subprocess.run(["git", *command], cwd=project.root, check=True)
                subprocess.run(["git", "add", "-A"], cwd=project.root, check=True)
            else:
                subprocess.run(["git", *command], cwd=project.root, input=patch.encode(), check=True)

    return run


def test_makes_a_patch_that_git_applies(project, taught, apply):
    made = export(project, taught.standing())
    assert [change.path for change in made.changes] == [
        "knowledge/texts/en/growth.yml",
        "knowledge/texts/zh/growth.yml",
        "nlu_data/zh/small_talk.yml",
    ]
    apply(as_patch(made.changes))
    texts = load(project.knowledge).entries["growth.costs"].texts
    assert texts["en"].questions[-1] == "what: do jabs cost"
    assert texts["zh"].questions[-1] == "打针贵不贵"
    said = (project.nlu_data / "zh" / "small_talk.yml").read_text()
    assert "      - 你好\n      - 早上好\n\n  # People say this, too.\n" in said


def test_tells_nothing_of_people(project, taught, ask):
    row = ask("how much is a jab", pseudonym="c0ffee")
    taught.add("example", COSTS, "en", row.text, "ada.lovelace", enquiry=row.id)
    made = export(project, taught.standing())
    with zipfile.ZipFile(io.BytesIO(as_bundle(made))) as archive:
        content = "\n".join(archive.read(name).decode() for name in archive.namelist())
        moments = {info.date_time for info in archive.infolist()}
    assert "how much is a jab" in content
    assert moments == {(1980, 1, 1, 0, 0, 0)}
    for secret in (row.id, "c0ffee", "ada.lovelace", *(lesson.id for lesson in taught.standing()), "2026-"):
        assert secret not in content


def test_bundles_the_rows_and_the_changed_files(project, taught):
    with zipfile.ZipFile(io.BytesIO(as_bundle(export(project, taught.standing())))) as archive:
        rows = json.loads(archive.read("lessons.json"))
        assert {"kind": "example", "label": "greet", "language": "zh", "text": "早上好"} in rows["lessons"]
        assert "早上好" in archive.read("files/nlu_data/zh/small_talk.yml").decode()


def test_writes_no_sentence_that_is_there(project, lessons):
    lessons.add("example", COSTS, "en", "Budget of the vaccine project!", "ada")
    made = export(project, lessons.standing())
    assert (made.changes, len(made.lessons)) == ([], 1)


def test_says_what_it_leaves_out(project, lessons):
    lessons.add("example", "faq/gone.entry", "en", "a question", "ada")
    lessons.add("example", "no_such_intent", "en", "words", "ada")
    made = export(project, lessons.standing())
    assert made.lessons == []
    assert made.left_out == [
        ("faq/gone.entry", "is no entry of the knowledge base"),
        ("no_such_intent", "has no examples in nlu_data/en"),
    ]


def test_switches_entries_off_in_their_files(project, apply):
    made = export(project, [], ["growth.costs", "gone.entry"])
    assert (made.off, [name for name, _ in made.left_out]) == (["growth.costs"], ["gone.entry"])
    apply(as_patch(made.changes))
    assert load(project.knowledge).switched_off == {"growth.costs"}


def test_drafts_an_entry_in_every_language_beside_the_knowledge_base(project, lessons, apply):
    titles = {"en": "Jobs", "zh": "就业"}
    lessons.add("stub", "growth.jobs", "", "", "ada", details={"titles": titles})
    lessons.add("question", "faq/growth.jobs", "en", "how many jobs", "ada")
    before = folder_hash(project.knowledge)
    apply(as_patch(export(project, lessons.standing()).changes))
    path = project.knowledge / "drafts" / "growth.jobs.yml"
    draft = yaml.safe_load(path.read_text())
    assert draft["texts"]["en"] == {"title": "Jobs", "answer": "", "questions": ["how many jobs"]}
    assert draft["texts"]["zh"] == {"title": "就业", "answer": "", "questions": []}
    assert folder_hash(project.knowledge) == before
    assert "growth.jobs" not in load(project.knowledge).entries


# Import


def test_absorbs_what_the_checkout_holds(project, taught, apply):
    with SwitchStore.from_settings(project) as switches:
        switches.off("growth.number", "ada")
        made = export(project, taught.standing(), switches.switched_off())
        assert absorb(project) == Absorbed(0, 0, 0, 3)
        apply(as_patch(made.changes))
        taught.add("example", "thank", "en", "much obliged", "ada")
        assert absorb(project) == Absorbed(3, 0, 1, 1)
        assert switches.switched_off() == {}
    assert [lesson.text for lesson in taught.standing()] == ["much obliged"]


def test_begins_to_teach_a_draft_once_it_is_written(project, lessons):
    lessons.add("stub", "duties.precaution", "", "", "ada")  # which exists by now
    lessons.add("question", "faq/duties.precaution", "en", "precautionary duty", "ada")
    lessons.add("question", "faq/duties.precaution", "en", "what about the ozone", "ada")
    assert absorb(project) == Absorbed(1, 1, 0, 1)
    assert [example.text for example in lessons.examples()] == ["what about the ozone"]
