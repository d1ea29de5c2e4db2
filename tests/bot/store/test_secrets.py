from __future__ import annotations

import dataclasses
import stat

import pytest

from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.secrets import derive_key, pseudonym, secret

GIVEN = "a-secret-of-thirty-two-characters"


@pytest.fixture
def settings(tmp_path):
    return Settings(root=tmp_path, var=tmp_path / "var", database_url=f"sqlite:///{tmp_path}/var/guide.db")


def test_takes_the_given_secret(settings):
    assert secret(dataclasses.replace(settings, secret=GIVEN)) == GIVEN
    assert not settings.var.exists()


@pytest.mark.parametrize("short", ["x", "fifteen-charact", "x" + " " * 40])
def test_refuses_a_short_secret_without_repeating_it(settings, short):
    with pytest.raises(SettingsError, match="PARTNERGUIDE_SECRET: must have at least 16") as caught:
        secret(dataclasses.replace(settings, secret=short))
    assert f"{short}" not in str(caught.value) or short == "x"


def test_makes_one_secret_and_keeps_it(settings):
    made = secret(settings)
    assert len(made) == 43
    assert secret(settings) == made
    assert stat.S_IMODE((settings.var / "secret").stat().st_mode) == 0o600
    assert [path.name for path in settings.var.iterdir()] == ["secret"]


def test_makes_another_secret_in_another_place(settings, tmp_path):
    assert secret(settings) != secret(dataclasses.replace(settings, var=tmp_path / "other"))


def test_stops_without_a_secret_for_postgresql(settings):
    with pytest.raises(SettingsError, match="PARTNERGUIDE_SECRET: must be set"):
        secret(dataclasses.replace(settings, database_url="postgresql://host/guide"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"x" * 42, "is damaged"), (b"x" * 43 + b"\nmore", "is damaged"),
     (b"\xff" * 43, "is no text")],
)  # fmt: skip
def test_never_replaces_a_secret_that_cannot_be_used(settings, content, problem):
    settings.var.mkdir()
    (settings.var / "secret").write_bytes(content)
    with pytest.raises(SettingsError, match=problem) as caught:
        secret(settings)
    assert "\n" not in str(caught.value)
    assert (settings.var / "secret").read_bytes() == content


def test_says_when_the_secret_cannot_be_read(settings):
    (settings.var / "secret").mkdir(parents=True)
    with pytest.raises(SettingsError, match="var/secret: Is a directory; restore"):
        secret(settings)


def test_says_when_the_secret_cannot_be_written(settings):
    settings.var.write_text("in the way")
    with pytest.raises(SettingsError, match="var/secret: (File exists|Not a directory)"):
        secret(settings)


def test_warns_when_a_log_has_lost_its_secret(settings, caplog):
    settings.var.mkdir()
    (settings.var / "guide.db").write_bytes(b"rows")
    secret(settings)
    assert "parted from their past" in caplog.text


def test_makes_one_secret_for_processes_that_start_at_once(tmp_path, run_together):
    assert len(set(run_together(2, "make_secret", tmp_path / "var"))) == 1


def test_gives_one_person_one_pseudonym():
    assert pseudonym(GIVEN, "telegram", "42") == pseudonym(GIVEN, "telegram", "42")
    assert len(pseudonym(GIVEN, "telegram", "42")) == 24
    assert set(pseudonym(GIVEN, "telegram", "42")) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "other",
    [
        (GIVEN, "terminal", "42"),
        (GIVEN, "telegram", "43"),
        (GIVEN + "x", "telegram", "42"),
        (GIVEN, "telegram/4", "2"),
    ],
)
def test_gives_others_other_pseudonyms(other):
    assert pseudonym(*other) != pseudonym(GIVEN, "telegram", "42")


def test_keeps_pseudonyms_over_versions():
    # Changing this value parts everybody from their past.
    assert pseudonym(GIVEN, "telegram", "42") == "246cba922a4bb808403ec5d4"


def test_derives_a_key_for_each_purpose():
    keys = {derive_key(GIVEN, purpose) for purpose in ("pseudonym", "encryption")}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 2
