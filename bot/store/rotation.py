"""Changing the installation's secret: what is encrypted is encrypted anew, and people stay who they are.

With the secret in its file the new one lies beside it until the database has taken it, so that a rotation that is cut
short can be ended by another one. The guide and the console must not run meanwhile.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, inspect, select, text, update
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from bot.errors import SettingsError, StoreError
from bot.settings import Settings
from bot.store import former_keys
from bot.store.contacts import ContactRow
from bot.store.database import FAILURES, away, connect, empty_write_ahead_log, parse_url
from bot.store.enquiries import EnquiryStore
from bot.store.former_keys import FormerKeyRow
from bot.store.inbox import Inbox
from bot.store.inbox_row import InboxRow
from bot.store.sealing import Seal
from bot.store.secrets import checked, derive_key, make_file, next_file, read_file, secret
from bot.store.threads import ThreadPartRow

#: What is encrypted: table → the purpose of its key, and its columns.
SEALED: dict[type[SQLModel], tuple[str, tuple[str, ...]]] = {
    ContactRow: ("contact", ("question", "address")),
    ThreadPartRow: ("thread", ("text",)),
    InboxRow: ("inbox", ("body",)),
    FormerKeyRow: (former_keys.PURPOSE, ("key",)),
}
#: Rasa's table of dialogue state.
_STATE = "events"


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: how many values it encrypted anew, per table; until when the old pseudonyms are known."""

    values: dict[str, int]
    until: datetime


def rotate(settings: Settings, now: datetime, state_url: str) -> Rotation:
    """Changes the secret: where an operator has set it, to `PARTNERGUIDE_NEW_SECRET`, else to a new one in its file.

    Args:
        state_url: where dialogue state is kept; it is deleted, running conversations begin anew.

    Raises:
        SettingsError: the secret, or the new one, cannot be used.
        StoreError: the database is away, something cannot be read with the present secret, or a spool is not empty; the
            secret is then as it was.
    """
    if settings.secret:
        return _changed(
            settings, secret(settings), checked(settings.new_secret, "PARTNERGUIDE_NEW_SECRET"), now, state_url
        )
    with _alone(settings) as path:
        beside = next_file(path)
        if beside.exists() and (done := _finished(settings, path, beside)):
            return done
        beside.unlink(missing_ok=True)
        present = read_file(path)
        make_file(beside)
        try:
            made = _changed(settings, present, read_file(beside), now, state_url)
        except (SettingsError, StoreError):
            beside.unlink()
            raise
        os.replace(beside, path)
        return made


@contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """Yields the file of the secret, which no other rotation touches meanwhile."""
    path = settings.var / "secret"
    if not path.exists():
        secret(settings)  # makes one, or says what is wrong
    with path.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"{path}: another rotation is at it; wait until it has ended") from error
        yield path


def _finished(settings: Settings, path: Path, beside: Path) -> Rotation | None:
    """Ends a rotation that was cut short after the database had taken the new secret; None where it had not."""
    try:
        seal = Seal(read_file(beside), former_keys.PURPOSE)
    except SettingsError:
        return None
    engine = connect(settings.database_url)
    try:
        with engine.connect() as connection:
            newest = select(former_keys.TABLE).order_by(former_keys.TABLE.c.id.desc()).limit(1)
            row = connection.execute(newest).mappings().first()
    except FAILURES as error:
        raise away(error, parse_url(settings.database_url)) from error
    finally:
        engine.dispose()
    if row is None or not _opens(seal, row["key"]):
        return None
    os.replace(beside, path)
    return Rotation({}, row["until"])


def _opens(seal: Seal, sealed: str) -> bool:
    try:
        seal.open(sealed)
    except StoreError:
        return False
    return True


def _changed(settings: Settings, old: str, new: str, now: datetime, state_url: str) -> Rotation:
    if old == new:
        raise SettingsError("PARTNERGUIDE_NEW_SECRET: is the present one; `openssl rand -base64 32` makes another")
    _empty_spools(settings, old)
    until = now + timedelta(days=settings.enquiry_retention_days)
    engine = connect(settings.database_url)
    try:
        with engine.begin() as connection:
            values = {str(row.__tablename__): _sealed_anew(connection, row, old, new) for row in SEALED}
            seal = Seal(new, former_keys.PURPOSE)
            former_keys.keep(connection, seal.close, derive_key(old, "pseudonym"), until)
        empty_write_ahead_log(engine)
    except FAILURES as error:
        raise away(error, parse_url(settings.database_url)) from error
    finally:
        engine.dispose()
    _drop_state(state_url)
    return Rotation(values, until)


def _empty_spools(settings: Settings, old: str) -> None:
    """Brings what waits in the spools into the database, where it can be found and encrypted anew."""
    with (
        EnquiryStore.from_settings(settings) as store,
        Inbox(settings.database_url, settings.var / "inbox", old, "rotation") as inbox,
    ):
        store.replay()
        inbox.replay()
        for spool in (store.spool, inbox.spool):
            if spool.waiting():
                raise StoreError(
                    f"{spool.folder}: holds what could not be stored yet; start the guide once, then stop it"
                )


def _sealed_anew(connection: Connection, row_type: type[SQLModel], old: str, new: str) -> int:
    """Encrypts the values of a table with the new secret; returns how many."""
    purpose, columns = SEALED[row_type]
    table: Table = row_type.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
    before, after = Seal(old, purpose), Seal(new, purpose)
    (key,) = table.primary_key.columns
    count = 0
    for row in connection.execute(select(key, *(table.c[name] for name in columns))).mappings().all():
        values = {name: after.close(before.open(row[name])) for name in columns if row[name]}
        if values:
            connection.execute(update(table).where(key == row[key.name]).values(values))
            count += len(values)
    return count


def _drop_state(url: str) -> None:
    """Deletes the state of running conversations: it stands under old pseudonyms, and answers in it cannot be read."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return
    engine = connect(url)
    try:
        if inspect(engine).has_table(_STATE):
            with engine.begin() as connection:
                connection.execute(text(f"DELETE FROM {_STATE}"))  # noqa: S608  # a name of our own
            empty_write_ahead_log(engine)
    except FAILURES as error:
        raise away(error, parsed) from error
    finally:
        engine.dispose()
