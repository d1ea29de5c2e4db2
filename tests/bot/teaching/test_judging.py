from __future__ import annotations

import dataclasses
import shutil
from datetime import datetime, timedelta, timezone

import pytest

from bot.dialogue import registry, training
from bot.store.comparisons import ComparisonStore
from bot.store.enquiries import EnquiryStore
from bot.store.models import Enquiry, enquiry_id
from bot.teaching import trend
from bot.teaching.judging import judge
from tests.bot import small_base
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.conftest import project_root  # noqa: F401  # a fixture

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")
QUESTIONS = {
    "language": "en",
    "entries": {"costs": ["what does the vaccine project cost", "how many partnerships are there"]},
    "out_of_scope": ["qqq zzz"],
}


@pytest.fixture
def settings(project_root, tmp_path):  # noqa: F811
    """The small project with questions to measure with, its model in use, and the same model once more beside it."""
    root = tmp_path / "project"
    shutil.copytree(project_root, root, ignore=shutil.ignore_patterns("var"))
    small_base.dump(root / "tests" / "nlu" / "en" / "growth.yml", QUESTIONS)
    made = small_front.settings_for(project_root, tmp_path / "var")
    now = training.current(made)
    beside = dataclasses.replace(now, file="beside.tar.gz", version="beside")
    shutil.copy(made.models / now.file, made.models / beside.file)
    training.write_beside(made.models / "beside.json", {"record": dataclasses.asdict(beside)})
    return dataclasses.replace(made, root=root)


@pytest.fixture
def asked(settings):
    """Somebody has asked what a project costs and gone on from there, a minute later; somebody else began so."""
    started = datetime.now(timezone.utc) - timedelta(hours=1)
    with EnquiryStore.from_settings(settings) as store:
        for number, (person, text) in enumerate(
            [("ada", "what does the vaccine project cost"), ("ada", "and the money?"), ("ben", "and the money?")]
        ):
            row = Enquiry(
                id=enquiry_id(person, str(number)), conversation=person, pseudonym=person, text=text, language="en",
                channel="telegram", outcome="answer", intent="faq/growth.costs", entry="growth.costs",
                created_at=started + timedelta(minutes=number),
            )  # fmt: skip
            assert store.record(row) == "stored"


def test_measures_a_model_beside_the_one_in_use_and_keeps_what_it_finds(settings, asked):
    before = training.current(settings).version
    steps = []
    found = judge(settings, "beside", "job", lambda share, step: steps.append((share, step)))
    figures = found.pop("figures")
    assert found == {
        "version": "beside", "compared_with": before,
        "replayed": 3, "leaning": 1, "changed": 0, "better": 0, "worse": 0,
    }  # fmt: skip
    english = figures["beside"]["en"]
    assert figures[before] == figures["beside"]
    assert (english["asked"], english["outside"], english["right"], english["wrong"]) == (2, 1, 0.5, 0.5)
    assert english["entries"] == [{"entry": "growth.costs", "asked": 2, "precision": 1.0, "recall": 0.5}]
    assert english["confusions"] == [
        {"wanted": "growth.costs", "found": "growth.number", "count": 1, "same_place": False}
    ]
    assert registry.model(settings, "beside").figures == figures["beside"]
    assert {one.version: one.figures["en"]["right"] for one in trend.measured(settings)} == {before: 0.5, "beside": 0.5}
    with ComparisonStore.from_settings(settings) as comparisons:
        assert comparisons.count("job") == 0
    assert [step for _, step in steps if step == "replay"]
    assert steps[-1][0] == pytest.approx(1)
