"""The installation's secret and what is derived from it: keys, and the pseudonyms that stand for people in the log."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import re
import secrets
import sqlite3
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.engine.url import make_url

from bot.errors import SettingsError
from bot.settings import Settings

logger = logging.getLogger(__name__)

_MIN_CHARACTERS = 16
_ADVICE = "restore it from a backup, or set PARTNERGUIDE_SECRET"
#: What `secrets.token_urlsafe(32)` makes: a file that holds anything else was cut or edited.
_GENERATED = re.compile(r"[A-Za-z0-9_-]{43}\n?")


def secret(settings: Settings) -> str:
    """Returns the installation's secret, making it in `var/secret` where one machine with SQLite has none yet.

    Raises:
        SettingsError: it is too short, missing with PostgreSQL, or its file cannot be used.
    """
    if settings.secret:
        return checked(settings.secret, "PARTNERGUIDE_SECRET")
    if not settings.uses_default_database:
        raise SettingsError(
            "PARTNERGUIDE_SECRET: must be set when the log is in PostgreSQL, the same for every process; "
            "`openssl rand -base64 32` makes one"
        )
    path = settings.var / "secret"
    if os.path.lexists(next_file(path)):
        raise SettingsError(f"{path}: a rotation was cut short; run partnerguide secret rotate, which ends it")
    if not os.path.lexists(path):
        _warn_of_orphans(settings)
        make_file(path)
    return read_file(path)


def checked(given: str, name: str) -> str:
    """Returns a secret that an operator has set in the variable `name`.

    Raises:
        SettingsError: it is too short.
    """
    if len(given.strip()) < _MIN_CHARACTERS:
        raise SettingsError(
            f"{name}: must have at least {_MIN_CHARACTERS} characters; `openssl rand -base64 32` makes one"
        )
    return given


def next_file(path: Path) -> Path:
    """Returns where the secret lies that is to take the place of the one in `path`."""
    return path.with_name(f"{path.name}.next")


def make_file(path: Path) -> None:
    """Writes a new secret into `path`, unless one is there.

    Raises:
        SettingsError: it cannot be written.
    """
    try:
        _generate(path)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; {_ADVICE}") from error


def read_file(path: Path) -> str:
    """Returns the secret in a file.

    Raises:
        SettingsError: there is none that can be used.
    """
    try:
        content = path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else "is no text"
        raise SettingsError(f"{path}: {problem}; {_ADVICE}") from error
    if not _GENERATED.fullmatch(content):
        problem = "is damaged" if content.strip() else "is empty"
        raise SettingsError(
            f"{path}: {problem}; restore it from a backup (a new one would part people from their past enquiries)"
        )
    return content.rstrip("\n")


# A turn wants the keys of four purposes.
@lru_cache(maxsize=32)
def derive_key(secret: str, purpose: str) -> bytes:
    """Returns the 32-byte key for one purpose, such as `pseudonym`; keys of two purposes tell nothing of each other."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"partnerguide/{purpose}/1".encode()).derive(
        secret.encode("utf-8", "surrogateescape")
    )


def pseudonym(secret: str | bytes, channel: str, user_id: str) -> str:
    """Returns the 24 hexadecimal digits that stand for one person on one channel.

    Args:
        secret: the installation's, or the pseudonym key that was derived from a former one.
    """
    key = derive_key(secret, "pseudonym") if isinstance(secret, str) else secret
    person = f"{len(channel)}/{channel}/{user_id}".encode("utf-8", "surrogatepass")
    return hmac.new(key, person, hashlib.sha256).hexdigest()[:24]


def _generate(path: Path) -> None:
    """Writes a new secret in one step; where another process was faster, its secret stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        # Unlike a rename, a link never writes over what is there.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _warn_of_orphans(settings: Settings) -> None:
    database = make_url(settings.database_url).database
    if database and os.path.exists(database) and _has_rows(database):
        logger.warning("made a new secret beside an existing log: people are parted from their past enquiries")


def _has_rows(database: str) -> bool:
    """Returns whether the log holds anybody's turns; `partnerguide doctor` makes an empty one."""
    try:
        address = f"{Path(database).absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute("SELECT 1 FROM enquiry LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return True
