"""The main journeys in the system's Chromium: by keyboard, on a phone, in the dark, in Chinese."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.bot.review.browsing import ARGUMENTS, CHROMIUM, served
from tests.bot.review.conftest import PASSWORD

pytestmark = pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no browser here: `apt-get install chromium`")

#: Text whose contrast with what lies behind it is below 4.5 (3 for large text), as WCAG 2.2 AA asks (1.4.3).
FAINT = """() => {
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    const has_text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = e.getBoundingClientRect();
    if (!has_text || !e.checkVisibility() || box.width < 2 || e.closest("svg, .unseen, .skip, kbd")) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const is_large = size >= 24 || (size >= 18.6 && style.fontWeight >= 600);
    const ratio = (a + 0.05) / (b + 0.05);
    const called = `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`;
    if (ratio < (is_large ? 3 : 4.5)) found.push(called);
  }
  return found;
}"""
#: Fields and buttons without a name that a screen reader could say (WCAG 4.1.2), and ids that stand twice.
NAMELESS = """() => {
  const fields = [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")];
  const nameless = fields.filter((e) => e.checkVisibility()
    && !(e.labels && [...e.labels].some((l) => l.textContent.trim()))
    && !e.getAttribute("aria-label") && !e.textContent.trim() && !e.title).map((e) => e.outerHTML.slice(0, 80));
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return [...nameless, ...ids.filter((id, i) => ids.indexOf(id) !== i)];
}"""
#: How long a page may take on a machine that has other work.
PATIENCE_MS = 60_000
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS), timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def address(console) -> Iterator[str]:
    with served(console) as found:
        yield found


@pytest.fixture
def open_page(chromium, address) -> Iterator[Callable[..., Page]]:
    """Opens a window in which somebody signs in by typing; a fault in the page's script fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(role: str = "reviewer", **options: object) -> Page:
        context = chromium.new_context(**{"locale": "en", "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        page.goto(address)
        page.locator("input:focus").wait_for()  # the first field has the focus, once the page is drawn
        page.keyboard.type(role)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/inbox", wait_until="load")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def test_decides_ten_enquiries_by_keyboard_alone(open_page, record, console):
    for number in range(10):
        record(number)
    page = open_page()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for number, key in enumerate("connscnosc"):
        expect(page.locator("h1")).to_have_text(f"question {number}")
        with page.expect_navigation():
            page.keyboard.press(key)
    expect(page.locator(".empty")).to_contain_text("Nothing waits here")
    counts = console.reviews.counts()
    assert {state: counts[state] for state in ("new", "confirmed", "new_entry", "out_of_scope", "skipped")} == {
        "new": 0, "confirmed": 3, "new_entry": 3, "out_of_scope": 2, "skipped": 2,
    }  # fmt: skip


def test_corrects_by_search_and_takes_it_back(open_page, record, console):
    id = record(text="is it dear")
    page = open_page()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("is it dear")
    page.keyboard.press("e")
    page.keyboard.type("vaccine budget")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".picks button").first).to_contain_text("growth.costs")
    page.keyboard.press("p")  # nothing personal: training may read it
    with page.expect_navigation():
        page.keyboard.press("1")
    expect(page.locator(".said.good")).to_contain_text("1 corrected.")
    assert [(d.entry, d.example) for d in console.reviews.of(id)] == [("growth.costs", "is it dear")]
    with page.expect_navigation():
        page.keyboard.press("u")
    expect(page.locator(".asked")).to_have_text("is it dear")
    assert console.reviews.counts()["new"] == 1


def test_shares_a_filter_by_its_address(open_page, record):
    record(0, language="zh", text="谁来做尽职调查？")
    record(1, text="who carries it out?")
    page = open_page()
    page.keyboard.press("f")
    page.select_option("#f-language", "zh")
    page.fill("#f-text", "尽职")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".asked")).to_have_text(["谁来做尽职调查？"])
    other = open_page("viewer")
    other.goto(page.url)
    expect(other.locator(".asked")).to_have_text(["谁来做尽职调查？"])
    expect(other.locator("#f-language")).to_have_value("zh")


@pytest.mark.parametrize(
    ("theme", "width", "language"), [("light", 1280, "en"), ("dark", 390, "zh")], ids=["desktop", "phone"]
)
def test_can_be_read_in_either_theme_width_and_language(open_page, record, console, theme, width, language):
    id = record(text="a very long question " * 20, feedback="negative: wrong")
    console.reviews.decide({record(1): "new"}, "confirm", "admin")
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?")
    console.contacts.consent(drafted.reference, "c0ffee", "4711")
    size = {"width": width, "height": 844}
    page = open_page("admin", color_scheme=theme, viewport=size, locale=language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    paths = (
        "/inbox?state=any&language=en",
        f"/inbox/enquiries/{id}",
        "/people",
        f"/people/{drafted.reference}",
        "/knowledge",
    )
    for path in (*paths, "/knowledge/growth.number", "/dashboard", "/try", "/users", "/audit"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        assert page.evaluate(FAINT) == [], path
        assert page.evaluate(NAMELESS) == [], path
        assert not page.evaluate(WIDE), path
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(16, 22, 28)" if theme == "dark" else "rgb(245, 247, 249)")


def test_works_without_script(open_page, record, console):
    record()
    page = open_page(java_script_enabled=False)
    page.click(".asked")
    page.click("button[value=confirm]")
    page.wait_for_url("**/inbox?done=*")
    assert console.reviews.counts()["confirmed"] == 1
    page.click("text=Undo")
    page.wait_for_url("**/inbox")
    page.check("input[name=id]")
    page.click("button[value=skip]")
    page.wait_for_url("**/inbox?done=*")
    assert console.reviews.counts()["skipped"] == 1
