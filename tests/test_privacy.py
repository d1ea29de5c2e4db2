"""What people write stays in the enquiry log, redacted and under a pseudonym, and goes nowhere else."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from datetime import datetime, timezone

import pytest

from bot.dialogue.opening import dialogue_url
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.models import Enquiry
from bot.store.rotation import rotate
from bot.store.secrets import pseudonym, secret
from tests.conftest import ROOT

MARKERS = ("MARKERFISH", "MARKERBIRD", "标记鱼")
QUESTIONS = [
    "What is principle 7 MARKERFISH?",
    "MARKERBIRD MARKERFISH",
    "标记鱼是什么？",
    "/restart MARKERFISH",
    "MARKERFISH " + "x" * 2500,
    "\u200b",
    "MARKERFISH at jane.doe@example.org, +41 22 917 12 34, card 4111 1111 1111 1111: what is principle 7?",
    "我的邮箱是li.wei@example.cn，电话13812345678，卡号4111111111111111，原则7是什么？",
]
# Long enough that no time stamp, identifier or ciphertext holds one by chance.
PERSONAL = ("jane.doe", "example.org", "917 12 34", "4111 1111", "41111111", "li.wei@", "13812345678")


def _rows(var):
    connection = sqlite3.connect(var / "partnerguide.db")
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute("SELECT * FROM enquiry ORDER BY created_at, id")]
    connection.close()
    return rows


def _holding(var, word):
    """Returns the files in the folder that hold a word, models left out."""
    files = [path for path in var.rglob("*") if path.is_file() and "models" not in path.parts]
    return {path.name for path in files if word.encode() in path.read_bytes()}


@pytest.mark.model
@pytest.mark.parametrize("command", ["ask", "chat"])
def test_words_go_to_the_log_alone(partnerguide, var, command):
    if command == "ask":
        lines = [json.dumps({"id": i, "session": "MY-SESSION", "text": text}) for i, text in enumerate(QUESTIONS)]
        result = partnerguide("ask", "--jsonl", stdin="\n".join(lines) + "\n")
        assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == list(range(len(QUESTIONS)))
    else:
        result = partnerguide("chat", stdin="\n".join(QUESTIONS) + "\n")
    assert result.returncode == 0, result.stderr
    for word in (*MARKERS, *PERSONAL, "MY-SESSION", "principle"):
        assert word not in result.stderr
    # The write-ahead log and the shared memory of SQLite stand beside the database.
    logs = {"partnerguide.db", "partnerguide.db-wal"}
    for marker in MARKERS:
        assert _holding(var, marker) <= logs
        assert _holding(var, marker)
    for word in PERSONAL:
        assert not _holding(var, word)

    rows = _rows(var)
    said = [row["text"] for row in rows]
    assert len(rows) == len(QUESTIONS)
    assert any("[e-mail], [phone], card [card]: what is principle 7?" in text for text in said)
    assert any("我的邮箱是[e-mail]" in text and "原则7是什么？" in text for text in said)
    assert {row["channel"] for row in rows} == {"jsonl" if command == "ask" else "terminal"}
    assert {row["delivery"] for row in rows} == {"sent"}
    (person,) = {row["pseudonym"] for row in rows}
    assert {row["conversation"] for row in rows} == {person}
    assert re.fullmatch(r"[0-9a-f]{24}", person)
    assert not _holding(var, "MY-SESSION")
    if command == "chat":  # what stands for the account, and for nobody who lacks the secret
        secret = (var / "secret").read_text().strip()
        assert person == pseudonym(secret, "terminal", str(os.getuid()))


@pytest.mark.model
def test_knows_who_asks_by_command_after_the_secret_was_changed(partnerguide, var):
    settings = Settings(root=ROOT, var=var, database_url=f"sqlite:///{var / 'partnerguide.db'}")
    now = datetime.now(timezone.utc)
    name = pseudonym(secret(settings), "ask", "local")
    said = {"created_at": now, "channel": "ask", "language": "en", "text": "before", "outcome": "answer"}
    with EnquiryStore.from_settings(settings) as store:
        assert store.record(Enquiry(id="before", conversation=name, pseudonym=name, **said)) == "stored"
    rotate(settings, now, dialogue_url(settings))
    assert partnerguide("ask", "What is principle 7?").returncode == 0
    rows = _rows(var)
    assert len(rows) == 2
    assert {row["pseudonym"] for row in rows} == {pseudonym(secret(settings), "ask", "local")} != {name}
