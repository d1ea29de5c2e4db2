from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from bot.dialogue import registry
from bot.dialogue.registry import activate, discard, models, note_figures, prune, roll_back
from bot.dialogue.training import ModelRecord, current, verified_model
from bot.errors import ModelError


@pytest.fixture
def made(project):
    """Makes a model that looks like a trained one; its name tells its age."""
    project.models.mkdir(parents=True)

    def make(name: str) -> str:
        archive = project.models / f"{name}.tar.gz"
        archive.write_bytes(name.encode())
        record = ModelRecord(
            file=archive.name,
            sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
            version=name,
            inputs="i",
            knowledge_version="k",
            trained_at=f"2026-11-{name[1:]}T12:00:00+00:00",
        )
        (project.models / f"{name}.json").write_text(json.dumps({"record": dataclasses.asdict(record)}))
        return name

    return make


def test_lists_the_newest_first_with_their_figures(project, made):
    for name in ("m20", "m21"):
        made(name)
    activate(project, "m20")
    note_figures(project, "m21", {"en": 0.9})
    assert [(known.record.version, known.figures, known.is_current) for known in models(project)] == [
        ("m21", {"en": 0.9}, False),
        ("m20", {}, True),
    ]


def test_lists_no_archive_that_was_never_recorded(project, made):
    made("m20")
    (project.models / "m21.tar.gz").write_bytes(b"brought from elsewhere")
    (project.models / "m22.tar.gz").write_bytes(b"brought with another's record")
    (project.models / "m22.json").write_text((project.models / "m20.json").read_text())
    assert [known.record.version for known in models(project)] == ["m20"]
    with pytest.raises(ModelError, match="no model 'm21' that was trained here"):
        activate(project, "m21")


def test_activates_no_archive_that_was_changed(project, made):
    made("m20")
    activate(project, made("m21"))
    (project.models / "m20.tar.gz").write_bytes(b"changed")
    with pytest.raises(ModelError, match="not the file that was trained here"):
        activate(project, "m20")
    assert current(project).version == "m21"


def test_goes_back_step_by_step(project, made):
    for name in ("m20", "m21", "m22"):
        activate(project, made(name))
    assert roll_back(project).version == "m21"
    assert verified_model(project)[1].version == "m21"
    assert roll_back(project).version == "m20"
    with pytest.raises(ModelError, match="no model to go back to"):
        roll_back(project)


def test_goes_back_to_a_model_from_before_there_was_a_list(project, made):
    made("m20")
    activate(project, "m20")
    (project.models / "m20.json").unlink()
    activate(project, made("m21"))
    assert roll_back(project).version == "m20"


def test_changes_nothing_by_activating_what_is_in_use(project, made):
    activate(project, made("m20"))
    activate(project, made("m21"))
    activate(project, "m21")
    assert roll_back(project).version == "m20"


def test_throws_away_all_but_what_is_in_use(project, made):
    activate(project, made("m20"))
    discard(project, made("m21"))
    assert [known.record.version for known in models(project)] == ["m20"]
    assert not (project.models / "m21.json").exists()
    with pytest.raises(ModelError, match="m20 is in use; activate another model first"):
        discard(project, "m20")


def test_keeps_the_model_in_use_the_one_before_and_the_newest(project, made):
    for name in ("m10", "m11"):
        activate(project, made(name))
    for number in range(20, 28):
        made(f"m{number}")
    prune(project)
    kept = [known.record.version for known in models(project)]
    assert kept == ["m27", "m26", "m11", "m10"][: len(kept)]
    assert len(kept) == registry.KEPT + 1
    assert roll_back(project).version == "m10"
