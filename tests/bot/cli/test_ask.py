from __future__ import annotations

import json
import signal
from types import SimpleNamespace

import pytest

import bot.services
from bot.cli import ask, enquiries
from bot.reply import Reply
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.statements import EnquiryFilter
from tests.conftest import ROOT, make_var, started

pytestmark = pytest.mark.model

MARK = "zanzibar"

#: What a program writes, line by line; each line waits for the answer to the one before.
LINES = {
    "first": '{"id": 1, "session": "a", "text": "What is principle 7?"}',
    "other session": '{"id": 2, "session": "b", "text": "原则2是什么？"}',
    "no json": f"What is {MARK}?",
    "no utf-8": b'{"id": 3, "session": "a", "text": "\xff"}',
    "half a character": '{"id": 4, "session": "a", "text": "\\ud83d"}',
    "follow-up": '{"id": 5, "session": "a", "text": "and principle 8?"}',
    "other follow-up": '{"id": 6, "session": "b", "text": "出处是哪一段？"}',
    "line separators": '{"id": 7, "session": "c", "text": "What is\u2028principle 7?"}',
    "carriage return": '{"id": 8, "session": "c", "text": "hello"}\r',
    "unknown": f'{{"id": 9, "session": "c", "text": "my {MARK} password is hunter2 and my mail joe@{MARK}.org"}}',
    "nothing offered": '{"id": 10, "session": "d", "payload": "/ask_help"}',
    # Once this is answered nothing is left to write down, in the middle of which Ctrl-C would come.
    "no object": "[]",
}


@pytest.fixture(scope="module")
def talked(models, tmp_path_factory):
    """One run of the real program that was given every line and then interrupted by Ctrl-C."""
    var = make_var(tmp_path_factory.mktemp("ask"), models)
    answers = {}
    with started(var, "ask", "--jsonl", text=False) as process:
        for name, line in LINES.items():
            process.stdin.write((line if isinstance(line, bytes) else line.encode()) + b"\n")
            process.stdin.flush()
            answers[name] = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        # Its input stays open: the end of that would end it as well, and with another code.
        process.wait(timeout=120)
        rest, errors = process.communicate(timeout=120)
    return SimpleNamespace(
        answers=answers, rest=rest, errors=errors.decode(), code=process.returncode, settings=_settings(var)
    )


def _settings(var):
    return Settings(root=ROOT, var=var, database_url=f"sqlite:///{var / 'partnerguide.db'}")


def test_answers_each_line_before_the_next_is_written(talked):
    ids = [answer.get("id") for answer in talked.answers.values()]
    assert ids == [1, 2, None, None, None, 5, 6, 7, 8, 9, 10, None]


def test_answers_what_it_cannot_read_with_an_error_and_goes_on(talked):
    errors = {name: set(answer) for name, answer in talked.answers.items() if "reply" not in answer}
    assert errors == {name: {"error"} for name in ("no json", "no utf-8", "half a character", "no object")}


def test_holds_one_conversation_per_session(talked):
    entries = [talked.answers[name]["reply"]["entry"] for name in ("first", "follow-up", "other follow-up")]
    assert entries == ["ten_principles.principle_7", "ten_principles.principle_8", "ten_principles.principle_2"]


def test_writes_characters_not_escapes(talked):
    assert talked.answers["other session"]["reply"]["language"] == "zh"
    assert talked.answers["line separators"]["reply"]["entry"] == "ten_principles.principle_7"


def test_takes_only_offered_payloads(talked):
    assert talked.answers["nothing offered"]["reply"]["intent"] == "no_choice"


def test_ends_on_ctrl_c_without_a_word(talked):
    assert (talked.code, talked.rest) == (130, b"")
    assert "Traceback" not in talked.errors


def test_says_nothing_of_what_was_asked_on_standard_error(talked):
    assert [word for word in (MARK, "hunter2", "principle", "原则") if word in talked.errors] == []


def test_logs_every_answered_line_and_redacts_it(talked):
    with EnquiryStore.from_settings(talked.settings) as store:
        rows = store.list(EnquiryFilter(include_jsonl=True))
    answered = {answer["reply"]["enquiry_id"] for answer in talked.answers.values() if "reply" in answer}
    assert {row.id for row in rows} == answered
    assert {(row.channel, row.delivery) for row in rows} == {("jsonl", "sent")}
    assert [row.text for row in rows if f"joe@{MARK}.org" in row.text] == []


@pytest.mark.parametrize(("arguments", "count"), [((), 0), (("--include-jsonl",), 7), (("--channel", "jsonl"), 7)])
def test_is_listed_only_where_measurements_are_asked_for(call, talked, arguments, count):
    wanted = ("--all", *arguments) if arguments else ()
    out = call(enquiries, "list", *wanted, database_url=talked.settings.database_url).out
    assert out.replace("No enquiries.\n", "").count("\n") == (8 if count else 0)


@pytest.fixture
def ask_here(dialogue, call, var, monkeypatch):
    """Runs the command in this process, where Rasa is loaded already, with services and logging of its own."""
    monkeypatch.setattr(bot.services, "_services", None)
    monkeypatch.setattr("bot.logs.configure", lambda **_: None)
    monkeypatch.setenv("PARTNERGUIDE_VAR", str(var))

    def run(*arguments):
        ended = call(ask, *arguments, root=ROOT, var=var, database_url=_settings(var).database_url)
        assert ended.code == 0
        return ended.out

    return run


def test_prints_the_reply_object(ask_here):
    data = json.loads(ask_here("--json", "--", "--原则7是什么？"))
    reply = Reply.from_dict({name: value for name, value in data.items() if name != "text"})
    assert data["text"] == reply.text
    assert (reply.entry, reply.enquiry_id != "") == ("ten_principles.principle_7", True)


def test_prints_what_a_person_reads_and_lists_it(ask_here, call, var):
    out = ask_here("What is principle 7?")
    with EnquiryStore.from_settings(_settings(var)) as store:
        (row,) = store.list()
    assert out.startswith(f"{row.shown}\n\n1. ")
    assert (row.channel, row.delivery, row.text) == ("ask", "sent", "What is principle 7?")
    assert call(enquiries, "list", database_url=_settings(var).database_url).out.startswith(f"{row.id[:8]}  ")
