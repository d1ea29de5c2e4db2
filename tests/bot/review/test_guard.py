from __future__ import annotations

import dataclasses
import re

import pytest
from starlette.testclient import TestClient

from bot.review.app import create_app
from bot.review.console import Console
from bot.review.guard import MAX_BODY_BYTES, safe_path
from tests.bot.review.conftest import BASE, Browser, actions

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


def test_puts_strict_headers_on_every_answer(admin):
    for path in ("/inbox", "/sign-in", "/nowhere", "/static/console.css", "/dashboard/tables/days.csv"):
        headers = admin.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "no-store" in headers["cache-control"] or path.startswith("/static")
        assert "server" not in headers


def test_keeps_scripts_and_styles_out_of_pages(admin, record):
    id = record()
    for path in ("/inbox", f"/inbox/enquiries/{id}", "/dashboard", "/knowledge", "/knowledge/growth.number", "/users"):
        page = admin.get(path).text
        assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
        assert re.findall(r"\s(?:style|on[a-z]+)=", page) == []
        assert "<style" not in page


def test_escapes_whatever_people_wrote(admin, record, console):
    id = record(text=HOSTILE, shown=HOSTILE, feedback=HOSTILE, entry=HOSTILE, language="en", audience=HOSTILE,
                channel=HOSTILE[:20], runner_up=HOSTILE, entities=[{"kind": HOSTILE, "value": HOSTILE}],
                citations=[{"source": HOSTILE, "locators": [HOSTILE], "url": "javascript:alert(1)"}])  # fmt: skip
    record(1)
    console.remarks.add("growth.number", "admin", HOSTILE)
    console.filters.keep("admin", HOSTILE[:60], "state=any")
    drafted = console.contacts.draft("c0ffee", "en", HOSTILE)
    console.contacts.consent(drafted.reference, "c0ffee", "4711")
    console.threads.add(drafted.reference, "note", "admin", HOSTILE)
    paths = ("/inbox?state=any", f"/inbox/enquiries/{id}", "/dashboard", "/knowledge/growth.number", "/people")
    for path in (
        *paths,
        f"/people/{drafted.reference}",
        f"/inbox?text={HOSTILE}&topic={HOSTILE}",
        f"/try?text={HOSTILE}",
    ):
        page = admin.get(path)
        assert page.status_code == 200, path
        assert "<script>" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "javascript:" not in page.text, path
        assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(\S*)", page.text), path


@pytest.mark.parametrize("given", ["", "0" * 64])
def test_refuses_a_form_that_is_not_its_own(admin, record, given):
    id = record()
    form = {"decision": "confirm", "seen": "new", "form_token": given}
    assert admin.post(f"/inbox/enquiries/{id}/decide", data=form, headers={"origin": BASE}).status_code == 403
    assert admin.get("/inbox").text.count("data-row") == 1


def test_refuses_another_persons_form(browse, record):
    id = record()
    form = {"decision": "confirm", "seen": "new", "form_token": browse("editor").token()}
    assert browse("reviewer").post(f"/inbox/enquiries/{id}/decide", data=form).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_refuses_forms_from_elsewhere(admin, record, headers):
    id = record()
    form = {"decision": "confirm", "seen": "new", "form_token": admin.token()}
    assert admin.post(f"/inbox/enquiries/{id}/decide", data=form, headers=headers).status_code == 403


def test_refuses_a_form_that_is_too_large(admin):
    form = {"form_token": admin.token(), "text": "x" * MAX_BODY_BYTES}
    assert admin.post("/try", data=form).status_code == 413


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8600", ""])
def test_answers_to_its_own_name_alone(admin, host):
    assert admin.get("/inbox", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8600", "127.0.0.1", "[::1]:8600"])
def test_answers_to_the_names_of_this_machine(admin, host):
    assert admin.get("/sign-in", headers={"host": host}).status_code == 303


def test_sets_cookies_that_scripts_and_other_sites_cannot_use(browse):
    [cookie] = browse().get("/sign-in").headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # loopback without TLS


def test_asks_browsers_for_tls_where_a_proxy_serves_it(console, settings):
    own = Console(dataclasses.replace(settings, review_url="https://review.example.org"), _stores=console._stores)
    client = TestClient(create_app(own), base_url="https://review.example.org", follow_redirects=False)
    response = client.get("/sign-in")
    [cookie] = response.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', response.text)[1]
    form = {"form_token": token, "name": "admin", "password": "a password of the tests"}
    assert client.post("/sign-in", data=form, headers={"origin": "http://review.example.org"}).status_code == 403
    response = client.post("/sign-in", data=form, headers={"origin": "https://review.example.org"})
    assert response.status_code == 303
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "/\t/evil.example",
     "evil.example", "", "/ /evil", "///evil.example"],
)  # fmt: skip
def test_leads_nowhere_else(wanted):
    assert safe_path(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/inbox?state=any&text=%E5%B0%BD", "/", "/people/ABC"])
def test_leads_on_within_the_console(wanted):
    assert safe_path(wanted) == wanted


def test_goes_on_to_where_somebody_wanted_after_signing_in(console, browse):
    browser = browse()
    asked = browser.get("/inbox?language=zh")
    assert asked.headers["location"] == "/sign-in?next=%2Finbox%3Flanguage%3Dzh"
    form = {"name": "viewer", "password": "a password of the tests"}
    assert browser.submit("/sign-in", next="/inbox?language=zh", **form).headers["location"] == "/inbox?language=zh"
    assert Browser(console).submit("/sign-in", next="//evil.example", **form).headers["location"] == "/"
    assert actions(console)[-1] == ("viewer", "sign_in", "")


def test_tells_a_wrong_password_and_then_stops_listening(console, browse):
    browser = browse()
    for _ in range(5):
        assert browser.submit("/sign-in", name="viewer", password="wrong").status_code == 401
    assert browser.submit("/sign-in", name="viewer", password="a password of the tests").status_code == 429
    browse().submit("/sign-in", name="my password by mistake", password="x")
    assert ("-", "sign_in_failed", "viewer") in actions(console)
    assert "mistake" not in str(actions(console))


def test_ends_the_session(admin):
    assert admin.submit("/sign-out").headers["location"] == "/sign-in"
    assert admin.get("/inbox").headers["location"].startswith("/sign-in")


def test_shows_a_fault_without_its_cause(admin, console, monkeypatch):
    monkeypatch.setattr(type(console.reviews), "counts", lambda self: 1 / 0)
    response = admin.get("/dashboard")
    assert response.status_code == 500
    assert "ZeroDivision" not in response.text
    assert "content-security-policy" in response.headers


def test_says_that_the_database_is_away(admin, console, settings):
    (settings.var / "guide.db").unlink()
    (settings.var / "guide.db").mkdir()
    response = admin.get("/sign-in")
    assert response.status_code == 503
    assert "the database is away" in response.text
