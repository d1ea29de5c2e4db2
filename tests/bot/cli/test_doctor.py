from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.charts import fonts
from bot.cli import doctor
from bot.dialogue.training import ModelRecord, inputs_hash
from bot.settings import Settings
from bot.store import secrets
from bot.store.spool import Spool
from bot.store.texts import TextStore
from tests.bot import small_charts
from tests.bot.cli.conftest import START
from tests.bot.small_base import edit

GIVEN = "a secret of more than sixteen characters"


@pytest.fixture
def model(settings: Settings, project: Path) -> Path:
    """An archive that counts as trained from the project as it is: doctor vouches for it and does not load it."""
    (project / "config.yml").write_text("recipe: default.v1\n")
    settings.models.mkdir(parents=True)
    path = settings.models / "20261120T000000Z.tar.gz"
    path.write_bytes(b"a model")
    record = ModelRecord(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        version=path.name.removesuffix(".tar.gz"),
        inputs=inputs_hash(settings),
        knowledge_version="",
        trained_at="",
    )
    (settings.models / "current.json").write_text(json.dumps(dataclasses.asdict(record)))
    return path


@pytest.fixture
def examine(call, model) -> Callable[..., dict[str, tuple[str, str]]]:
    """Returns state and text of every finding by its subject, the exit code under `code`."""

    def run(**changes):
        ended = call(doctor, **changes)
        findings = {"code": ended.code, "err": ended.err}
        for line in ended.out.splitlines():
            subject, _, text = line[6:].partition(": ")
            findings[subject] = (line[:5].strip(), text)
        return findings

    return run


def test_finds_everything_in_order(examine, settings):
    secrets.secret(settings)
    findings = examine(operator="Partnerships Desk", contact="desk@example.org")
    assert (findings.pop("code"), findings.pop("err")) == (0, "")
    assert {state for state, _ in findings.values()} == {"ok"}
    assert set(findings) == {
        "programs",
        "knowledge",
        "model",
        "secret",
        "enquiry log",
        "official texts",
        "pictures",
        "operator",
        "telegram",
        "telegram inbox",
        "redis",
        "disk",
    }
    assert findings["knowledge"][1].startswith("4 entries, version ")
    assert findings["model"][1] == "20261120T000000Z"
    assert findings["enquiry log"][1] == "0 rows, nothing waiting"
    assert findings["operator"][1] == "Partnerships Desk, desk@example.org"


def test_lists_the_official_texts_at_hand(examine, settings):
    assert examine()["official texts"][1].startswith("none at hand")
    with TextStore.from_settings(settings) as store:
        store.replace("A/76/319", "zh", [("20", "", "甲"), ("21", "", "乙")], START)
        store.replace("A/76/319", "en", [("20", "", "a")], START)
    assert examine()["official texts"] == ("ok", "A/76/319 (en, 1 places); A/76/319 (zh, 2 places)")


def test_names_the_package_that_a_picture_needs(examine, project, monkeypatch):
    assert examine()["pictures"] == ("ok", "0 charts, words in no language")
    small_charts.add_charts(project)
    monkeypatch.setattr(fonts, "system_fonts", list)  # a machine without a font for Chinese
    state, said = examine()["pictures"]
    assert (state, "中文: no font, install fonts-wqy-zenhei or fonts-noto-cjk" in said) == ("warn", True)


def test_goes_on_where_the_charts_cannot_be_read(examine, project):
    small_charts.add_charts(project)
    with edit(project / "knowledge" / "charts" / "shares.yml") as data:
        data["series"]["all"][0]["figure"] = "growth.number.gone"
    findings = examine()
    assert findings["pictures"] == ("warn", "the charts cannot be read; run partnerguide knowledge check")
    assert findings["knowledge"][0] == "fail"


def test_says_nothing_secret(examine, settings):
    made = secrets.secret(settings)
    url = "postgresql://guide:pass-word@127.0.0.1:1/guide"
    said = f"{examine()} {examine(secret=GIVEN, database_url=url)}"
    assert [word for word in (made, GIVEN, "pass-word") if word in said] == []


def _remove(path: Path) -> None:
    path.unlink()


def _damage(path: Path) -> None:
    path.write_bytes(b"another model")


def _damage_record(path: Path) -> None:
    (path.parent / "current.json").write_text("{")


def _forget(path: Path) -> None:
    (path.parent / "current.json").unlink()


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (_remove, "20261120T000000Z.tar.gz cannot be read; run partnerguide train"),
        (_damage, "20261120T000000Z.tar.gz is not the file that was trained here; run partnerguide train"),
        (_damage_record, "current.json is damaged; run partnerguide train"),
        (_forget, "there is no trained model; run partnerguide train"),
    ],
)
def test_says_what_is_wrong_with_the_model(examine, model, do, said):
    do(model)
    findings = examine()
    state, text = findings["model"]
    assert (findings["code"], state, text.endswith(said)) == (1, "fail", True)
    assert findings["err"] == "partnerguide: not in order: model\n"


def test_warns_of_a_model_older_than_the_data(examine, project):
    with edit(project / "knowledge/texts/en/growth.yml") as data:
        data["entries"]["number"]["questions"][0] = "how many of them exist"
    findings = examine()
    assert findings["model"] == ("warn", "20261120T000000Z is older than the data; run partnerguide train")
    assert findings["code"] == 0


def test_fails_on_problems_in_the_knowledge_base(examine, project):
    (project / "knowledge/entries/growth.yml").write_text("entries: [")
    findings = examine()
    assert findings["knowledge"] == ("fail", "1 problems; run partnerguide knowledge check")
    assert findings["code"] == 1


def test_promises_a_secret_where_one_will_be_made(examine, settings):
    assert examine()["secret"] == ("ok", f"will be made in {settings.var / 'secret'} on first use")
    assert not (settings.var / "secret").exists()


def test_does_not_make_a_later_secret_look_like_a_second_one(examine, settings, caplog):
    examine()
    secrets.secret(settings)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "secret: is empty; restore it from a backup"),
        (b"short\n", "secret: is damaged; restore it from a backup"),
        (b"\xff\xfe", "secret: is no text; restore it from a backup, or set PARTNERGUIDE_SECRET"),
    ],
)
def test_says_what_is_wrong_with_the_secret_file(examine, settings, content, said):
    (settings.var / "secret").write_bytes(content)
    findings = examine()
    assert (findings["secret"][0], said in findings["secret"][1]) == ("fail", True)
    assert (settings.var / "secret").read_bytes() == content


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"secret": "short"}, "PARTNERGUIDE_SECRET: must have at least 16 characters"),
        ({"database_url": "postgresql://guide@127.0.0.1:1/guide"}, "PARTNERGUIDE_SECRET: must be set when the log is"),
    ],
)
def test_says_what_is_wrong_with_the_secret_that_is_set(examine, changes, said):
    findings = examine(**changes)
    assert (findings["code"], findings["secret"][0], said in findings["secret"][1]) == (1, "fail", True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://guide@127.0.0.1:1/guide", "check PARTNERGUIDE_DATABASE_URL and that the server runs"),
        ("sqlite:////dev/null/guide.db", "check that the file is a database, writable, and that its disk has room"),
        ("sqlite:///:memory:", "a log in memory would be lost: write sqlite:///FILE"),
        ("postgresql://127.0.0.1:port/guide", "write sqlite:///FILE or postgresql://HOST/NAME"),
    ],
)
def test_says_why_the_log_cannot_be_used_and_goes_on(examine, url, said):
    findings = examine(database_url=url, secret=GIVEN)
    assert (findings["code"], findings["enquiry log"][0], said in findings["enquiry log"][1]) == (1, "fail", True)
    assert findings["err"] == "partnerguide: not in order: enquiry log\n"
    assert findings["disk"][0] == "ok"


def test_warns_of_rows_that_wait_beside_the_log(examine, settings):
    spool = Spool(settings.var / "spool")
    spool.append({"kind": "nonsense"})
    state, text = examine()["enquiry log"]
    assert (state, text) == (
        "warn",
        f"0 rows; 0 spool files wait, 1 hold lines that no database took; look into {settings.var / 'spool'}",
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "PARTNERGUIDE_OPERATOR and PARTNERGUIDE_CONTACT not set"),
        ({"operator": "Desk"}, "PARTNERGUIDE_CONTACT not set"),
        ({"contact": "x@example.org"}, "PARTNERGUIDE_OPERATOR not set"),
    ],
)
def test_warns_that_nobody_stands_behind_the_guide(examine, changes, said):
    findings = examine(**changes)
    assert (findings["operator"][0], findings["operator"][1].split(":")[0], findings["code"]) == ("warn", said, 0)


def test_warns_of_little_room(examine, monkeypatch):
    # The one state that cannot be made here without filling the disk.
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=499_000_000))
    assert examine()["disk"][0] == "warn"


def test_prints_the_rights_of_each_program(main):
    ended = main("doctor", "--grants")
    assert ended[0] == 0
    output = ended[1]
    assert "GRANT SELECT, INSERT ON audit TO guide_console;" in output
    assert "audit TO guide_bot" not in output
