"""`partnerguide doctor`: what is set up, what is not, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bot.charts.pictures import fonts_for
from bot.dialogue import training
from bot.errors import BotError
from bot.knowledge import checks
from bot.knowledge.loader import load
from bot.settings import Settings
from bot.store import roles, secrets
from bot.store.enquiries import EnquiryStore
from bot.store.inbox import Inbox
from bot.store.texts import TextStore

# Training writes an archive of some 10 MB and unpacks it; the log grows by some 2 kB a turn.
_NEEDED_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One line of the report: `ok`, `warn` (works, but) or `fail` (does not work), and what to do."""

    state: str
    subject: str
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument(
        "--grants", action="store_true", help="print the statements that give each program its rights in PostgreSQL"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.grants:
        return _print_grants()
    findings = [examine(settings) for examine in EXAMINATIONS]
    for finding in findings:
        print(f"{finding.state:5} {finding.subject}: {finding.text}")
    failed = [finding.subject for finding in findings if finding.state == "fail"]
    if failed:
        print(f"partnerguide: not in order: {', '.join(failed)}", file=sys.stderr)
        return 1
    return 0


def _print_grants() -> int:
    print("-- Run by the owner of the tables; each program connects as its own role: CREATE ROLE … LOGIN PASSWORD '…'.")
    for role in roles.ROLES:
        print(f"\n-- {role}")
        print("\n".join(roles.grants(role, f"guide_{role}")))
    return 0


def _programs(settings: Settings) -> Finding:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("rasa", "spacy", "sqlmodel"))
    return Finding("ok", "programs", f"Python {platform.python_version()}, {versions}")


def _knowledge(settings: Settings) -> Finding:
    problems = checks.check(settings.knowledge)
    if problems:
        return Finding("fail", "knowledge", f"{len(problems)} problems; run partnerguide knowledge check")
    knowledge = load(settings.knowledge)
    return Finding("ok", "knowledge", f"{len(knowledge.entries)} entries, version {knowledge.version}")


def _model(settings: Settings) -> Finding:
    try:
        _, record = training.verified_model(settings)
    except BotError as error:
        return Finding("fail", "model", str(error))
    if training.is_stale(settings):
        return Finding("warn", "model", f"{record.version} is older than the data; run partnerguide train")
    return Finding("ok", "model", record.version)


def _secret(settings: Settings) -> Finding:
    if not settings.secret and settings.uses_default_database and not (settings.var / "secret").exists():
        return Finding("ok", "secret", f"will be made in {settings.var / 'secret'} on first use")
    try:
        secrets.secret(settings)
    except BotError as error:
        return Finding("fail", "secret", str(error))
    place = "PARTNERGUIDE_SECRET" if settings.secret else f"{settings.var / 'secret'}; back it up with the log"
    return Finding("ok", "secret", f"in {place}")


def _log(settings: Settings) -> Finding:
    try:
        with EnquiryStore.from_settings(settings) as store:
            count = store.count()
            waiting, aside = store.spool.waiting(), store.spool.set_aside()
    except BotError as error:
        return Finding("fail", "enquiry log", str(error))
    if waiting or aside:
        text = f"{count} rows; {waiting} spool files wait, {aside} hold lines that no database took"
        return Finding("warn", "enquiry log", f"{text}; look into {settings.var / 'spool'}")
    return Finding("ok", "enquiry log", f"{count} rows, nothing waiting")


def _texts(settings: Settings) -> Finding:
    try:
        with TextStore.from_settings(settings) as store:
            documents = store.documents()
    except BotError as error:
        # That the database cannot be used is a failure of the log, told there.
        return Finding("warn", "official texts", str(error))
    if not documents:
        hint = "none at hand: people get links alone; partnerguide sources import FILE keeps one"
        return Finding("ok", "official texts", hint)
    listed = "; ".join(f"{d.source} ({d.language}, {d.places} places)" for d in documents)
    return Finding("ok", "official texts", listed)


def _pictures(settings: Settings) -> Finding:
    try:
        knowledge = load(settings.knowledge)
        drawable, missing = fonts_for(knowledge)
    except (BotError, KeyError):
        return Finding("warn", "pictures", "the charts cannot be read; run partnerguide knowledge check")
    if missing:
        said = "; ".join(f"{name}: no font, install {package}" for name, package in missing.items())
        return Finding("warn", "pictures", f"charts are drawn with the words of another language ({said})")
    return Finding("ok", "pictures", f"{len(knowledge.charts)} charts, words in {', '.join(drawable) or 'no language'}")


def _operator(settings: Settings) -> Finding:
    missing = [n for n, v in (("OPERATOR", settings.operator), ("CONTACT", settings.contact)) if not v]
    if missing:
        names = " and ".join(f"PARTNERGUIDE_{name}" for name in missing)
        return Finding("warn", "operator", f"{names} not set: the guide promises no person; set both in .env")
    return Finding("ok", "operator", f"{settings.operator}, {settings.contact}")


def _telegram(settings: Settings) -> Finding:
    if not settings.telegram_token:
        return Finding("ok", "telegram", "TELEGRAM_BOT_TOKEN is not set: no Telegram bot")
    from bot.channels.telegram.examining import examine

    lines = asyncio.run(examine(settings))
    worst = next((state for state in ("fail", "warn") if state in [state for state, _ in lines]), "ok")
    return Finding(worst, "telegram", "; ".join(text for _, text in lines))


def _inbox(settings: Settings) -> Finding:
    if not settings.telegram_token:
        return Finding("ok", "telegram inbox", "not in use")
    try:
        with Inbox.of(settings, f"telegram/{settings.telegram_token.partition(':')[0]}") as inbox:
            counts, stuck, spooled = inbox.counts(), inbox.stuck(), inbox.spool.waiting()
    except BotError as error:
        return Finding("fail", "telegram inbox", str(error))
    waiting = sum(count for state, count in counts.items() if state != "sent")
    if stuck or spooled:
        text = f"{stuck} messages were begun too often and are left alone, {spooled} spool files wait"
        return Finding("warn", "telegram inbox", f"{text}; look into the log of partnerguide telegram")
    return Finding("ok", "telegram inbox", f"{waiting} messages wait for an answer")


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("ok", "redis", "PARTNERGUIDE_REDIS_URL is not set: locks and limits within each process")
    from bot.store.shared import version

    try:
        return Finding("ok", "redis", version(settings.redis_url))
    except BotError as error:
        return Finding("fail", "redis", str(error))


def _disk(settings: Settings) -> Finding:
    folder = settings.var if settings.var.exists() else settings.root
    free = shutil.disk_usage(folder).free
    state = "ok" if free >= _NEEDED_BYTES else "warn"
    return Finding(state, "disk", f"{free / 1e9:.1f} GB free at {folder}; training wants {_NEEDED_BYTES / 1e9:.1f} GB")


EXAMINATIONS: tuple[Callable[[Settings], Finding], ...] = (
    _programs,
    _knowledge,
    _model,
    _secret,
    _log,
    _texts,
    _pictures,
    _operator,
    _telegram,
    _inbox,
    _redis,
    _disk,
)
