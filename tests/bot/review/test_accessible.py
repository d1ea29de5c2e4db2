"""Every page held to WCAG 2.2 AA by axe-core, in either theme, on a desktop and on a phone.

axe-core comes from npm (`npm ci` in tests/node). The order of the focus, which it does not see, is walked by the Tab
key.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.routing import Mount

from bot.dialogue import registry
from bot.review.app import create_app
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.switches import SwitchStore
from bot.store.tags import TagStore
from bot.teaching import trend
from bot.teaching.crossing import cross_validate
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
    console.store(TagStore).add("growth.number", ["money", "尽职调查"], "editor")
    registry.activate(settings, made("m1", {"en": {"right": 0.7}}))
    quality = {
        "topics": [{"topic": "growth", "asked": 9, "precision": 0.9, "recall": 0.7}],
        "entries": [{"entry": "growth.costs", "asked": 4, "precision": 0.8, "recall": 0.5}],
        "confusions": [{"wanted": "growth.costs", "found": "growth.number", "count": 3, "same_place": False}],
    }
    made("m2", {"en": {"right": 0.8, **quality}})
    trend.keep(settings, registry.model(settings, "m2").record, {"en": {"asked": 9, "right": 0.8}})
    cross_validate(settings, console.knowledge, lambda share, step: None)
    jobs.add("evaluate", {"version": "m2"})
    job = jobs.take()
    change = AnswerChange(enquiry, "growth.number", "growth.costs", "faq/growth.costs")
    console.store(ComparisonStore).keep(job.id, [change])
    result = {
        "version": "m2",
        "compared_with": "m1",
        "replayed": 3,
        "leaning": 1,
        "changed": 1,
        "better": 1,
        "worse": 0,
    }
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


LOOKS = pytest.mark.parametrize(
    ("theme", "width", "language"), [("light", 1280, "en"), ("dark", 390, "zh")], ids=["desktop", "phone"]
)


@LOOKS
def test_keeps_every_page_accessible(open_page, filled, console, theme, width, language):  # noqa: F811
    page = open_page("admin", color_scheme=theme, viewport={"width": width, "height": 844}, locale=language)
    page.goto(page.url.partition("/inbox")[0] + "/themes")
    origin = page.url.partition("/themes")[0]
    filled["/themes/{key}/draft"] = page.locator("a.button").first.get_attribute("href")
    found = {}
    for path in _pages(console):
        page.goto(origin + filled.get(path, path))
        if problems := violations(page):
            found[path] = problems
    assert json.dumps(found, indent=1) == "{}"


@LOOKS
def test_keeps_the_door_and_problems_accessible(open_page, theme, width, language):  # noqa: F811
    page = open_page("viewer", color_scheme=theme, viewport={"width": width, "height": 844}, locale=language)
    found, origin = {}, page.url.partition("/inbox")[0]
    for path, status in (("/users", 403), ("/nowhere", 404), ("/people", 403)):
        assert page.goto(origin + path).status == status
        found[path] = violations(page)
    page.click("text=" + {"en": "Sign out", "zh": "退出"}[language])
    expect(page.locator("#password")).to_be_visible()
    found["/sign-in"] = violations(page)
    page.fill("#name", "viewer")
    page.fill("#password", "not the password")
    page.click("button.main")
    expect(page.locator(".said.bad")).to_be_visible()
    found["/sign-in, refused"] = violations(page)
    assert json.dumps({path: problems for path, problems in found.items() if problems}, indent=1) == "{}"


#: Everything that the Tab key should reach, in the order of the page: what is shown, not disabled, and takes the focus.
REACHABLE = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((e) => e.checkVisibility({checkVisibilityCSS: true}) && !e.disabled)
  .map((e) => { e.dataset.walked ??= String(Math.random()); return e.dataset.walked; })"""
HERE = "() => document.activeElement.dataset.walked ?? ''"
NAME = "(id) => { const e = document.querySelector(`[data-walked='${id}']`); return e.id || e.value || e.name; }"


@pytest.mark.parametrize("path", ["/inbox", "/inbox/enquiries/{id}"], ids=["inbox", "enquiry"])
def test_moves_the_focus_through_the_page_in_its_order(open_page, filled, path):  # noqa: F811
    page = open_page("reviewer")
    page.goto(page.url.partition("/inbox")[0] + filled[path])
    expected, walked = page.evaluate(REACHABLE), []
    for _ in expected:
        page.keyboard.press("Tab")
        walked.append(page.evaluate(HERE))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert walked == expected
    assert page.evaluate("document.querySelector('.skip').dataset.walked") == walked[0]
    if path != "/inbox":  # what is decided most comes first
        names = [page.evaluate(NAME, id) for id in walked]
        places = [names.index(name) for name in ("confirm", "new_entry", "out_of_scope", "skip", "example")]
        assert places == sorted(places)
    page.goto(page.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def violations(page):
    """Returns what speaks against a page, with everything on it opened."""
    page.evaluate(
        AXE.read_text(encoding="utf-8")
    )  # from outside, as the page's own policy admits no script but its own
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return page.evaluate(RUN, RULES) + (["wider than the window"] if page.evaluate(WIDE) else [])


def _pages(console):
    """Returns the paths of all pages that are read: neither files, nor pieces of a page, nor what only leads on."""
    app = create_app(console)
    paths = [route.path for route in app.routes if not isinstance(route, Mount) and "GET" in route.methods]
    unread = ("/", "/health", "/themes/of/{id}", "/teach/progress", "/try/state")
    return [path for path in paths if not path.endswith(".csv") and path not in unread]
