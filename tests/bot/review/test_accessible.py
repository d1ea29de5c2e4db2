"""Every page held to WCAG 2.2 AA by axe-core, in either theme, on a desktop and on a phone.

axe-core comes from npm (`npm ci` in tests/node); what a program cannot see, such as the order of the focus, the
journeys of `test_browser` go through by keyboard.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from starlette.routing import Mount

from bot.dialogue import registry
from bot.review.app import create_app
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.switches import SwitchStore
from bot.teaching.dialogues import Step, propose
from tests.bot.review.browsing import CHROMIUM
from tests.bot.review.test_browser import WIDE, address, chromium, open_page  # noqa: F401  # fixtures
from tests.bot.review.test_models import made  # noqa: F401  # a fixture

AXE = Path(__file__).parents[2] / "node" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no browser here: `apt-get install chromium`"),
    pytest.mark.skipif(
        not AXE.is_file(), reason="tests/node/node_modules is missing (npm ci in tests/node): no axe-core"
    ),
]
#: Source: github.com/dequelabs/axe-core, doc/API.md, "axe-core tags".
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (rules) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]});
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""


@pytest.fixture
def filled(record, console, unanswered, made, settings):  # noqa: F811
    """A console with something of everything; returns the addresses of all pages by their path."""
    enquiry = record(20, text="is it dear", feedback="negative: wrong", runner_up="growth.costs")
    console.reviews.decide({enquiry: "new"}, "correct", "reviewer", entry="growth.costs")
    console.reviews.assign([record(21)], "reviewer", "admin")
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?", enquiry)
    console.contacts.consent(drafted.reference, "c0ffee", "4711")
    for kind in ("note", "reply", "answer"):
        console.threads.add(drafted.reference, kind, "reviewer", "the office in Nairobi")
    console.threads.mark_failed(console.threads.of(drafted.reference)[1].id, "the person has blocked the bot")
    console.canned.keep("Hours", "en", "We answer from nine to five.", "admin")
    console.remarks.add("growth.number", "reviewer", "which year?")
    console.filters.keep("admin", "Chinese", "language=zh")
    lessons, jobs = console.store(LessonStore), console.store(JobStore)
    lessons.add("example", "faq/growth.costs", "en", "how dear are the jabs", "reviewer", enquiry=enquiry)
    lessons.add("example", "faq/growth.number", "en", "how dear are the jabs", "reviewer")
    lessons.add("stub", "travel.visas", "", "", "editor", details={"titles": {"en": "Visas", "zh": "签证"}})
    propose(lessons, [Step(enquiry, "en", "is it dear", "growth.costs", "answer")], "reviewer")
    console.reviews.note(enquiry, "ask Li", "editor")
    console.store(SwitchStore).off("growth.number", "editor")
    registry.activate(settings, made("m1", {"en": {"right": 0.7}}))
    quality = {
        "topics": [{"topic": "growth", "asked": 9, "precision": 0.9, "recall": 0.7}],
        "confusions": [{"wanted": "growth.costs", "found": "growth.number", "count": 3, "same_place": False}],
    }
    made("m2", {"en": {"right": 0.8, **quality}})
    jobs.add("evaluate", {"version": "m2"})
    job = jobs.take()
    change = AnswerChange(enquiry, "growth.number", "growth.costs", "faq/growth.costs")
    console.store(ComparisonStore).keep(job.id, [change])
    result = {"version": "m2", "compared_with": "m1", "replayed": 3, "changed": 1, "better": 1, "worse": 0}
    jobs.finish(job, result)
    jobs.add("train", {}, "editor")
    return {
        "/inbox": "/inbox?state=any",
        "/inbox/enquiries/{id}": f"/inbox/enquiries/{enquiry}",
        "/inbox/enquiries/{id}/test": f"/inbox/enquiries/{enquiry}/test",
        "/people/{reference}": f"/people/{drafted.reference}",
        "/knowledge/{id}": "/knowledge/growth.number",
        "/teach/models/{version}": "/teach/models/m2",
    }


@pytest.mark.parametrize(
    ("theme", "width", "language"), [("light", 1280, "en"), ("dark", 390, "zh")], ids=["desktop", "phone"]
)
def test_keeps_every_page_accessible(open_page, filled, console, theme, width, language):  # noqa: F811
    page = open_page("admin", color_scheme=theme, viewport={"width": width, "height": 844}, locale=language)
    page.goto(page.url.partition("/inbox")[0] + "/themes")
    origin = page.url.partition("/themes")[0]
    filled["/themes/{key}/draft"] = page.locator("a.button").first.get_attribute("href")
    found, axe = {}, AXE.read_text(encoding="utf-8")
    for path in _pages(console):
        page.goto(origin + filled.get(path, path))
        page.evaluate(axe)  # from outside, as the page's own policy admits no script but its own
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        violations = page.evaluate(RUN, RULES) + (["wider than the window"] if page.evaluate(WIDE) else [])
        if violations:
            found[path] = violations
    assert json.dumps(found, indent=1) == "{}"


def _pages(console):
    """Returns the paths of all pages that are read: neither files, nor pieces of a page, nor what only leads on."""
    app = create_app(console)
    paths = [route.path for route in app.routes if not isinstance(route, Mount) and "GET" in route.methods]
    unread = ("/", "/health", "/themes/of/{id}", "/teach/progress", "/try/state")
    return [path for path in paths if not path.endswith(".csv") and path not in unread]
