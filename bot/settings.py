"""The one reader of the environment: every setting, its default, and what is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything that an operator can set. Secrets stay out of `repr`.

    `var` holds what the program writes; `secret` is empty until `bot.store.secrets` has made or read one; `new_secret`
    is what `partnerguide secret rotate` puts in its place.
    `reply_days` is how long a person who asked for a human waits before being told that nobody has answered.
    `phone_regions` are the ISO 3166 regions in which bare telephone numbers are recognised for redaction.
    `review_url` is the https address at which a TLS proxy serves the review console; empty where there is none.
    `review_two_persons` asks a second person to approve what one has taught.
    """

    root: Path
    var: Path
    database_url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    new_secret: str = field(default="", repr=False)
    operator: str = ""
    contact: str = ""
    redis_url: str = field(default="", repr=False)
    sources: Path | None = None
    phone_regions: tuple[str, ...] = ("US", "GB", "CN", "CH", "KE", "FR", "DE", "IN", "SG", "HK")
    enquiry_retention_days: int = 180
    dialogue_retention_hours: int = 24
    reply_days: int = 5
    telegram_token: str = field(default="", repr=False)
    telegram_api_url: str = ""
    telegram_webhook_secret: str = field(default="", repr=False)
    review_url: str = ""
    review_two_persons: bool = False
    log_format: str = "text"

    @property
    def knowledge(self) -> Path:
        """The folder of the knowledge base."""
        return self.root / "knowledge"

    @property
    def nlu_data(self) -> Path:
        """The folder of training data, rules and phrases."""
        return self.root / "nlu_data"

    @property
    def models(self) -> Path:
        """The folder of trained models."""
        return self.var / "models"

    @property
    def uses_default_database(self) -> bool:
        """Whether the enquiry log is the SQLite file of a single machine."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, root: Path = PROJECT_ROOT) -> Settings:
        """Returns the settings that `environ` holds (default: this process's, after `.env` where present).

        Raises:
            SettingsError: a value cannot be used; the message names the variable.
        """
        if environ is None:
            environ = {**_read_dotenv(root / ".env"), **os.environ}
        get = environ.get
        var = Path(get("PARTNERGUIDE_VAR") or root / "var")
        url = get("PARTNERGUIDE_DATABASE_URL") or f"sqlite:///{var / 'partnerguide.db'}"
        if url.startswith("postgres://"):
            url = "postgresql://" + url.removeprefix("postgres://")
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg2://")):
            raise SettingsError(
                "PARTNERGUIDE_DATABASE_URL: must start with sqlite:/// or postgresql://; unset, a file is used"
            )
        sources = get("PARTNERGUIDE_SOURCES")
        regions = tuple(r.strip().upper() for r in get("PARTNERGUIDE_PHONE_REGIONS", "").split(",") if r.strip())
        if any(len(region) != 2 or not region.isalpha() for region in regions):
            raise SettingsError("PARTNERGUIDE_PHONE_REGIONS: must be two-letter country codes, such as US,CN,KE")
        return cls(
            root=root,
            var=var,
            database_url=url,
            secret=get("PARTNERGUIDE_SECRET", ""),
            new_secret=get("PARTNERGUIDE_NEW_SECRET", ""),
            operator=get("PARTNERGUIDE_OPERATOR", "").strip(),
            contact=get("PARTNERGUIDE_CONTACT", "").strip(),
            redis_url=_redis(get("PARTNERGUIDE_REDIS_URL", "")),
            sources=Path(sources) if sources else None,
            phone_regions=regions or cls.phone_regions,
            enquiry_retention_days=_positive(get, "PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", cls.enquiry_retention_days),
            dialogue_retention_hours=_positive(
                get, "PARTNERGUIDE_DIALOGUE_RETENTION_HOURS", cls.dialogue_retention_hours
            ),
            reply_days=_positive(get, "PARTNERGUIDE_REPLY_DAYS", cls.reply_days),
            telegram_token=_token(get("TELEGRAM_BOT_TOKEN", "")),
            telegram_api_url=_address("TELEGRAM_API_URL", get("TELEGRAM_API_URL", "")),
            telegram_webhook_secret=_webhook_secret(get("TELEGRAM_WEBHOOK_SECRET", "")),
            review_url=_review_url(get("PARTNERGUIDE_REVIEW_URL", "")),
            review_two_persons=_one_of(
                "PARTNERGUIDE_REVIEW_TWO_PERSONS", get("PARTNERGUIDE_REVIEW_TWO_PERSONS", ""), ("off", "on")
            )
            == "on",
            log_format=_one_of("PARTNERGUIDE_LOG_FORMAT", get("PARTNERGUIDE_LOG_FORMAT", ""), ("text", "json")),
        )


def _token(value: str) -> str:
    """Returns a bot token; what is no token is never repeated in the message."""
    if value.strip() and not re.fullmatch(r"\d+:[A-Za-z0-9_-]{30,}", value.strip()):
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN: must be the whole token that @BotFather gave: digits, a colon, letters"
        )
    return value.strip()


def _address(name: str, value: str) -> str:
    if value.strip() and not re.match(r"https?://[^/\s]+", value.strip()):
        raise SettingsError(f"{name}: must start with http:// or https:// and name a host")
    return value.strip().rstrip("/")


def _review_url(value: str) -> str:
    """Returns the origin at which a TLS proxy serves the review console."""
    origin = value.strip().rstrip("/").lower()
    if origin and not re.fullmatch(r"https://[a-z0-9.-]+(:\d{1,5})?", origin):
        raise SettingsError("PARTNERGUIDE_REVIEW_URL: must be https:// and a host, such as https://review.example.org")
    return origin


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """Returns a value that is one of some words; the first where it is not set."""
    if value.strip() and value.strip() not in allowed:
        raise SettingsError(f"{name}: must be {' or '.join(allowed)}, not {value.strip()!r}")
    return value.strip() or allowed[0]


def _redis(value: str) -> str:
    """Returns the address of a Redis server; it may hold a password, and is never repeated in the message."""
    if value.strip() and not value.strip().startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("PARTNERGUIDE_REDIS_URL: must start with redis://, rediss:// or unix://")
    return value.strip()


def _webhook_secret(value: str) -> str:
    """Returns the webhook secret.

    Source: core.telegram.org/bots/api#setwebhook, `secret_token`.
    """
    if value.strip() and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.strip()):
        raise SettingsError("TELEGRAM_WEBHOOK_SECRET: must be 1 to 256 letters, digits, _ or -")
    return value.strip()


def _positive(get: object, name: str, default: int) -> int:
    value = get(name)  # type: ignore[operator]  # the bound `get` of any mapping
    if not value:
        return default
    if not value.isdecimal() or int(value) == 0:
        raise SettingsError(f"{name}: must be a whole number above zero, not {value!r}")
    return int(value)


def _read_dotenv(path: Path) -> dict[str, str]:
    """Returns the `NAME=value` lines of a file; empty where there is none. Values may stand in quotes."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: cannot be read; make it a UTF-8 file of NAME=value lines") from error
    values = {}
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise SettingsError(f"{path.name}: line {number} is not NAME=value")
        values[name.strip()] = value.strip().strip("\"'")
    return values
