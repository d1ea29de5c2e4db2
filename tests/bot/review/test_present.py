"""The console follows the files of the knowledge base while it runs."""

from __future__ import annotations

import re

import pytest

from bot.errors import KnowledgeError
from bot.review import present
from bot.review.present import LOOK_EVERY_S, PresentKnowledge
from tests.bot import small_base


@pytest.fixture
def project(tmp_path):
    """A small project of the test's own, to be changed."""
    return small_base.write(tmp_path / "project")


@pytest.fixture
def texts(project):
    return project / "knowledge" / "texts" / "en" / "growth.yml"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def known(project, clock):
    return PresentKnowledge(project / "knowledge", clock)


def test_reads_files_again_that_have_changed(known, texts, clock):
    before, finder = known.base(), known.finder()
    with small_base.edit(texts) as data:
        data["entries"]["costs"]["title"] = "What jabs cost"
    assert known.base() is before
    clock.now += LOOK_EVERY_S
    assert known.base().entries["growth.costs"].texts["en"].title == "What jabs cost"
    assert known.finder() is not finder
    after = known.base()
    clock.now += LOOK_EVERY_S
    assert known.base() is after


def test_keeps_what_it_has_while_files_cannot_be_read(known, texts, clock, caplog):
    before, whole = known.base(), texts.read_text(encoding="utf-8")
    texts.write_text("entries: [", encoding="utf-8")
    for _ in range(3):
        clock.now += LOOK_EVERY_S
        assert known.base() is before
    assert caplog.text.count("the knowledge base of before stays in use") == 1
    texts.write_text(whole.replace("What a vaccine project costs", "What jabs cost"), encoding="utf-8")
    clock.now += LOOK_EVERY_S
    assert known.base().entries["growth.costs"].texts["en"].title == "What jabs cost"


def test_says_what_is_wrong_where_there_was_nothing_before(known, texts):
    texts.write_text("entries: [", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="growth"):
        known.base()


def test_shows_what_was_written_while_the_console_runs(editor, project, record, monkeypatch):
    monkeypatch.setattr(present, "LOOK_EVERY_S", 0.0)
    id = record()
    decided = {"decision": "correct:growth.deaths", "seen": "new"}
    assert editor.submit(f"/inbox/enquiries/{id}/decide", **decided).status_code == 400
    with small_base.edit(project / "knowledge" / "entries" / "growth.yml") as data:
        data["entries"]["deaths"] = {**data["entries"]["costs"], "switched_off": True}
    for code in ("en", "zh"):
        with small_base.edit(project / "knowledge" / "texts" / code / "growth.yml") as data:
            data["entries"]["deaths"] = {**data["entries"]["costs"], "title": "Deaths"}
    assert editor.submit(f"/inbox/enquiries/{id}/decide", **decided).status_code == 303
    page = editor.get("/knowledge/growth.deaths").text
    assert "Its file switches this entry off" in page
    assert "growth.deaths" in editor.get("/knowledge?find=deaths").text
    assert "Its file switches" not in editor.get("/knowledge/growth.costs").text


def test_tells_what_is_not_translated_and_cites_what_is_not_there(editor, project):
    with small_base.edit(project / "knowledge" / "texts" / "zh" / "growth.yml") as data:
        del data["entries"]["costs"]
    with small_base.edit(project / "knowledge" / "entries" / "duties.yml") as data:
        data["entries"]["precaution"]["references"][0]["locators"].append("principle 99")

    def listed(state):
        return re.findall(r'<td><a href="/knowledge/([\w.]+)"', editor.get(f"/knowledge?state={state}").text)

    assert listed("untranslated") == ["growth.costs"]
    assert listed("dead_citation") == ["duties.precaution"]
    assert "not in every language (zh)" in editor.get("/knowledge").text
    assert "Cited, and not there: UNGC, principle 99" in editor.get("/knowledge/duties.precaution").text
    page = editor.get("/knowledge/coverage").text
    row = re.search(r'<a href="/knowledge\?topic=growth">.*?</tr>', page, re.DOTALL)[0]
    assert re.findall(r'class="number">(\d+)', row) == ["2", "2", "1", "20", "10"]
    assert re.findall(r'class="tag warn">([^<]+)', row) == ["-1"]
