"""Measures how long the pages of the review console take with many enquiries, on SQLite and on PostgreSQL.

    .venv/bin/python -m benchmarks.review [--rows 100000] [--url DATABASE_URL] [--times 15] [--keep FOLDER]

Without a URL a SQLite file in a temporary folder is filled; with one, that (empty) database. Every page is fetched
through the whole application in this process. Where the machine has other work, the CPU time says more than the clock:
with SQLite it is all there is, with PostgreSQL the server's comes on top.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import insert, text
from starlette.testclient import TestClient

from bot.knowledge.loader import KnowledgeBase, load
from bot.review.app import create_app
from bot.review.console import Console
from bot.settings import PROJECT_ROOT, Settings
from bot.store.accounts import AccountStore
from bot.store.database import connect
from bot.store.migrations import upgrade
from bot.store.models import Enquiry, as_values, enquiry_id
from bot.store.statements import TABLE

_DAYS = 120
_OUTCOMES = ("answer", "choices", "fallback", "handover", "smalltalk", "flow", "notice")
_OUTCOME_WEIGHTS = (62, 8, 13, 1, 10, 3, 3)
_STATES = ("new", "confirmed", "corrected", "new_entry", "out_of_scope", "skipped")
_STATE_WEIGHTS = (55, 30, 6, 3, 4, 2)
_FEEDBACK = (None, "positive", "negative", "negative: wrong", "negative: incomplete")
_FEEDBACK_WEIGHTS = (85, 10, 3, 1, 1)
#: The hours of a day, UTC: work in Nairobi, Geneva, New York and Beijing.
_HOURS = (3, 4, 5, 4, 3, 3, 4, 6, 9, 10, 9, 8, 7, 9, 10, 9, 8, 6, 5, 4, 3, 3, 2, 2)


def generate(
    knowledge: KnowledgeBase, rows: int, *, end: datetime, seed: int = 7, days: int = _DAYS
) -> Iterator[Enquiry]:
    """Yields enquiries that look like a year of use, made from the example questions of the knowledge base."""
    chance = random.Random(seed)
    entries = [entry for entry in knowledge.entries.values() if entry.texts["en"].questions]
    popularity = [1 / (rank + 3) for rank in range(len(entries))]
    chance.shuffle(entries)
    number, conversation = 0, 0
    while number < rows:
        conversation += 1
        person = f"{chance.randrange(max(rows // 9, 5)):024x}"
        language = chance.choices(("en", "zh"), (6, 4))[0]
        channel = chance.choices(("telegram", "terminal"), (8, 2))[0]
        audience = chance.choices(("other", "company", "un_staff"), (5, 3, 2))[0]
        day = end - timedelta(days=chance.triangular(0, days, 0))
        moment = day.replace(hour=chance.choices(range(24), _HOURS)[0], minute=chance.randrange(60))
        if moment > end:
            moment -= timedelta(days=1)
        for turn in range(min(chance.choice((1, 1, 2, 3, 4, 6)), rows - number)):
            entry, other = chance.choices(entries, popularity, k=2)
            outcome = chance.choices(_OUTCOMES, _OUTCOME_WEIGHTS)[0]
            words = entry.texts[language]
            is_answer = outcome == "answer"
            yield Enquiry(
                id=enquiry_id(f"generated {conversation}", str(turn)),
                conversation=f"generated {conversation}",
                created_at=moment + timedelta(minutes=2 * turn, seconds=chance.randrange(60)),
                channel=channel,
                pseudonym=person,
                audience=audience,
                language=language,
                text=chance.choice(words.questions),
                shown=f"{words.title}\n\n{words.answer}" if is_answer else "",
                intent=f"faq/{entry.id}" if is_answer else "faq",
                topic=entry.topic if is_answer else "",
                confidence=round(chance.betavariate(5, 2) if is_answer else chance.betavariate(1.5, 6), 4),
                runner_up=other.id,
                runner_up_confidence=round(chance.random() * 0.2, 4),
                entry=entry.id if is_answer else "",
                citations=[{"source": r.source, "locators": list(r.locators), "url": ""} for r in entry.references[:2]]
                if is_answer
                else [],
                entities=[],
                outcome=outcome,
                latency_ms=round(chance.lognormvariate(4.2, 0.6)),
                delivery="sent",
                knowledge_version=knowledge.version,
                model_version="2026-11-20-generated",
                feedback=chance.choices(_FEEDBACK, _FEEDBACK_WEIGHTS)[0] if is_answer else None,
                review_state=chance.choices(_STATES, _STATE_WEIGHTS)[0],
            )
            number += 1


def fill(url: str, rows: Iterator[Enquiry], *, batch: int = 2000) -> int:
    """Writes enquiries into a database and returns how many."""
    upgrade(url)
    engine = connect(url, statement_timeout_s=0)
    count, waiting = 0, []
    with engine.begin() as connection:
        for row in rows:
            waiting.append(as_values(row))
            if len(waiting) == batch:
                connection.execute(insert(TABLE), waiting)
                count, waiting = count + len(waiting), []
        if waiting:
            connection.execute(insert(TABLE), waiting)
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            # What a running PostgreSQL does by itself in time; SQLite never does.
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return count + len(waiting)


def pages(end: datetime) -> dict[str, str]:
    """Returns what is fetched: a name for the report and an address."""
    month = f"{end - timedelta(days=30):%Y-%m-%d}"
    return {
        "inbox": "/inbox",
        "inbox, all, page from the middle": f"/inbox?state=any&until={month}",
        "inbox, most doubtful first": "/inbox?order=doubtful",
        "inbox, topic and language": "/inbox?topic=due_diligence&language=zh",
        "inbox, not answered, not helpful": "/inbox?state=any&outcome=answer&feedback=negative",
        "inbox, confidence 20-40 %": "/inbox?state=any&from=20&to=40",
        "inbox, common word": "/inbox?state=any&text=principle",
        "inbox, word that is nowhere": "/inbox?state=any&text=zzzqqq",
        "inbox, Chinese word": "/inbox?text=%E5%B0%BD%E8%81%8C",
        "inbox, assigned to me": "/inbox?state=any&assignee=anna",
        "people": "/people",
        "knowledge": "/knowledge",
        "dashboard, 7 days": "/dashboard?days=7",
        "dashboard, 30 days": "/dashboard",
        "dashboard, 90 days": "/dashboard?days=90",
        "users": "/users",
        "themes, 30 days": "/themes",
        "themes, 90 days": "/themes?days=90",
        "themes, 90 days, Chinese": "/themes?days=90&language=zh",
        "teach": "/teach",
        "models": "/teach/models",
    }


def measure(client: TestClient, address: str, times: int) -> Sequence[tuple[float, float]]:
    """Returns how long a page took and how long this process worked on it, in milliseconds, each time.

    The first fetch fills caches: questions are grouped into themes, days are counted, templates are read.
    """
    taken = []
    for _ in range(times + 1):
        started, worked = time.perf_counter(), time.process_time()
        response = client.get(address)
        taken.append(((time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000))
        if response.status_code == 404:
            return []
        assert response.status_code == 200, f"{address}: {response.status_code}"
    return taken


def signed_in(console: Console) -> TestClient:
    """Returns a browser in which an administrator has signed in."""
    name = f"anna{time.time_ns() % 10**9}"
    cheap = AccountStore(
        console.settings.database_url, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    with cheap:
        cheap.add(name, "admin", "benchmark password")
        opened = cheap.sign_in(name, "benchmark password", "127.0.0.1")
    assert opened
    client = TestClient(create_app(console), base_url="http://127.0.0.1:8600")
    client.cookies.set("partnerguide_review", opened[1])
    return client


def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--url", help="an empty database (default: a new SQLite file)")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--keep", type=Path, help="folder to keep the SQLite file in")
    options = parser.parse_args()
    logging.getLogger("bot").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as temporary:
        var = options.keep or Path(temporary)
        settings = Settings(
            root=PROJECT_ROOT,
            var=var,
            database_url=options.url or f"sqlite:///{var / 'partnerguide.db'}",
            secret="measured, not secret",  # noqa: S106
        )
        knowledge = load(settings.knowledge)
        end = datetime.now(timezone.utc)
        console = Console(settings)
        started, count = time.perf_counter(), console.enquiries.count()
        if not count:
            count = fill(settings.database_url, generate(knowledge, options.rows, end=end))
        print(f"{count} enquiries, written in {time.perf_counter() - started:.0f} s")
        client = signed_in(console)
        report: dict[str, Any] = {name: measure(client, where, options.times) for name, where in pages(end).items()}
        first = client.get("/inbox").text.partition("/inbox/enquiries/")[2].partition('"')[0]
        report["enquiry"] = measure(client, f"/inbox/enquiries/{first}", options.times)
        console.close()
    print(f"{'milliseconds':36} {'first':>8} {'median':>8} {'fastest':>8} {'slowest':>8} {'of it CPU':>10}")
    for name, taken in report.items():
        if not taken:
            print(name)
            continue
        (first_ms, _), *others = taken
        walls, works = [wall for wall, _ in others], [work for _, work in others]
        figures = (first_ms, statistics.median(walls), min(walls), max(walls))
        print(f"{name:36} {' '.join(f'{one:8.0f}' for one in figures)} {statistics.median(works):10.0f}")


if __name__ == "__main__":
    main()
