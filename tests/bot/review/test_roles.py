"""Walks every route as every role and as nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Mount

import bot.review
from bot.review.routing import EVERYBODY, all_pages, page
from bot.review.words import load_words
from bot.store.accounts import ROLES

PAGES, SECTIONS = all_pages()
IDS = [f"{'/'.join(one.methods)} {one.path}" for one in PAGES]


def address(path: str) -> str:
    return re.sub(r"\{name\}(?=\.csv)", "days", re.sub(r"\{[a-z]+\}(?!\.csv)", "nobody-knows", path))


@pytest.mark.parametrize("one", PAGES, ids=IDS)
def test_lets_in_whom_the_role_says_and_nobody_else(browse, one):
    for role in ("", *ROLES):
        browser = browse(role)
        for method in one.methods:
            response = browser.get(address(one.path)) if method == "GET" else browser.submit(address(one.path))
            is_allowed = one.role == EVERYBODY or (role and ROLES.index(role) >= ROLES.index(one.role))
            if is_allowed:
                refused = {403, 405, 500} | (set() if one.path == "/sign-in" else {401})
                assert response.status_code not in refused, (role, response.status_code)
                assert not response.headers.get("location", "").startswith("/sign-in?"), role
            elif role:
                assert response.status_code == 403, role
            elif method == "GET":
                assert response.headers["location"].startswith("/sign-in?next="), response.status_code
            else:
                assert response.status_code == 401


def test_knows_every_route_of_the_application(browse):
    routes = browse("").app.routes if hasattr(browse("").app, "routes") else []
    assert [route.name for route in routes if isinstance(route, Mount)] == ["static"]
    assert {route.endpoint.page.path for route in routes if not isinstance(route, Mount)} == {one.path for one in PAGES}


def test_names_who_may_see_what():
    roles = {(method, one.path): one.role for one in PAGES for method in one.methods}
    assert {path for (_, path), role in roles.items() if role == EVERYBODY} == {"/sign-in", "/language", "/health"}
    # Whatever changes something is at least a reviewer's, but for one's own filters, shortcuts, session and trials.
    own = {"/sign-out", "/keys", "/inbox/filters/keep", "/inbox/filters/drop", "/try", "/sign-in", "/language"}
    assert {path for (method, path), role in roles.items() if method == "POST" and role == "viewer"} <= own
    assert roles["GET", "/users"] == roles["POST", "/users/add"] == roles["GET", "/audit"] == "admin"
    assert roles["GET", "/dashboard/enquiries.csv"] == "editor"
    assert roles["GET", "/people/{reference}"] == "reviewer"


@pytest.mark.parametrize(("language", "model"), [("en", "activates models"), ("zh", "启用模型")])
def test_says_of_the_role_that_may_activate_models_that_it_may(language, model):
    [role] = {one.role for one in PAGES if one.path in ("/teach/models/{version}/act", "/teach/models/back")}
    texts = load_words()[language].texts
    assert [one for one in ROLES if model in texts[f"users.may_{one}"]] == [role]


def test_refuses_a_page_of_an_unknown_role():
    with pytest.raises(ValueError, match="there is no role"):
        page("/x", lambda visit: visit, role="king")


def test_shows_the_sections_that_the_role_may_see(browse):
    seen = re.findall(r'<li><a href="(/[a-z]+)"', browse("viewer").get("/inbox").text)
    assert "/inbox" in seen
    assert not {"/users", "/people"} & set(seen)
    assert "/users" in re.findall(r'<li><a href="(/[a-z]+)"', browse("admin").get("/inbox").text)


def test_has_words_for_everything_that_is_noted():
    code = "".join(path.read_text() for path in Path(bot.review.__file__).parent.rglob("*.py"))
    noted = set(re.findall(r'visit\.note\(\s*"([a-z_]+)"', code)) | {"activate_model", "confirm", "correct", "skip"}
    assert len(noted) > 30
    words = load_words()["en"]
    assert {action for action in noted if words.either(f"users.did_{action}", "") == ""} == set()
