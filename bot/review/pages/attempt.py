"""Try it: a sentence in, the whole trace out. A test: neither logged nor counted."""

from __future__ import annotations

from starlette.responses import Response

from bot.languages import reply_language
from bot.review.naming import entry_title
from bot.review.routing import Section, page, post
from bot.review.trial import MAX_CHARACTERS
from bot.review.visit import Visit
from bot.store.switches import SwitchStore

PATH = "/try"
# A model that is nearly loaded is waited for; the page says by itself when it is there.
_WAIT_S = 3.0


def form(visit: Visit) -> Response:
    """Shows the form and has the model loaded meanwhile."""
    visit.console.trial.begin()
    return visit.render("try.html", text="", trace=None, state=visit.console.trial.state, most=MAX_CHARACTERS)


def progress(visit: Visit) -> Response:
    """Shows how far the model is, for the page that shows it to fetch again and again."""
    return visit.render("try_state.html", state=visit.console.trial.state)


def attempt(visit: Visit) -> Response:
    """Shows what is made of a sentence. By POST, so that it stands in no address and no history."""
    trial, text = visit.console.trial, visit.typed("text", MAX_CHARACTERS)
    trial.begin()
    state = trial.wait(_WAIT_S)
    if not text or state != "ready":
        return visit.render("try.html", text=text, trace=None, state=state, most=MAX_CHARACTERS)
    base = visit.console.knowledge
    present = base.without(frozenset(visit.console.store(SwitchStore).switched_off()))
    trace = trial.trace(text, present)
    visit.note("try")
    language = reply_language(text, base.languages)
    return visit.render(
        "try.html",
        text=text,
        trace=trace,
        state=state,
        most=MAX_CHARACTERS,
        language=language,
        language_name=base.languages[language].name,
        title_of=lambda id: entry_title(base, id, visit.words.code),
    )


SECTION = Section("attempt", order=7, path=PATH)
ROUTES = [
    page(PATH, form, role="viewer"),
    page("/try/state", progress, role="viewer"),
    post(PATH, attempt, role="viewer"),
]
