"""The same model, domain and actions under stock `rasa run` and `rasa run actions`, as two processes over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.dialogue.door import Message
from tests.conftest import PROGRAM, ROOT

RASA = PROGRAM.with_name("rasa")
MARKER = "MARKERFISH"
START_S = 120
QUESTIONS = {
    "en": [
        "What is principle 7?",
        "and principle 8?",
        "which paragraph says so?",
        "Is Acme Ltd on the sanctions list?",
        f"{MARKER}?",
    ],
    "zh": ["原则7是什么？", "那原则8呢", "出处？", "中兴是不是被制裁了", f"{MARKER}是什么东西？"],
}


@dataclass(frozen=True)
class Stock:
    """The address of `rasa run`, and the files that hold what both processes print."""

    url: str
    printed: tuple[Path, ...]


@pytest.fixture(scope="module")
def stock(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    folder = tmp_path_factory.mktemp("stock")
    server, actions = _free_port(), _free_port()
    record = json.loads((models / "current.json").read_text())
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
    environment = {name: value for name, value in os.environ.items() if name != "LOG_LEVEL"}
    environment |= {
        "PARTNERGUIDE_VAR": str(folder / "var"),
        "PARTNERGUIDE_OPERATOR": "Partnerships Desk",
        "PARTNERGUIDE_CONTACT": "desk@example.org",
        "RASA_TELEMETRY_ENABLED": "false",
    }
    run_actions = ["run", "actions", "--actions", "actions", "--port", str(actions)]
    run_server = ["run", "--model", str(models / record["file"]), "--interface", "127.0.0.1", "--port", str(server)]
    run_server += ["--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")]
    printed = (folder / "actions.txt", folder / "server.txt")
    processes = []
    try:
        for arguments, path in zip((run_actions, run_server), printed, strict=True):
            with path.open("w") as out:
                command = [RASA, *arguments]
                process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
            processes.append(process)
        _wait_until_ready(f"http://127.0.0.1:{actions}/health", processes[0], printed[0])
        _wait_until_ready(f"http://127.0.0.1:{server}/", processes[1], printed[1])
        yield Stock(f"http://127.0.0.1:{server}/webhooks/rest/webhook", printed)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], printed: Path) -> None:
    """Asks until the server answers; one that has ended or takes too long fails the test with what it printed."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{url} does not answer:\n{printed.read_text()[-2000:]}")
        # Waits for the process to end, which a server does not, and so paces the questions.
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue


def _ask(url: str, sender: str, message: str) -> list[dict[str, object]]:
    body = json.dumps({"sender": sender, "message": message}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


@pytest.mark.model
@pytest.mark.slow
async def test_answers_as_the_embedded_dialogue_does(stock, dialogue):
    for language, questions in QUESTIONS.items():
        for question in questions:
            answer = await dialogue.ask(Message(conversation=f"stock-{language}", channel="jsonl", text=question))
            embedded = json.loads(json.dumps(answer.reply.to_dict()))
            uttered = _ask(stock.url, f"stock-{language}", question)
            (custom,) = [message["custom"] for message in uttered if "custom" in message]
            # The REST channel sends each block of a text without buttons as a message of its own (rasa 3.6.21).
            assert "\n\n".join(message["text"] for message in uttered if "text" in message) == embedded["text"]
            buttons = [{"title": choice["label"], "payload": choice["payload"]} for choice in embedded["choices"]]
            assert [button for message in uttered for button in message.get("buttons", ())] == buttons
            # A message has no id of its own there, so every run has its own rows.
            assert {**custom, "enquiry_id": ""} == {**embedded, "enquiry_id": ""}
            assert embedded["language"] == language


@pytest.mark.model
@pytest.mark.slow
def test_prints_no_words_at_its_usual_log_level(stock):
    uttered = _ask(stock.url, "printing", f"{MARKER} what is principle 7?")
    assert uttered
    printed = "".join(path.read_text() for path in stock.printed)
    assert "action_answer_question" in printed
    assert MARKER not in printed
    assert "printing" not in printed
