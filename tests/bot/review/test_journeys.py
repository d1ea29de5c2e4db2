"""What maintainers do with the console, from page to page in the system's Chromium, with a bot and a worker beside it.

The bot answers from a small project that is trained once; what the console asks for, the worker carries out.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from bot.dialogue import training
from bot.dialogue.door import Message
from bot.dialogue.following import ModelFollower
from bot.store import switches
from bot.store.contacts import AT_NEXT_VISIT
from bot.store.correspondence import Correspondence
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.statements import EnquiryFilter
from bot.teaching.working import Worker, model_handlers
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.conftest import loaded, project_root  # noqa: F401  # fixtures
from tests.bot.review.browsing import CHROMIUM
from tests.bot.review.test_accessible import AXE, violations
from tests.bot.review.test_browser import address, chromium, open_page  # noqa: F401  # fixtures

pytestmark = [
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="no browser here: `apt-get install chromium`"),
    pytest.mark.filterwarnings("ignore::UserWarning:rasa"),
]
UNKNOWN = "do governments pay for shots"
COSTS, TITLE = "what does the vaccine project cost", "What a vaccine project costs"
#: From the first look at a misunderstood question to the model that answers it.
MOST_S = 180


@pytest.fixture
def settings(project_root, tmp_path):  # noqa: F811
    """A folder and a database of their own, with the model of the small project in use."""
    return small_front.settings_for(project_root, tmp_path / "var")


@pytest.fixture
def worker(settings):
    """Carries out what the console asks for, as long as the test takes."""
    stop = threading.Event()
    with JobStore.from_settings(settings) as jobs:
        lane = threading.Thread(target=Worker(jobs, model_handlers(settings, jobs)).run, args=(stop, 0.05))
        lane.start()
        yield jobs
        stop.set()
        lane.join()


@pytest.fixture
def ask(settings, loaded, monkeypatch):  # noqa: F811
    """Asks the bot in a new conversation and returns the title of its reply; it follows models and switches."""
    monkeypatch.setattr(switches, "LOOK_EVERY_S", 0.0)
    with small_front.opened(settings, like=loaded) as dialogue, ThreadPoolExecutor(1) as beside:
        follower = ModelFollower(dialogue)

        def one(text):
            follower.look()
            message = Message(f"visitor {time.monotonic_ns()}", "terminal", text, language_hint="en")
            # Playwright's own loop runs in this thread.
            return beside.submit(asyncio.run, dialogue.ask(message)).result().reply.title

        yield one


@pytest.mark.slow
def test_teaches_a_question_from_the_inbox_to_the_model_and_back(open_page, ask, worker, console, settings):  # noqa: F811
    assert ask(UNKNOWN) != TITLE
    (enquiry,) = console.enquiries.iterate(EnquiryFilter())
    began, before = time.monotonic(), training.current(settings)
    page = open_page("editor")
    with page.expect_navigation():
        page.click(f".asked >> text={UNKNOWN}")
    page.keyboard.press("e")
    page.keyboard.type("vaccine budget")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.check("input[name=is_clean]")
    page.click(".picks button:has-text('growth.costs')")
    expect(page.locator(".said.good")).to_contain_text("1 corrected.")

    page.click("nav a[href='/teach']")
    expect(page.locator(".diff .added")).to_have_text(UNKNOWN)
    with page.expect_download() as download:
        page.click("button[value=patch]")
    patch = download.value.path().read_text(encoding="utf-8")
    assert [line.lstrip("+ -") for line in patch.splitlines() if line.startswith("+ ")] == [UNKNOWN]
    assert enquiry.id not in patch
    assert enquiry.pseudonym not in patch
    page.reload()
    expect(page.locator(".diff .tag").first).to_have_text("exported")

    with page.expect_navigation():
        page.keyboard.press("t")
    with page.expect_navigation():
        pass  # the page loads itself anew when training and measuring are over
    page.click("text=See what would change")
    expect(page.locator("h2")).to_contain_text(["1 of the last 1 enquiries would be answered otherwise"])
    expect(page.locator(".tag.good")).to_contain_text(["becomes right"])
    assert training.current(settings) == before
    page.click("button[value=activate]")
    expect(page.locator("section:has(.tag:text-is('in use')) code").first).not_to_have_text(before.version)
    assert ask(UNKNOWN) == TITLE
    assert time.monotonic() - began < MOST_S

    page.click("text=Roll back to it")
    expect(page.locator("section:has(.tag:text-is('in use')) code").first).to_have_text(before.version)
    assert ask(UNKNOWN) != TITLE


def test_answers_a_person_and_switches_an_entry_off_in_chinese(open_page, ask, console, settings):  # noqa: F811
    drafted = console.contacts.draft("c0ffee", "zh", "内罗毕联系谁？")
    console.contacts.consent(drafted.reference, "c0ffee", AT_NEXT_VISIT)
    page = open_page("editor", locale="zh-CN")
    page.click("nav >> text=来访者")
    with page.expect_navigation():
        page.click("text=内罗毕联系谁？")
    page.keyboard.press("e")
    page.keyboard.type("请写信给内罗毕办事处。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".said.good")).to_have_text("已保存，将在对方下次来访时显示。")
    expect(page.locator(".dialogue .reply")).to_contain_text("等待对方下次来访")
    with Correspondence.opened(settings) as correspondence:
        ((_, part),) = correspondence.unseen("c0ffee")
        assert part.text == "请写信给内罗毕办事处。"
        correspondence.answer(drafted, "谢谢！")
    page.reload()
    expect(page.locator(".dialogue .answer")).to_contain_text("谢谢！")
    page.select_option("#result", label="已答复")
    page.click("button:text('关闭请求')")
    expect(page.locator(".said.good")).to_have_text("已关闭，问题、地址和往来记录已删除。")

    assert ask(COSTS) == TITLE
    page.click("nav >> text=知识库")
    page.fill("input[name=find]", "疫苗")
    page.keyboard.press("Enter")
    page.click("text=疫苗项目的花费")
    page.click("button:text('停用')")
    expect(page.locator(".said.bad")).to_contain_text("editor已停用此条目")
    assert ask(COSTS) != TITLE
    page.click("button:text('重新启用')")
    expect(page.locator(".said.bad")).to_have_count(0)
    assert ask(COSTS) == TITLE
    page.click("button:text('English')")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text(TITLE)


HOSTILE = "<script>document.title='taken'</script> what does the vaccine project cost"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)], ids=["desktop", "phone"])
def test_shows_all_that_is_made_of_a_sentence_and_keeps_nothing(open_page, console, theme, width):  # noqa: F811
    console.trial.begin()
    page = open_page("viewer", color_scheme=theme, viewport={"width": width, "height": 844})
    assert console.trial.wait(240) == "ready", console.trial.problem
    page.click("nav a[href='/try']")
    page.fill("#text", HOSTILE)
    page.click("main button.main")
    expect(page.locator("h2").first).to_contain_text("test, not counted")
    expect(page.locator(".ranking tbody tr").first).to_contain_text(TITLE)
    expect(page.locator("dd .tag", has_text="vaccine")).to_have_count(1)
    expect(page.locator("table tbody tr", has_text="confidence for an answer")).to_have_count(1)
    assert page.title() == "Try it · Partnership guide"
    assert "vaccine" not in page.url
    assert console.enquiries.count() == 0
    assert [row.action for row in console.audit.list() if "vaccine" in str(row)] == []
    if AXE.is_file():
        assert violations(page) == []


def test_assigns_and_redacts_by_keyboard(open_page, record, console):  # noqa: F811
    id = record(text="please call Jane Roe")
    page = open_page("reviewer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_navigation():
        page.keyboard.press("a")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    expect(page.locator(".under .tag.mark", has_text="reviewer")).to_have_count(1)
    page.keyboard.press("r")
    page.keyboard.press("Tab")
    page.keyboard.type("Jane Roe")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_contain_text("Jane")
    assert "Jane" not in page.content()
    assert console.enquiries.get(id).assignee == "reviewer"


def test_takes_up_a_model_without_script(open_page, worker, console, settings):  # noqa: F811
    before = training.current(settings)
    candidate = dataclasses.replace(before, file="20261130T000000Z-beside.tar.gz", version="20261130T000000Z-beside")
    shutil.copy(settings.models / before.file, settings.models / candidate.file)
    training.write_beside(settings.models / f"{candidate.version}.json", {"record": dataclasses.asdict(candidate)})
    console.store(LessonStore).add("example", "faq/growth.costs", "en", UNKNOWN, "editor")
    page = open_page("editor", java_script_enabled=False)
    page.click("nav a[href='/teach']")
    page.click("text=See the changes")
    expect(page.locator(".patch ins")).to_contain_text([UNKNOWN])
    page.go_back()
    with page.expect_download() as download:
        page.click("button[value=bundle]")
    assert zipfile.is_zipfile(download.value.path())
    page.click("text=Models")
    page.click(f"text={candidate.version}")
    for known, button in ((candidate, "button[value=activate]"), (before, "text=Roll back to it")):
        with page.expect_navigation():
            page.click(button)
        while page.locator("text=Load anew").count():  # there as long as the worker is at it
            page.click("text=Load anew")
        expect(page.locator("section:has(.tag:text-is('in use')) h2 code")).to_have_text(known.version)
        assert training.current(settings) == known
