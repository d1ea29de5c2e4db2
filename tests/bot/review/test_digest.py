"""The week in short, which leaves the console and quotes nobody."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import datetime, timedelta, timezone

import pytest

from bot.review.digest import as_mail, gather, rendered
from tests.bot.review.conftest import NOW, VISAS


@pytest.fixture
def week(settings, project, tmp_path, unanswered, record, console):
    """The digest of a week in which all of the fixtures' enquiries fall, on a project with a fact that expires."""
    root = tmp_path / "project"
    shutil.copytree(project, root)
    path = root / "knowledge" / "entries" / "growth.yml"
    day = (NOW + timedelta(days=10)).date().isoformat()
    path.write_text(path.read_text().replace("kind: case", f"kind: case\n    valid_until: '{day}'"))
    id = record(20, text="who pays", entry="growth.number", conversation="c20")
    console.reviews.decide({id: "new"}, "correct", "ada", entry="growth.costs")
    until = datetime.combine(NOW.date(), datetime.min.time(), timezone.utc) + timedelta(days=1)
    return gather(dataclasses.replace(settings, root=root), until), day


def test_tells_the_week(week):
    digest, day = week
    assert (digest.now.total.uses, digest.before.total.uses, digest.unanswered) == (6, 0, 6)
    assert [(one.entry, one.bad, one.uses) for one in digest.worst] == [("growth.number", 2, 2)]
    assert digest.expiring == [("growth.costs", day)]
    assert (digest.to_review, digest.requests) == (5, 0)
    assert [theme.size for theme in digest.themes] == [3]


@pytest.mark.parametrize("kind", ["text", "html"])
def test_quotes_nobody_outside_the_console(week, kind):
    written = rendered(week[0], kind)
    assert "visa" in written  # which three have said
    assert not [text for text in (*VISAS, "cafeteria", "no good answer") if text in written]


def test_is_ready_for_mail_in_both_languages(week):
    message = as_mail(week[0], to="desk@example.org")
    assert message["To"] == "desk@example.org"
    plain, page = message.iter_parts()
    assert (plain.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    for part in (plain, page):
        text = part.get_content()
        assert "the week in short" in text
        assert "一周简报" in text
    assert "一周简报" not in rendered(week[0], "text", ["en"])
