"""Knowledge, dashboard, trying, users and the frame around all pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from bot.review.charts import day_chart, hour_chart, latency_chart, share_chart, weekday_chart
from bot.review.words import Words, check_words, load_words, preferred
from bot.store.database import DatabaseAwayError
from bot.store.figures import Figures
from bot.store.switches import SwitchStore
from tests.bot.review.conftest import NOW, PASSWORD, Browser, actions


def test_lists_entries_by_use(admin, record):
    for number in range(3):
        record(number, entry="duties.precaution", topic="duties", feedback="negative: wrong")
    record(5)
    page = admin.get("/knowledge").text
    assert re.findall(r'<td><a href="/knowledge/([\w.]+)"', page)[:2] == ["duties.precaution", "growth.number"]
    assert re.findall(r'<td><a href="/knowledge/([\w.]+)"', admin.get("/knowledge?state=unhelpful").text) == [
        "duties.precaution"
    ]
    assert re.findall(r'<td><a href="/knowledge/([\w.]+)"', admin.get("/knowledge?find=vaccine budget").text)[0] == (
        "growth.costs"
    )


def test_shows_an_entry_in_both_languages_with_its_figures(admin, record):
    record()
    page = admin.get("/knowledge/growth.number").text
    for shown in ("伙伴关系的数量", "2021年共有", "A/76/319", "partnerships", "10 example questions"):
        assert shown in page, shown
    assert "{partnerships}" not in page
    assert admin.get("/knowledge/no.entry").status_code == 404
    assert "A/76/319" in admin.get("/knowledge/coverage").text


def test_switches_an_entry_off_and_on(browse, reviewer, console):
    editor = browse("editor")
    editor.submit("/knowledge/growth.number/switch", switch="off")
    assert set(console.store(SwitchStore).switched_off()) == {"growth.number"}
    assert "editor has switched this entry off" in editor.get("/knowledge/growth.number").text
    assert "growth.number" in editor.get("/knowledge?state=off").text
    editor.submit("/knowledge/growth.number/switch", switch="off")
    assert reviewer.submit("/knowledge/growth.number/switch", switch="on").status_code == 403
    editor.submit("/knowledge/growth.number/switch", switch="on")
    assert console.store(SwitchStore).switched_off() == {}
    assert [action for _, action, _ in actions(console) if "switch" in action] == ["switch_off", "switch_on"]


def test_keeps_remarks_and_reviews_of_entries(reviewer, console):
    reviewer.submit("/knowledge/growth.number/remark", text="which year?")
    assert "which year?" in reviewer.get("/knowledge/growth.number").text
    assert "open remarks <span>1" in reviewer.get("/knowledge").text
    [remark] = console.remarks.of("growth.number")
    reviewer.submit("/knowledge/growth.number/settle", id=remark.id)
    reviewer.submit("/knowledge/growth.number/reviewed")
    page = reviewer.get("/knowledge/growth.number").text
    assert 'class="undone"><span class="text">which year?' in page
    assert re.search(r"<h2>Last review</h2>\s*<p>[^<]*reviewer</p>", page)


def test_shows_figures_of_any_range(admin, record):
    record(0, feedback="positive", latency_ms=12)
    record(1, outcome="fallback", entry="", topic="", pseudonym="other")
    record(2, created_at=NOW - timedelta(days=40))
    assert re.search(r"Enquiries</dt><dd>2<", admin.get("/dashboard").text)
    assert re.search(r"Enquiries</dt><dd>3<", admin.get("/dashboard?days=90").text)
    day = f"{NOW - timedelta(days=40):%Y-%m-%d}"
    assert re.search(r"Enquiries</dt><dd>1<", admin.get(f"/dashboard?since={day}&until={day}").text)
    assert admin.get("/dashboard?since=9999-12-31&until=0001-01-01&days=x").status_code == 200


def test_works_without_any_figures(admin):
    page = admin.get("/dashboard").text
    assert "Nothing in this range." in page
    assert re.search(r"Enquiries</dt><dd>0<", page)


def test_draws_charts_that_say_what_they_show(admin, record):
    record()
    page = admin.get("/dashboard").text
    drawings = re.findall(r'<svg role="img".*?</svg>', page, re.DOTALL)
    assert len(drawings) == 8
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)  # well-formed
        for id in root.attrib["aria-labelledby"].split():
            assert re.search(rf'id="{id}"[^>]*>[^<]+', page), id


@pytest.mark.parametrize(
    "name", ["days", "topics", "weekdays", "hours", "languages", "channels", "audiences", "latency"]
)
def test_gives_every_chart_as_a_table_and_as_csv(admin, record, name):
    record()
    page = admin.get("/dashboard").text
    assert f"/dashboard/tables/{name}.csv" in page
    response = admin.get(f"/dashboard/tables/{name}.csv")
    assert response.headers["content-type"].startswith("text/csv")
    head, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert rows
    assert all(len(row) == len(head) for row in rows)
    assert admin.get("/dashboard/tables/nothing.csv").status_code == 404


def test_exports_enquiries_and_conversations_without_formulas(browse, record, console):
    record(0, text="=HYPERLINK(1)")
    record(1)
    editor = browse("editor")
    rows = list(csv.DictReader(io.StringIO(editor.get("/dashboard/enquiries.csv").text.removeprefix("\ufeff"))))
    assert [row["text"] for row in rows] == ["question 1", "'=HYPERLINK(1)"]
    rows = list(csv.DictReader(io.StringIO(editor.get("/dashboard/conversations.csv").text.removeprefix("\ufeff"))))
    assert [(row["turns"], row["answer"]) for row in rows] == [("2", "2")]
    assert ("editor", "export", "enquiries") in actions(console)
    assert "HYPERLINK" not in str(actions(console))


def test_says_what_is_missing_for_trying_a_sentence(admin, console):
    console.trial.begin()
    assert console.trial.wait(240) == "failed"
    page = admin.submit("/try", text="how many partnerships").text
    assert "run partnerguide train" in page
    assert "This is a test." in page


def test_manages_accounts(admin, console):
    admin.submit("/users/add", name="li.wei", role="reviewer", password=PASSWORD)
    admin.submit("/users/li.wei/change", what="role", role="editor")
    assert console.accounts.get("li.wei").role == "editor"
    admin.submit("/users/li.wei/change", what="disable")
    assert console.accounts.get("li.wei").disabled_at
    admin.submit("/users/li.wei/change", what="enable")
    admin.submit("/users/li.wei/change", what="password", password="another " + PASSWORD)
    assert console.accounts.sign_in("li.wei", "another " + PASSWORD, "127.0.0.1")
    refused = admin.submit("/users/add", name="li.wei", role="reviewer", password=PASSWORD)
    assert (refused.status_code, "is there already" in refused.text) == (400, True)
    assert "last administrator" in admin.submit("/users/admin/change", what="disable").text
    page = admin.get("/audit?action=set_role").text
    assert re.findall(r"<td>(set a role)</td><td><code>([\w.]+)</code>", page) == [("set a role", "li.wei")]
    assert PASSWORD not in page


def test_speaks_the_language_that_is_chosen_or_asked_for(browse):
    browser = browse("viewer")
    assert "收件箱" in browser.get("/inbox", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    assert "Inbox" in browser.get("/inbox", headers={"accept-language": "fr,de"}).text
    back = browser.submit("/language", language="zh")
    assert back.headers["location"] == "/"
    page = browser.get("/inbox").text
    assert '<html lang="zh">' in page
    assert "收件箱" in page


def test_turns_the_shortcuts_off(browse):
    browser = browse("viewer")
    assert 'data-keys="on"' in browser.get("/inbox").text
    browser.submit("/keys", keys="off")
    page = browser.get("/inbox").text
    assert 'data-keys="on"' not in page
    assert "<kbd" not in page


def test_says_how_to_make_the_first_account(settings):
    from bot.review.console import Console

    empty = Console(settings)
    assert "partnerguide review user add NAME --role admin" in Browser(empty).get("/sign-in").text
    empty.close()


def test_says_the_same_in_every_language():
    assert check_words(load_words()) == []


def test_finds_what_one_language_lacks():
    texts = {"p.a": "one {n}", "p.b": "two", "p.a_one": "just one"}
    found = check_words({"en": Words("en", texts), "zh": Words("zh", {"p.a": "一 {m}"})})
    assert found == [
        "en: p.a: its {names} differ from those in zh",
        "zh: p.a: its {names} differ from those in en",
        "zh: p.b: missing",
    ]


def test_writes_numbers_and_dates_as_the_language_does():
    words = load_words()
    assert words["en"].count("dashboard.verdicts", 1) == "of 1 verdict"
    assert words["en"].count("dashboard.verdicts", 1234) == "of 1,234 verdicts"
    assert (words["en"].day(NOW.replace(2026, 3, 1)), words["zh"].day(NOW.replace(2026, 3, 1))) == (
        "1 Mar 2026",
        "2026年3月1日",
    )
    assert preferred(words, "", "fr").code == "en"


def test_draws_empty_and_large_charts():
    words = load_words()["en"]
    few, many = Figures(), Figures()
    many.outcomes.update(answer=100_000)
    many.topics.update({f"t{n}": n for n in range(60)})
    for figures in (few, many):
        charts = [
            day_chart({NOW.date(): figures}, words),
            hour_chart(figures, words),
            weekday_chart({NOW.date(): figures}, words),
            latency_chart(figures, words),
            share_chart("topics", figures.topics, {}, words),
        ]
        for chart in charts:
            assert all(0 <= rect.x <= chart.width and 0 <= rect.y <= chart.height for rect in chart.rects)
    assert len(charts[-1].rects) == 12
    assert len(charts[-1].rows) == 60


def test_tells_a_monitor_whether_the_database_answers(browse, console, monkeypatch):
    assert browse("").get("/health").text == "ok\n"

    def away(name):
        raise DatabaseAwayError("the database is away")

    monkeypatch.setattr(console.accounts, "get", away)
    assert browse("").get("/health").status_code == 503
