"""Makes docs/review/: a picture of every page of the review console, from generated enquiries.

    .venv/bin/python -m benchmarks.review_pictures [--folder docs/review] [--only PAGE …] [--variants]

The console is the real one, served on this machine; the browser is the system's Chromium. With `--variants` each page
is taken in light and dark, at desktop and phone width, in English and Chinese: for looking at, not for the repository.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import logging
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.review import fill, generate
from bot.dialogue import registry
from bot.knowledge.loader import load
from bot.review.console import Console
from bot.settings import PROJECT_ROOT, Settings
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.contacts import ContactStore
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.queue import QueueStore
from bot.store.statements import EnquiryFilter
from bot.teaching import trend
from tests.bot.review.browsing import ARGUMENTS, CHROMIUM, served

PASSWORD = "only for pictures"  # noqa: S105
#: Name of the picture → address; `{enquiry}` and `{request}` are the first of their lists.
PAGES = {
    "sign-in": "/sign-in",
    "inbox": "/inbox?order=doubtful",
    "enquiry": "/inbox/enquiries/{enquiry}?order=doubtful",
    "dialogue-test": "/inbox/enquiries/{enquiry}/test",
    "themes": "/themes",
    "draft": "{draft}",
    "teach": "/teach",
    "changes": "/teach/diff",
    "models": "/teach/models",
    "comparison": "/teach/models/{model}",
    "examples": "/teach/examples",
    "people": "/people",
    "request": "/people/{request}",
    "knowledge": "/knowledge",
    "entry": "/knowledge/due_diligence.world_check",
    "coverage": "/knowledge/coverage",
    "texts": "/people/texts",
    "dashboard": "/dashboard",
    "try": "/try",
    "users": "/users",
    "audit": "/audit",
}
_QUESTIONS = {
    "en": ("We are a mid-sized maker of water pumps. Whom in Nairobi do we talk to about a joint project?", "en"),
    "zh": ("我们公司想赞助一次环境会议，需要提前多久联系？", "zh"),
}


_LESSONS = (
    ("faq/due_diligence.world_check", "en", "is there a list that firms are looked up in"),
    ("faq/due_diligence.world_check", "zh", "查企业用什么数据库"),
    ("faq/ten_principles.principle_7", "en", "What is principle 7?"),
    ("out_of_scope", "en", "where is the nearest cafeteria"),
)
#: What is typed into the page for trying.
_TRIED = {"en": "Which UN entities use World-Check?", "zh": "谁负责对企业做尽职调查？"}


def _prepare(settings: Settings) -> Console:
    knowledge = load(settings.knowledge)
    fill(settings.database_url, generate(knowledge, 3000, end=datetime.now(timezone.utc)))
    console = Console(settings)
    for name, role in (("anna", "admin"), ("li.wei", "editor"), ("joseph", "reviewer"), ("visitor", "viewer")):
        console.accounts.add(name, role, PASSWORD)
    contacts: ContactStore = console.contacts
    for person, (question, language) in _QUESTIONS.items():
        drafted = contacts.draft(f"picture {person}", language, question)
        contacts.consent(drafted.reference, drafted.pseudonym, "0")
    contacts.plan(contacts.waiting()[-1].reference, "anna", datetime.now(timezone.utc).date())
    request = contacts.waiting()[-1].reference
    console.threads.add(request, "note", "li.wei", "Nairobi office knows them from last year.")
    reply = console.threads.add(request, "reply", "anna", "The UN resident coordinator's office in Kenya can help you.")
    console.threads.mark_sent(reply)
    console.threads.add(request, "answer", "", "Thank you. Whom there do we write to?")
    console.canned.keep("Contact point", "en", "The contact point for your region is …", "anna")
    console.remarks.add("due_diligence.world_check", "li.wei", "Which edition of the guidelines does this follow?")
    _teach(console)
    _measure(console)
    return console


def _teach(console: Console) -> None:
    """Decides some enquiries and teaches some sentences, one of which stands there already."""
    doubtful = console.store(QueueStore).page(EnquiryFilter(outcome="fallback"), "doubtful").rows
    for row, entry in zip(doubtful, ("ten_principles.principle_7", "due_diligence.world_check"), strict=False):
        console.reviews.decide({row.id: row.review_state}, "correct", "joseph", entry=entry)
    lessons = console.store(LessonStore)
    for label, language, sentence in _LESSONS:
        lessons.add("example", label, language, sentence, "joseph")
    titles = {"en": "Visas for visiting partners", "zh": "合作伙伴访问签证"}
    lessons.add("stub", "travel.visas", "", "", "li.wei", details={"titles": titles})
    lessons.add("question", "faq/travel.visas", "en", "who gives us a letter for the visa", "li.wei")


def _measure(console: Console) -> None:
    """Puts a second model beside the one in use, with figures and the answers that it would change."""
    settings = console.settings
    now = next((model for model in registry.models(settings) if model.is_current), None)
    if now is None:
        return
    version = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{now.record.inputs}"
    record = dataclasses.replace(now.record, file=f"{version}.tar.gz", version=version)
    shutil.copy(settings.models / now.record.file, settings.models / record.file)
    data = {"record": dataclasses.asdict(record), "figures": {}}
    (settings.models / f"{version}.json").write_text(json.dumps(data))
    for measured, better in ((now.record.version, 0.0), (version, 0.02)):
        figures = {code: _figures(better) for code in ("en", "zh")}
        registry.note_figures(settings, measured, figures)
        trend.keep(settings, registry.model(settings, measured).record, figures)
    jobs = console.store(JobStore)
    jobs.add("evaluate", {"version": version}, "li.wei")
    job = jobs.take()
    if job is None:
        return
    asked = console.store(QueueStore).page(EnquiryFilter(outcome="answer"), limit=6).rows
    changes = [AnswerChange(row.id, row.entry, row.runner_up, f"faq/{row.runner_up}") for row in asked[:2]]
    changes += [AnswerChange(row.id, row.entry, f"{row.entry}|{row.runner_up}") for row in asked[2:]]
    console.store(ComparisonStore).keep(job.id, changes)
    result = {"version": version, "compared_with": now.record.version, "replayed": 500, "leaning": 41}
    jobs.finish(job, {**result, "changed": len(changes), "better": 2, "worse": 0})


def _figures(better: float) -> dict[str, float]:
    return {
        "asked": 2000,
        "right": 0.9 + better,
        "offered": 0.05,
        "wrong": 0.03 - better / 2,
        "declined": 0.88 + better,
    }


def _take(browser: Browser, address: str, console: Console, folder: Path, options: argparse.Namespace) -> None:
    request = console.contacts.waiting()[-1].reference
    model = next((known.record.version for known in registry.models(console.settings)), "none")
    sizes = {"desktop": (1280, 860), "phone": (390, 844)} if options.variants else {"desktop": (1280, 860)}
    themes = ("light", "dark") if options.variants else ("light",)
    languages = ("en", "zh") if options.variants else ("en",)
    for (size, (width, height)), theme, language in itertools.product(sizes.items(), themes, languages):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, locale=language, reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("console", lambda message: print(f"  {message.type}: {message.text}"))
        page.goto(f"{address}/sign-in")
        name = "-".join(part for part in (size, theme, language) if options.variants)
        if not options.only or "sign-in" in options.only:
            page.screenshot(path=folder / "-".join(filter(None, ("sign-in", name, ".png"))).replace("-.png", ".png"))
        page.fill("#name", "anna")
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.goto(f"{address}/themes")
        draft = page.locator(".theme a.button").first.get_attribute("href") or ""
        page.goto(f"{address}/inbox?order=doubtful")
        links = page.locator(".asked")
        enquiry = (links.nth(3).get_attribute("href") or "").partition("enquiries/")[2].partition("?")[0]
        for called, path in PAGES.items():
            if called == "sign-in" or (options.only and called not in options.only):
                continue
            response = page.goto(address + path.format(enquiry=enquiry, request=request, draft=draft, model=model))
            if response is None or response.status == 404:
                continue
            if called == "try":
                if console.trial.wait(120) != "ready":
                    print(f"  try: no model, no picture ({console.trial.problem or 'still loading'})")
                    continue
                page.fill("#text", _TRIED[language])
                page.click("main button.main")
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            if wide:
                print(f"  {called} {name}: wider than the window")
            picture = folder / f"{'-'.join(filter(None, (called, name)))}.png"
            page.screenshot(path=picture, full_page=options.variants)
        context.close()


def main() -> None:
    """Makes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=PROJECT_ROOT / "docs" / "review")
    parser.add_argument("--only", nargs="*", choices=PAGES)
    parser.add_argument("--variants", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        var = Path(temporary)
        settings = Settings(
            root=PROJECT_ROOT,
            var=var,
            database_url=f"sqlite:///{var / 'partnerguide.db'}",
            secret="for pictures only",  # noqa: S106
        )
        if (PROJECT_ROOT / "var" / "models").is_dir():
            shutil.copytree(PROJECT_ROOT / "var" / "models", var / "models")
        console = _prepare(settings)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        with served(console) as address:
            _take(browser, address, console, options.folder, options)
        browser.close()
        console.close()
    for picture in options.folder.glob("*.png"):
        # A palette: a third of the size, and nobody sees it.
        with Image.open(picture) as opened:
            opened.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    main()
