from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.bot.small_base import ROOT

CONFIGURE = "import logging, os, warnings\nfrom bot import logs\nlogs.configure({level})\n"


def _run(program, level="logging.WARNING", code=0):
    """Runs a program that has configured its logs in a process of its own, which keeps ours as they are."""
    result = subprocess.run(
        [sys.executable, "-c", CONFIGURE.format(level=level) + program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        timeout=60,
        check=False,
    )
    assert result.returncode == code, result.stderr
    return result


@pytest.mark.parametrize(
    ("name", "level", "is_shown"),
    [
        ("bot.dialogue", "warning", True),
        ("actions.affirm", "warning", True),
        ("bot.dialogue", "info", False),
        ("sqlalchemy", "warning", True),
        ("sqlalchemy", "info", False),
        ("httpx", "warning", False),
        ("httpx", "error", True),
        ("rasa.core", "warning", False),
        ("rasa.core", "error", True),
    ],
)
def test_shows_what_matters_on_standard_error(name, level, is_shown):
    result = _run(f"logging.getLogger('{name}').{level}('it %s', 'happened')")
    assert result.stdout == ""
    assert ("it happened" in result.stderr) is is_shown


def test_hides_the_chatter_of_a_library_that_sets_its_own_level():
    program = "chatty = logging.getLogger('chatty')\nchatty.setLevel(logging.DEBUG)\nchatty.info('what a person said')"
    assert _run(program, level="logging.DEBUG").stderr == ""


def test_quotes_no_error_when_a_line_cannot_be_written():
    program = """
import io
logs.configure()
closed = io.StringIO()
closed.close()
logging.getLogger().addHandler(logging.StreamHandler(closed))
try:
    raise ValueError('what a person said')
except ValueError:
    logging.getLogger('bot.x').error('it failed')
"""
    error = _run(program).stderr
    assert "it failed" in error
    assert "what a person said" not in error


@pytest.mark.parametrize(("name", "is_shown"), [("bot.dialogue", True), ("actions.x", True), ("sqlalchemy", False)])
def test_shows_one_line_per_turn_on_demand(name, is_shown):
    result = _run(f"logging.getLogger('{name}').info('a turn')", level="logging.INFO")
    assert (len(result.stderr.splitlines()) == 1) is is_shown


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_never_shows_addresses_that_hold_a_token(name):
    program = f"logging.getLogger('{name}').info('https://api.telegram.org/bot123:secret/getMe')"
    assert _run(program, level="logging.DEBUG").stderr == ""


def test_writes_each_line_once_when_it_is_configured_twice():
    result = _run("logs.configure()\nlogging.getLogger('bot.x').warning('once')")
    assert len(result.stderr.splitlines()) == 1


def test_leaves_what_the_environment_says():
    program = "os.environ['LOG_LEVEL'] = 'DEBUG'\nlogs.configure()\nprint(os.environ['LOG_LEVEL'])"
    assert _run(program).stdout == "DEBUG\n"


def test_tells_libraries_to_be_quiet_before_they_are_imported():
    names = "RASA_TELEMETRY_ENABLED TF_CPP_MIN_LOG_LEVEL LOG_LEVEL SQLALCHEMY_SILENCE_UBER_WARNING"
    program = f"print(*(os.environ[name] for name in '{names}'.split()))"
    assert _run(program).stdout == "false 3 ERROR 1\n"


def test_shows_no_warning_of_a_library():
    assert _run("warnings.warn('old', DeprecationWarning)\nwarnings.warn('older')").stderr == ""


JSON_LINES = """
logs.configure(logging.INFO, as_json=True)
logger = logging.getLogger("bot.x")
with logs.correlated("abc"):
    logger.info("answered %s", "faq")
logger.warning("later")
try:
    raise ValueError("what a person said")
except ValueError:
    logger.exception("a turn failed")
"""


def test_writes_json_lines_with_a_correlation_and_no_words_of_an_exception():
    lines = [json.loads(line) for line in _run(JSON_LINES).stderr.splitlines()]
    told = [(line["level"], line["message"], line.get("correlation"), line.get("error")) for line in lines]
    assert told == [
        ("INFO", "answered faq", "abc", None),
        ("WARNING", "later", None, None),
        ("ERROR", "a turn failed", None, "ValueError"),
    ]
    assert lines[2]["where"] == ["<string>:11"]
    assert "what a person said" not in json.dumps(lines)


@pytest.mark.parametrize("as_json", [False, True])
def test_tells_kind_and_place_of_an_exception_and_none_of_its_words(as_json):
    [*_, line] = _run(JSON_LINES.replace("as_json=True", f"as_json={as_json}")).stderr.splitlines()
    assert "what a person said" not in line
    assert ("a turn failed" in line, "ValueError" in line, "<string>:11" in line) == (True, True, True)


UNCAUGHT = {
    "in the program": ("raise ValueError('what a person said')", 1),
    "in a thread": (
        "import threading\n"
        "def fail():\n    raise ValueError('what a person said')\n"
        "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()",
        0,
    ),
    "in a task": (
        "import asyncio\n"
        "async def fail():\n    raise ValueError('what a person said')\n"
        "async def main():\n    asyncio.ensure_future(fail())\n    await asyncio.sleep(0)\n"
        "asyncio.run(main())",
        0,
    ),
    "while it is taken away": (
        "class Failing:\n    def __del__(self):\n        raise ValueError('what a person said')\nFailing()",
        0,
    ),
    "out of another": (
        "try:\n    raise KeyError('what a person said')\n"
        "except KeyError as error:\n    raise ValueError('what a person said') from error",
        1,
    ),
}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("where", UNCAUGHT)
def test_tells_of_an_error_that_nobody_catches_without_its_words(where, as_json):
    program, code = UNCAUGHT[where]
    error = _run(f"logs.configure(as_json={as_json})\n{program}", code=code).stderr
    assert len(error.splitlines()) == 1
    assert "ValueError" in error
    assert "what a person said" not in error
