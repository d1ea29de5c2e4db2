from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import os
import sqlite3
import stat

import pytest

from bot.cli import enquiries
from bot.errors import StoreError
from bot.store.audit import AuditStore
from bot.store.enquiries import EnquiryStore
from bot.store.statements import EnquiryFilter
from tests.bot.cli.conftest import make_row, settings_in


def test_lists_the_newest_first_a_line_each(call, log):
    rows = [log(number) for number in (1, 2)]
    ended = call(enquiries, "list")
    assert ended == (
        0,
        f"{rows[1].id[:8]}  2026-03-01 12:02  en  answer    growth.number  question 2\n"
        f"{rows[0].id[:8]}  2026-03-01 12:01  en  answer    growth.number  question 1\n",
        "",
    )


@pytest.mark.parametrize("command", ["list", "export"])
def test_works_on_a_log_without_rows(call, command):
    ended = call(enquiries, command)
    assert ended.code == 0
    assert ended.out.splitlines()[0].startswith(("No enquiries.", "id,conversation"))


FILTERS = {
    "": [5, 1],
    "--language zh": [5],
    "--channel telegram": [5],
    "--topic duties": [5],
    "--entry growth.number": [1],
    "--outcome choices": [5],
    "--outcome nothing": [],
    "--since 2026-03-01T12:05": [5],
    "--since 2026-03-01T14:05+02:00": [5],
    "--until 2026-03-01T12:05": [1],
    "--since 2026-03-02": [],
    "--until 2026-03-02": [5, 1],
    # A greeting, and rows of a measurement
    "--all": [5, 2, 1],
    "--outcome smalltalk": [2],
    "--include-jsonl": [5, 3, 1],
    "--channel jsonl": [3],
    "--include-jsonl --all": [5, 4, 3, 2, 1],
}


@pytest.fixture(scope="module")
def mixed_log(tmp_path_factory):
    """The address of a log that nobody changes."""
    settings = settings_in(tmp_path_factory.mktemp("mixed"))
    chinese = {"language": "zh", "topic": "duties", "entry": "duties.invitation"}
    with EnquiryStore.from_settings(settings) as store:
        store.record(make_row(1))
        store.record(make_row(2, outcome="smalltalk", entry="", topic=""))
        store.record(make_row(3, channel="jsonl"))
        store.record(make_row(4, channel="jsonl", outcome="notice", entry="", topic=""))
        store.record(make_row(5, channel="telegram", outcome="choices", **chinese))
    return settings.database_url


@pytest.mark.parametrize(("wanted", "numbers"), FILTERS.items())
def test_lists_what_is_asked_for(call, mixed_log, wanted, numbers):
    listed = call(enquiries, "list", *wanted.split(), database_url=mixed_log).out.replace("No enquiries.\n", "")
    assert [int(line.rsplit("question ", 1)[1]) for line in listed.splitlines()] == numbers


@pytest.mark.parametrize(("wanted", "numbers"), FILTERS.items())
def test_exports_what_is_asked_for_oldest_first(call, mixed_log, wanted, numbers):
    exported = call(enquiries, "export", "--format", "jsonl", *wanted.split(), database_url=mixed_log).out
    texts = [json.loads(line)["text"] for line in exported.splitlines()]
    assert texts == [f"question {number}" for number in sorted(numbers)]


def test_lists_as_many_as_asked_for(call, mixed_log):
    assert call(enquiries, "list", "--limit", "1", database_url=mixed_log).out.endswith("question 5\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines", "two lines"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("red \x1b[31m and \x07 bell \x9b", "red �[31m and � bell �"),
    ],
)
def test_keeps_a_row_on_one_line_that_steers_no_terminal(call, log, text, shown):
    log(1, text=text)
    assert call(enquiries, "list").out.split("growth.number  ")[1] == f"{shown}\n"


@pytest.mark.parametrize("length", [8, 12, 36])
def test_shows_a_row_by_the_beginning_of_its_id_in_any_case(call, log, length):
    row = log(1, text="first line\nsecond\x1b[2J line", entry="")
    ended = call(enquiries, "show", row.id[:length].upper())
    assert (ended.code, ended.err) == (0, "")
    assert f"id:                   {row.id}\n" in ended.out
    assert "text:                 first line\n                      second�[2J line\n" in ended.out
    assert "entry:                \n" in ended.out


def test_says_when_no_id_begins_so(call, log):
    log(1)
    with pytest.raises(StoreError, match="'zzz'; partnerguide enquiries list shows them"):
        call(enquiries, "show", "zzz")


@pytest.mark.parametrize("wild", ["%", "_", ""])
def test_shows_none_of_several(call, log, wild):
    log(1)
    log(2)
    with pytest.raises(StoreError, match="2 enquiries begin with|no enquiry"):
        call(enquiries, "show", wild)


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1", "@x", "\t=1", "＝1", "=cmd|' /C calc'!A0"])
def test_exports_no_formula_to_a_spreadsheet(call, log, tmp_path, text):
    log(1, text=text)
    path = tmp_path / "out.csv"
    assert call(enquiries, "export", "--output", str(path)).code == 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["text"] == f"'{text}"


def test_exports_csv_that_excel_takes_for_utf_8(call, log, tmp_path):
    log(1, text="尽职调查，谁来做？\n第二行")
    path = tmp_path / "out.csv"
    ended = call(enquiries, "export", "--output", str(path))
    assert (ended.out, ended.err) == ("", "partnerguide: 1 rows written\n")
    assert path.read_bytes().startswith("\ufeffid,".encode())
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == ["尽职调查，谁来做？\n第二行"]


def test_exports_json_lines_with_the_words_as_they_are(call, log, tmp_path):
    row = log(1, text="=尽职调查", citations=[{"source": "A/76/319", "locators": ["20"], "url": ""}])
    path = tmp_path / "out.jsonl"
    call(enquiries, "export", "--format", "jsonl", "--output", str(path))
    data = json.loads(path.read_text(encoding="utf-8"))
    assert (data["id"], data["text"]) == (row.id, "=尽职调查")
    assert data["citations"] == [{"source": "A/76/319", "locators": ["20"], "url": ""}]
    assert data["created_at"] == "2026-03-01T12:01:00+00:00"


def test_notes_an_export_in_the_audit_log(call, log, settings):
    log(1)
    call(enquiries, "export", "--since", "2026-03-01", "--until", "2026-03-02T12:00", "--channel", "a person's words")
    call(enquiries, "export", "--until", "2026-03-02")
    call(enquiries, "export")
    with AuditStore.from_settings(settings) as audit:
        noted = [(row.actor, row.action, row.subject, row.detail) for row in audit.list()]
    assert noted == [
        ("command line", "export", "enquiries", "- -"),
        ("command line", "export", "enquiries", "- 2026-03-01"),
        ("command line", "export", "enquiries", "2026-03-01 2026-03-02"),
    ]


def test_exports_to_standard_output_with_the_count_beside_it(call, log):
    log(1)
    ended = call(enquiries, "export")
    assert [row["text"] for row in csv.DictReader(io.StringIO(ended.out))] == ["question 1"]
    assert ended.err == "partnerguide: 1 rows written\n"


@pytest.mark.parametrize(
    ("path", "why"), [("missing/out.csv", "No such file"), (".", "Is a directory"), ("file/x", "Not a dir")]
)
def test_says_which_file_cannot_be_written(call, log, tmp_path, path, why):
    log(1)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=f"{path}: cannot be written .{why}"):
        call(enquiries, "export", "--output", str(tmp_path / path))


def test_says_when_the_disk_is_full(call, log):
    log(1)
    with pytest.raises(StoreError, match="/dev/full: cannot be written .No space left"):
        call(enquiries, "export", "--output", "/dev/full")


def _age(settings, days):
    """Makes row 1 so many days older than now, as far as the database is concerned."""
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    with contextlib.closing(sqlite3.connect(settings.var / "partnerguide.db")) as connection:
        connection.execute("UPDATE enquiry SET created_at = ?", (moment.strftime("%Y-%m-%d %H:%M:%S.%f"),))
        connection.commit()


@pytest.mark.parametrize(
    ("arguments", "age_days", "said"),
    [
        ((), 181, "1 rows older than 180 days deleted.\n"),
        ((), 179, "0 rows older than 180 days deleted.\n"),
        (("--older-than", "1"), 2, "1 rows older than 1 days deleted.\n"),
        (("--older-than", "99999"), 200, "0 rows older than 99999 days deleted.\n"),
    ],
)
def test_deletes_what_is_old(call, log, settings, arguments, age_days, said):
    log(1)
    _age(settings, age_days)
    assert call(enquiries, "purge", *arguments) == (0, said, "")
    with EnquiryStore.from_settings(settings) as store:
        assert store.count(EnquiryFilter()) == int(said.startswith("0"))


@pytest.mark.parametrize("days", ["0", "-1", "week", "1.5", "", "999999", "１", "1e3"])
def test_deletes_nothing_on_a_slip_of_the_finger(call, log, settings, capfd, days):
    log(1)
    with pytest.raises(SystemExit) as ended:
        call(enquiries, "purge", "--older-than", days)
    last = capfd.readouterr().err.splitlines()[-1].partition("error: ")[2]
    said = f"argument --older-than: {days!r} is no whole number from 1 to 99999"
    assert (ended.value.code, last) == (2, said)
    with EnquiryStore.from_settings(settings) as store:
        assert store.count() == 1


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "20.11.2026", "0001-01-01T00:00+05:00"])
def test_says_what_a_date_looks_like(call, capfd, date):
    with pytest.raises(SystemExit):
        call(enquiries, "list", "--since", date)
    assert capfd.readouterr().err.endswith(f"argument --since: {date!r} is no date, such as 2026-11-20\n")


@pytest.mark.parametrize("command", [("list",), ("show", "a"), ("export",), ("purge",)], ids=" ".join)
def test_says_that_the_log_cannot_be_read(call, settings, tmp_path, command):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "partnerguide.db").write_text("no database" * 100)
    with pytest.raises(StoreError, match="cannot be used as the enquiry log .*check that the file is a database"):
        call(enquiries, *command)
    assert (tmp_path / "var" / "partnerguide.db").read_text() == "no database" * 100


def test_keeps_the_log_to_this_account(call, log, settings):
    log(1)
    call(enquiries, "list")
    assert stat.S_IMODE(os.stat(settings.var / "partnerguide.db").st_mode) == 0o600
