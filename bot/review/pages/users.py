"""Users and audit: who may use the console, and what was done in it. For administrators alone."""

from __future__ import annotations

from starlette.responses import Response

from bot.errors import StoreError
from bot.review.routing import Section, page, post
from bot.review.visit import Visit
from bot.store.accounts import MIN_PASSWORD_CHARACTERS, ROLES

_PAGE = 100


def users(visit: Visit) -> Response:
    """Shows the accounts."""
    return _show(visit)


def add(visit: Visit) -> Response:
    """Adds an account."""
    name, role = visit.typed("name", 64), visit.typed("role", 16)
    try:
        visit.console.accounts.add(name, role, visit.typed("password", 1000))
    except StoreError as error:
        return _show(visit, str(error), 400)
    visit.note("add_account", name, role)
    return visit.redirect("/users", said="added")


def change(visit: Visit) -> Response:
    """Gives an account another role or password, lets it in no more, or again."""
    accounts, name, what = visit.console.accounts, visit.place("name"), visit.typed("what", 16)
    try:
        if what == "role":
            accounts.set_role(name, visit.typed("role", 16))
            visit.note("set_role", name, visit.typed("role", 16))
        elif what == "password":
            accounts.set_password(name, visit.typed("password", 1000))
            visit.note("set_password", name)
        elif what == "disable":
            accounts.disable(name)
            visit.note("disable_account", name)
        elif what == "enable":
            accounts.enable(name)
            visit.note("enable_account", name)
    except StoreError as error:
        return _show(visit, str(error), 400)
    return visit.redirect("/users", said="changed")


def audit(visit: Visit) -> Response:
    """Shows what was done, newest first."""
    before = visit.asked("before", 12)
    asked = {name: visit.asked(name, 200) for name in ("actor", "action", "subject")}
    rows = visit.console.audit.list(
        **asked, before=int(before) if before.isascii() and before.isdigit() else 0, limit=_PAGE + 1
    )
    return visit.render("audit.html", rows=rows[:_PAGE], has_more=len(rows) > _PAGE, asked=asked)


def _show(visit: Visit, problem: str = "", status: int = 200) -> Response:
    said = visit.asked("said", 16)
    return visit.render(
        "users.html",
        status,
        accounts=visit.console.accounts.all(),
        roles=ROLES,
        least=MIN_PASSWORD_CHARACTERS,
        problem=problem,
        said=said if said in ("added", "changed") else "",
    )


SECTION = Section("users", order=8, path="/users", role="admin")
ROUTES = [
    page("/users", users, role="admin"),
    post("/users/add", add, role="admin"),
    post("/users/{name}/change", change, role="admin"),
    page("/audit", audit, role="admin"),
]
