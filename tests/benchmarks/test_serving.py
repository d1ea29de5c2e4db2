"""Asking a server over Rasa's REST channel, here one that says what a test wants."""

from __future__ import annotations

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.speed.serving import Served, measured
from bot.errors import BotError


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802  # the name that the library calls
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, said = self.server.answer(body["message"])
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Keeps the requests from being printed."""


@pytest.fixture
def served():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def with_answer(answer):
        server.answer = answer
        return Served(f"http://127.0.0.1:{server.server_port}/", {"server": os.getpid()})

    yield with_answer
    server.shutdown()
    thread.join()
    server.server_close()


def _is_chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_gives_the_figures_by_the_number_of_people(served):
    found = measured(served(lambda text: (200, [{"text": "yes"}])), (1, 3), count=6, rounds=2)
    assert list(found["by_people"]) == ["1", "3"]
    assert set(found["by_people"]["1"]) == {"median_ms", "p95_ms", "p99_ms", "per_s", "cpu_ms"}
    assert 0 < found["memory_bytes"] <= found["peak_bytes"]


def test_counts_what_was_not_understood(served):
    answering = served(lambda text: (200, [{"text": "what?" if _is_chinese(text) else "yes"}]))
    found = measured(answering, (1,), count=6, rounds=1, unsure="what?")
    assert found["by_people"]["1"]["unsure_share"]["median"] == 0.5


@pytest.mark.parametrize(
    ("answer", "problem"),
    [((200, []), "rasa run says nothing to"), ((500, []), "rasa run does not answer 1 at once: 500")],
)
def test_fails_where_a_question_is_not_answered(served, answer, problem):
    with pytest.raises(BotError, match=problem):
        measured(served(lambda text: answer), (1,), count=2, rounds=1)
