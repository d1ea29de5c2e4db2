from __future__ import annotations

import os
import stat

import pytest
import yaml

from bot.dialogue import training
from bot.dialogue.opening import forget_rested
from bot.dialogue.taught import written
from bot.store.lessons import LessonStore

EXAMPLES = {"thank": [{"text": "many thanks 谢谢"}]}


class _NoMemory:
    """Stands for the conversations, which are somebody else's business here."""

    def purge(self, hours):
        pass


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def _left(project):
    return [path.name for path in project.var.glob("taught.*")]


def _killed(project):
    """Leaves what a training leaves that is killed."""
    folder = project.var / "taught.4711"
    folder.mkdir(parents=True)
    (folder / "taught.yml").write_text("many thanks")


def test_writes_for_this_account_alone_and_only_meanwhile(project, usual_umask):
    with written(project.var, EXAMPLES) as [path]:
        assert yaml.safe_load(path.read_text())["nlu"] == [{"intent": "thank", "examples": EXAMPLES["thank"]}]
        assert [stat.S_IMODE(place.stat().st_mode) for place in (path.parent, path)] == [0o700, 0o600]
        assert _left(project) == [path.parent.name]
    assert _left(project) == []


def test_leaves_nothing_when_the_training_fails(project):
    with pytest.raises(KeyError), written(project.var, EXAMPLES):
        raise KeyError
    assert _left(project) == []


def test_writes_nothing_where_nothing_is_taught(project):
    with written(project.var, {}) as files:
        assert files == []
        assert _left(project) == []


def test_the_next_training_deletes_what_a_killed_one_left(project):
    _killed(project)
    with training.alone(project):
        assert _left(project) == []


def test_the_sweep_deletes_what_a_killed_training_left(project):
    project.models.mkdir(parents=True)
    _killed(project)
    forget_rested(_NoMemory(), project)
    assert _left(project) == []


def test_the_sweep_leaves_a_running_training_its_file(project):
    with training.alone(project), written(project.var, EXAMPLES) as [path]:
        forget_rested(_NoMemory(), project)
        assert path.exists()


def test_trains_with_what_is_taught_of_what_there_is(project):
    with LessonStore.from_settings(project) as lessons:
        for label in ("faq/growth.costs", "faq/gone.entry", "no_such_intent", "thank"):
            lessons.add("example", label, "en", f"about {label}", "ada")
        examples = lessons.examples()
    assert set(training._by_label(project, examples)) == {"faq/growth.costs", "thank"}
