from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PROJECT_ROOT, Settings

ROOT = Path("/project")


def test_has_a_default_for_everything():
    settings = Settings.from_env({}, root=ROOT)
    assert settings == Settings(root=ROOT, var=ROOT / "var", database_url="sqlite:////project/var/partnerguide.db")
    assert (settings.knowledge, settings.nlu_data) == (ROOT / "knowledge", ROOT / "nlu_data")
    assert settings.models == ROOT / "var" / "models"
    assert settings.uses_default_database


def test_finds_the_project_it_belongs_to():
    assert (PROJECT_ROOT / "config.yml").is_file()


TOKEN = "7000000001:" + "A" * 35


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("PARTNERGUIDE_VAR", "/data", "var", Path("/data")),
        ("PARTNERGUIDE_VAR", "/data", "database_url", "sqlite:////data/partnerguide.db"),
        ("PARTNERGUIDE_DATABASE_URL", "sqlite:////x.db", "database_url", "sqlite:////x.db"),
        ("PARTNERGUIDE_DATABASE_URL", "postgresql://h/d", "database_url", "postgresql://h/d"),
        ("PARTNERGUIDE_DATABASE_URL", "postgresql+psycopg2://h/d", "database_url", "postgresql+psycopg2://h/d"),
        ("PARTNERGUIDE_DATABASE_URL", "postgres://h/d", "database_url", "postgresql://h/d"),
        ("PARTNERGUIDE_SECRET", "s" * 20, "secret", "s" * 20),
        ("PARTNERGUIDE_OPERATOR", " Desk ", "operator", "Desk"),
        ("PARTNERGUIDE_CONTACT", "desk@example.org\n", "contact", "desk@example.org"),
        ("PARTNERGUIDE_REDIS_URL", "redis://h", "redis_url", "redis://h"),
        ("PARTNERGUIDE_SOURCES", "/texts", "sources", Path("/texts")),
        ("PARTNERGUIDE_PHONE_REGIONS", "us, cn,", "phone_regions", ("US", "CN")),
        ("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "30", "enquiry_retention_days", 30),
        ("PARTNERGUIDE_DIALOGUE_RETENTION_HOURS", "1", "dialogue_retention_hours", 1),
        ("PARTNERGUIDE_REPLY_DAYS", "10", "reply_days", 10),
        ("TELEGRAM_BOT_TOKEN", f" {TOKEN}\n", "telegram_token", TOKEN),
        ("TELEGRAM_API_URL", "http://localhost:8081/", "telegram_api_url", "http://localhost:8081"),
        ("TELEGRAM_WEBHOOK_SECRET", "a-b_9", "telegram_webhook_secret", "a-b_9"),
    ],
)
def test_reads_every_variable(name, value, attribute, expected):
    assert getattr(Settings.from_env({name: value}, root=ROOT), attribute) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("PARTNERGUIDE_VAR", "PARTNERGUIDE_DATABASE_URL", "PARTNERGUIDE_SECRET", "PARTNERGUIDE_OPERATOR"),
        *("PARTNERGUIDE_CONTACT", "PARTNERGUIDE_SOURCES", "PARTNERGUIDE_PHONE_REGIONS"),
        *("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "PARTNERGUIDE_DIALOGUE_RETENTION_HOURS"),
        *("TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "TELEGRAM_WEBHOOK_SECRET"),
    ],
)
def test_takes_an_empty_variable_for_an_unset_one(name):
    assert Settings.from_env({name: ""}, root=ROOT) == Settings.from_env({}, root=ROOT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARTNERGUIDE_DATABASE_URL", "mysql://h/d"),
        ("PARTNERGUIDE_DATABASE_URL", "x.db"),
        ("PARTNERGUIDE_PHONE_REGIONS", "USA"),
        ("PARTNERGUIDE_PHONE_REGIONS", "1"),
        ("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "0"),
        ("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "-1"),
        ("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "ten"),
        ("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "1.5"),
        ("PARTNERGUIDE_DIALOGUE_RETENTION_HOURS", "²"),
        ("TELEGRAM_BOT_TOKEN", "hidden"),
        ("TELEGRAM_API_URL", "localhost:8081"),
        ("TELEGRAM_WEBHOOK_SECRET", "hidden secret"),
    ],
)
def test_names_the_variable_it_cannot_use(name, value):
    with pytest.raises(SettingsError, match=f"^{name}: must ") as caught:
        Settings.from_env({name: value}, root=ROOT)
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_keeps_secrets_out_of_sight():
    environ = {
        "PARTNERGUIDE_SECRET": "hidden-secret",
        "PARTNERGUIDE_DATABASE_URL": "postgresql://user:hidden-password@h/d",
        "PARTNERGUIDE_REDIS_URL": "redis://:hidden-key@h",
        "TELEGRAM_BOT_TOKEN": "7000000001:hidden-" + "x" * 30,
        "TELEGRAM_WEBHOOK_SECRET": "hidden-too",
    }
    assert "hidden" not in repr(Settings.from_env(environ, root=ROOT))


def test_keeps_the_password_out_of_the_error():
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"PARTNERGUIDE_DATABASE_URL": "mysql://user:hidden@h"}, root=ROOT)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("PARTNERGUIDE_OPERATOR=Desk", "Desk"),
        ("  PARTNERGUIDE_OPERATOR = The Desk  ", "The Desk"),
        ("PARTNERGUIDE_OPERATOR='The Desk'", "The Desk"),
        ('PARTNERGUIDE_OPERATOR="伙伴关系办公室"', "伙伴关系办公室"),
        ("PARTNERGUIDE_OPERATOR=a=b", "a=b"),
        ("# PARTNERGUIDE_OPERATOR=Desk", ""),
        ("", ""),
    ],
)
def test_reads_the_file_of_settings(tmp_path, monkeypatch, line, expected):
    monkeypatch.delenv("PARTNERGUIDE_OPERATOR", raising=False)
    (tmp_path / ".env").write_text(f"\n{line}\n", encoding="utf-8")
    assert Settings.from_env(root=tmp_path).operator == expected


def test_prefers_the_environment_to_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("PARTNERGUIDE_OPERATOR", "Environment")
    (tmp_path / ".env").write_text("PARTNERGUIDE_OPERATOR=File\n")
    assert Settings.from_env(root=tmp_path).operator == "Environment"


def test_needs_no_file(tmp_path):
    assert Settings.from_env(root=tmp_path).root == tmp_path


def test_says_which_line_of_the_file_is_wrong(tmp_path):
    (tmp_path / ".env").write_text("A=1\nnonsense\n")
    with pytest.raises(SettingsError, match=r"^\.env: line 2 is not NAME=value$"):
        Settings.from_env(root=tmp_path)


@pytest.mark.parametrize("kind", ["folder", "bytes"])
def test_says_when_the_file_cannot_be_read(tmp_path, kind):
    if kind == "folder":
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").write_bytes(b"A=\xff")
    with pytest.raises(SettingsError, match=r"^\.env: cannot be read"):
        Settings.from_env(root=tmp_path)


def test_names_every_variable_in_the_example():
    example = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    source = (PROJECT_ROOT / "bot" / "settings.py").read_text(encoding="utf-8")
    for name in {
        word.strip('"') for word in source.replace("(", " ").replace(",", " ").split() if "PARTNERGUIDE_" in word
    }:
        if name.isidentifier():
            assert name in example, name
