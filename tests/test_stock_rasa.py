"""The same model, domain and actions under stock `rasa run` and `rasa run actions`, as two processes over HTTP."""

from __future__ import annotations

import json
import os
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
from tests.ports import free_ports

RASA = PROGRAM.with_name("rasa")
MARKER = "MARKERFISH"
START_S = 300
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
    """`rasa run` and `rasa run actions`: their addresses, the processes, the files that hold what they print."""

    server: str
    actions: str
    processes: list[subprocess.Popen[bytes]]
    printed: list[Path]

    def wait_until_ready(self) -> None:
        for url, process, printed in zip((self.actions, self.server), self.processes, self.printed, strict=True):
            _wait_until_ready(f"{url}/", process, printed)

    def ask(self, sender: str, message: str) -> list[dict[str, object]]:
        body = json.dumps({"sender": sender, "message": message}).encode()
        url = f"{self.server}/webhooks/rest/webhook"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)


@pytest.fixture(scope="module")
def starting(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """Both processes, not waited for: meanwhile this one can open the embedded dialogue."""
    folder = tmp_path_factory.mktemp("stock")
    server, actions = free_ports(2)
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
    stock = Stock(f"http://127.0.0.1:{server}", f"http://127.0.0.1:{actions}", [], [])
    try:
        for name, arguments in (("actions", run_actions), ("server", run_server)):
            stock.printed.append(folder / f"{name}.txt")
            with stock.printed[-1].open("w") as out:
                process = subprocess.Popen(
                    [RASA, *arguments], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
                )
            stock.processes.append(process)
        yield stock
    finally:
        for process in stock.processes:
            process.terminate()
        for process in stock.processes:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def stock(starting: Stock) -> Stock:
    starting.wait_until_ready()
    return starting


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


@pytest.mark.model
@pytest.mark.slow
async def test_answers_as_the_embedded_dialogue_does(starting, dialogue, stock):
    for language, questions in QUESTIONS.items():
        for question in questions:
            answer = await dialogue.ask(Message(conversation=f"stock-{language}", channel="jsonl", text=question))
            embedded = json.loads(json.dumps(answer.reply.to_dict()))
            uttered = stock.ask(f"stock-{language}", question)
            (custom,) = [message["custom"] for message in uttered if "custom" in message]
            assert custom.pop("understood") == answer.understood
            # The REST channel sends each block of a text without buttons as a message of its own (rasa 3.6.21).
            assert "\n\n".join(message["text"] for message in uttered if "text" in message) == embedded["text"]
            buttons = [{"title": choice["label"], "payload": choice["payload"]} for choice in embedded["choices"]]
            assert [button for message in uttered for button in message.get("buttons", ())] == buttons
            # A follow-up is read together with the question before only where the model runs in the same process.
            assert custom.pop("confidence") == pytest.approx(embedded.pop("confidence"), abs=0.05)
            # A message has no id of its own there, so every run has its own rows.
            assert {**custom, "enquiry_id": ""} == {**embedded, "enquiry_id": ""}
            assert embedded["language"] == language


@pytest.mark.model
@pytest.mark.slow
def test_prints_no_words_at_its_usual_log_level(stock):
    uttered = stock.ask("printing", f"{MARKER} what is principle 7?")
    assert uttered
    printed = "".join(path.read_text() for path in stock.printed)
    assert "action_answer_question" in printed
    assert MARKER not in printed
    assert "printing" not in printed
