"""Accounts of the review console, their sessions, and how often signing in has failed."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Column, Index, delete, func, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.store.models import UtcDateTime, in_utc
from bot.store.table import Table
from bot.store.text import safe_name

#: From the one that may least to the one that may most; each may what those before it may.
ROLES = ("viewer", "reviewer", "editor", "admin")
MIN_PASSWORD_CHARACTERS = 12
_MAX_PASSWORD_CHARACTERS = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")

#: A session ends so long after signing in, and so long after the last page.
SESSION_HOURS = 12
IDLE_HOURS = 2
# The moment of the last page is written no more often than this: a page should not cost a write.
_SEEN_EVERY_S = 60

#: Failed attempts in `ATTEMPT_MINUTES` after which no more are heard: for one account from one address, for one account
#: from anywhere, from one address for any account.
ATTEMPT_MINUTES = 15
MOST_FOR_BOTH = 5
MOST_FOR_ONE = 20


class AccountRow(SQLModel, table=True):
    """Somebody who may use the console; `password` is an argon2 hash."""

    __tablename__ = "account"

    name: str = Field(primary_key=True)
    role: str
    password: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    disabled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class SessionRow(SQLModel, table=True):
    """A signed-in browser; `token` is the hash of what its cookie holds."""

    __tablename__ = "review_session"
    __table_args__ = (Index("ix_review_session_account", "account"),)

    token: str = Field(primary_key=True)
    account: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class FailedSignInRow(SQLModel, table=True):
    """A failed attempt; forgotten after `ATTEMPT_MINUTES`."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_at", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    account: str
    address: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


_ACCOUNTS = AccountRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_SESSIONS = SessionRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_FAILED = FailedSignInRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class TooManyAttemptsError(StoreError):
    """Signing in has failed too often in the last minutes."""


@dataclass(frozen=True)
class Account:
    """Somebody who may use the console."""

    name: str
    role: str
    created_at: datetime
    disabled_at: datetime | None = None

    def may(self, role: str) -> bool:
        """Returns whether this account may what `role` may."""
        return self.disabled_at is None and ROLES.index(self.role) >= ROLES.index(role)


class AccountStore(Table):
    """The accounts of one database. Every method raises StoreError while the database is away."""

    def __init__(self, url: str, *, hasher: PasswordHasher | None = None, **values: Any) -> None:
        """`hasher` weighs how costly a password is to try; argon2's own defaults follow RFC 9106."""
        super().__init__(url, **values)
        self._hasher = hasher or PasswordHasher()
        self._decoy = ""

    def add(self, name: str, role: str, password: str) -> Account:
        """Adds an account.

        Raises:
            StoreError: the name is taken or not usable, the role unknown, or the password too short.
        """
        if not _NAME.fullmatch(name):
            raise StoreError(f"account {name!r}: must be 1 to 32 of a-z, 0-9, dot, dash, underscore")
        account = Account(name, _role(role), datetime.now(timezone.utc))
        values = {**vars(account), "password": self._hash(password)}
        with self._connection() as connection:
            if _account(connection, name):
                raise StoreError(f"account {name!r}: is there already")
            connection.execute(_ACCOUNTS.insert().values(values))
        return account

    def all(self) -> Sequence[Account]:
        """Returns every account, by name."""
        with self._connection() as connection:
            return [_object(row) for row in connection.execute(select(_ACCOUNTS).order_by(_ACCOUNTS.c.name)).mappings()]

    def get(self, name: str) -> Account | None:
        """Returns one account, or None."""
        with self._connection() as connection:
            row = _account(connection, name)
        return _object(row) if row else None

    def set_role(self, name: str, role: str) -> None:
        """Gives an account another role; it signs in anew.

        Raises:
            StoreError: there is no such account or role, or no administrator would be left.
        """
        self._change(name, {"role": _role(role)}, keeps_admin=role != "admin")

    def set_password(self, name: str, password: str) -> None:
        """Gives an account another password; it signs in anew.

        Raises:
            StoreError: there is no such account, or the password is too short.
        """
        self._change(name, {"password": self._hash(password)}, keeps_admin=False)

    def disable(self, name: str) -> None:
        """Lets an account in no more and ends its sessions.

        Raises:
            StoreError: there is no such account, or no administrator would be left.
        """
        self._change(name, {"disabled_at": datetime.now(timezone.utc)}, keeps_admin=True)

    def enable(self, name: str) -> None:
        """Lets an account in again.

        Raises:
            StoreError: there is no such account.
        """
        self._change(name, {"disabled_at": None}, keeps_admin=False)

    def sign_in(self, name: str, password: str, address: str) -> tuple[Account, str] | None:
        """Returns the account and the token of a new session, or None where name and password do not belong together.

        Raises:
            TooManyAttemptsError: it has failed too often for this name or from this address.
        """
        name, address = safe_name(name, 64), safe_name(address, 64)
        now = datetime.now(timezone.utc)
        with self._connection() as connection:
            since = now - timedelta(minutes=ATTEMPT_MINUTES)
            connection.execute(delete(_FAILED).where(_FAILED.c.at < since))
            _refuse_flood(connection, name, address)
            # Noted before the password is looked at, so that attempts side by side are counted; taken back on success.
            note = connection.execute(_FAILED.insert().values(account=name, address=address, at=now))
            attempt = note.inserted_primary_key[0]
            row = _account(connection, name)
        if not self._fits(row["password"] if row else "", password) or row is None or row["disabled_at"]:
            return None
        token = secrets.token_urlsafe(32)
        with self._connection() as connection:
            connection.execute(delete(_FAILED).where(_FAILED.c.id == attempt))
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.created_at < now - timedelta(hours=SESSION_HOURS)))
            values = {"token": _digest(token), "account": name, "created_at": now, "seen_at": now}
            connection.execute(_SESSIONS.insert().values(values))
        return _object(row), token

    def of_session(self, token: str, now: datetime | None = None) -> Account | None:
        """Returns whose session a token belongs to, or None once it has ended."""
        now = in_utc(now) if now else datetime.now(timezone.utc)
        held = _SESSIONS.c.token == _digest(token)
        statement = select(_ACCOUNTS, _SESSIONS.c.created_at.label("began"), _SESSIONS.c.seen_at)
        statement = statement.join(_SESSIONS, _SESSIONS.c.account == _ACCOUNTS.c.name).where(held)
        with self._connection() as connection:
            row = connection.execute(statement).mappings().first()
            if row is None or row["disabled_at"]:
                return None
            began, seen = row["began"], row["seen_at"]
            if now >= began + timedelta(hours=SESSION_HOURS) or now >= seen + timedelta(hours=IDLE_HOURS):
                connection.execute(delete(_SESSIONS).where(held))
                return None
            if now >= seen + timedelta(seconds=_SEEN_EVERY_S):
                connection.execute(update(_SESSIONS).where(held).values(seen_at=now))
        return _object(row)

    def sign_out(self, token: str) -> None:
        """Ends a session."""
        with self._connection() as connection:
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.token == _digest(token)))

    def purge(self, now: datetime) -> int:
        """Deletes failed attempts that count no more, with their addresses, and sessions that have ended.

        Returns:
            How many rows that were.
        """
        moment = in_utc(now)
        with self._erasure() as connection:
            old = delete(_FAILED).where(_FAILED.c.at < moment - timedelta(minutes=ATTEMPT_MINUTES))
            began = _SESSIONS.c.created_at < moment - timedelta(hours=SESSION_HOURS)
            ended = delete(_SESSIONS).where(began | (_SESSIONS.c.seen_at < moment - timedelta(hours=IDLE_HOURS)))
            return int(connection.execute(old).rowcount) + int(connection.execute(ended).rowcount)

    def _change(self, name: str, changes: dict[str, Any], *, keeps_admin: bool) -> None:
        with self._connection() as connection:
            row = _account(connection, name)
            if row is None:
                raise StoreError(f"account {name!r}: there is none")
            if keeps_admin and row["role"] == "admin" and not row["disabled_at"]:
                admins = select(func.count()).where(_ACCOUNTS.c.role == "admin", _ACCOUNTS.c.disabled_at.is_(None))
                if connection.execute(admins).scalar() == 1:
                    raise StoreError(f"account {name!r}: is the last administrator; make another one first")
            connection.execute(update(_ACCOUNTS).where(_ACCOUNTS.c.name == name).values(changes))
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.account == name))

    def _hash(self, password: str) -> str:
        if not MIN_PASSWORD_CHARACTERS <= len(password) <= _MAX_PASSWORD_CHARACTERS:
            raise StoreError(
                f"the password must have {MIN_PASSWORD_CHARACTERS} to {_MAX_PASSWORD_CHARACTERS} characters"
            )
        return self._hasher.hash(password)

    def _fits(self, hashed: str, password: str) -> bool:
        # A name that is not there takes as long as one that is.
        if not hashed:
            self._decoy = self._decoy or self._hasher.hash(secrets.token_urlsafe(16))
        try:
            return self._hasher.verify(hashed or self._decoy, password[:_MAX_PASSWORD_CHARACTERS])
        except (VerificationError, InvalidHashError):
            return False


def _refuse_flood(connection: Connection, name: str, address: str) -> None:
    counted = select(func.count()).select_from(_FAILED)
    by_name, by_address = _FAILED.c.account == name, _FAILED.c.address == address
    limits = ((by_name & by_address, MOST_FOR_BOTH), (by_name, MOST_FOR_ONE), (by_address, MOST_FOR_ONE))
    for condition, most in limits:
        if int(connection.execute(counted.where(condition)).scalar() or 0) >= most:
            raise TooManyAttemptsError(f"signing in failed too often; wait {ATTEMPT_MINUTES} minutes")


def _role(role: str) -> str:
    if role not in ROLES:
        raise StoreError(f"role {role!r}: must be one of {', '.join(ROLES)}")
    return role


def _account(connection: Connection, name: str) -> Any:
    return connection.execute(select(_ACCOUNTS).where(_ACCOUNTS.c.name == name)).mappings().first()


def _object(row: Any) -> Account:
    return Account(row["name"], row["role"], row["created_at"], row["disabled_at"])


def _digest(token: str) -> str:
    """Returns what the table holds of a token: whoever reads the table can sign in with none of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
