"""The inbox's filters as they stand in its address: read, checked, written back in one order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from bot.reply import ENQUIRY_OUTCOMES
from bot.store.queue import Order
from bot.store.reviews import REVIEW_STATES
from bot.store.statements import EnquiryFilter

#: The state that the inbox shows unless another is asked for, and the word for "whatever the state".
DEFAULT_STATE, ANY_STATE = "new", "any"
_CODES = ("language", "channel", "audience", "intent", "topic", "entry", "outcome", "assignee")
_CODE = re.compile(r"[\w./@-]{1,120}")
_DAY = timedelta(days=1)
#: Dates outside are slips of the finger, and some of them nothing can be reckoned with.
YEARS = range(2000, 3000)


@dataclass(frozen=True)
class Queue:
    """A queue of enquiries as its address describes it: `values` holds what the form shows, filled or not."""

    values: Mapping[str, str]
    wanted: EnquiryFilter
    order: Order

    @property
    def query(self) -> str:
        """The query string that leads to this queue, without what is the default anyway."""
        return urlencode({name: value for name, value in self.values.items() if value and value != _DEFAULTS.get(name)})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the defaults is asked for."""
        return bool(self.query)

    @property
    def is_filtered(self) -> bool:
        """Whether more than a state, an order and close calls is asked for."""
        return any(value for name, value in self.values.items() if name not in _DEFAULTS)

    def address(self, path: str, **more: str) -> str:
        """Returns a path with this queue behind it, and more values of the query."""
        filled = "&".join(part for part in (self.query, urlencode({k: v for k, v in more.items() if v})) if part)
        return f"{path}?{filled}" if filled else path


_DEFAULTS = {"state": DEFAULT_STATE, "order": "newest", "close": ""}


def read_queue(query: Mapping[str, str]) -> Queue:
    """Returns the queue that a query string asks for; what makes no sense in it is left out."""
    values = {name: (query.get(name) or "").strip() for name in _CODES}
    values = {name: value if _CODE.fullmatch(value) else "" for name, value in values.items()}
    values["text"] = (query.get("text") or "").strip()[:100]
    since, until = _day(query.get("since")), _day(query.get("until"))
    values["since"] = f"{since:%Y-%m-%d}" if since else ""
    values["until"] = f"{until:%Y-%m-%d}" if until else ""
    low, high = _percent(query.get("from")), _percent(query.get("to"))
    values["from"] = "" if low is None else str(low)
    values["to"] = "" if high is None else str(high)
    feedback, state = query.get("feedback", ""), query.get("state") or DEFAULT_STATE
    values["feedback"] = feedback if feedback in ("positive", "negative", "none") else ""
    values["state"] = state if state in (*REVIEW_STATES, ANY_STATE) else DEFAULT_STATE
    values["close"] = "yes" if query.get("close") == "yes" else ""
    order: Order = "doubtful" if query.get("order") == "doubtful" else "newest"
    values["order"] = order
    wanted = EnquiryFilter(
        since=since,
        until=until + _DAY if until else None,
        language=values["language"],
        channel=values["channel"],
        audience=values["audience"],
        intent=values["intent"],
        topic=values["topic"],
        entry=values["entry"],
        outcome=values["outcome"],
        assignee=values["assignee"],
        text=values["text"],
        feedback=values["feedback"],
        review_state="" if values["state"] == ANY_STATE else values["state"],
        confidence_from=None if low is None else low / 100,
        confidence_to=None if high is None else high / 100,
        close_calls_only=bool(values["close"]),
        enquiries_only=not values["outcome"] or values["outcome"] in ENQUIRY_OUTCOMES,
    )
    return Queue(values, wanted, order)


def _day(written: str | None) -> datetime | None:
    try:
        found = datetime.strptime(written or "", "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _percent(written: str | None) -> int | None:
    return int(written) if written and written.isascii() and written.isdigit() and int(written) <= 100 else None
