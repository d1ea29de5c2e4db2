"""One conversation in a real terminal. What each line is answered with is tested in tests/bot/channels."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pexpect
import pytest
from rich.cells import cell_len

from tests.conftest import PROGRAM, ROOT, make_var

pytestmark = pytest.mark.model

PROMPT = "› "
UP = "\x1b[A"
_STYLES = re.compile(r"\x1b(?:\[[\d;?]*[a-zA-Z]|\]8;[^\x1b]*\x1b\\)")


class Screen:
    """A person at a terminal of 50 lines."""

    def __init__(self, var: Path, columns: int) -> None:
        self.process = pexpect.spawn(
            str(PROGRAM),
            ["chat"],
            dimensions=(50, columns),
            encoding="utf-8",
            timeout=200,  # a model that has just become stale is trained first
            cwd=ROOT,
            env={**os.environ, "PARTNERGUIDE_VAR": str(var), "TERM": "xterm-256color"},
        )

    def panel(self) -> list[str]:
        """Returns the lines of the next panel, frame included, without styles."""
        self.process.expect_exact("╭")
        self.process.expect_exact("╯")
        return _STYLES.sub("", f"╭{self.process.before}╯").splitlines()

    def type(self, keys: str) -> None:
        self.process.expect_exact(PROMPT)
        self.process.send(keys)

    def say(self, line: str) -> list[str]:
        self.type(f"{line}\r")
        return self.panel()


@pytest.fixture(scope="module")
def talked(models, tmp_path_factory):
    """The panels of one conversation, by what was typed, and the exit code."""
    var = make_var(tmp_path_factory.mktemp("chat"), models)
    screen = Screen(var, columns=90)
    try:
        panels = {"greeting": screen.panel()}
        for line in ("What is principle 7?", "1", "原则8是什么？"):
            panels[line] = screen.say(line)
        screen.type(UP)
        screen.process.expect_exact("原则8是什么？")
        screen.process.send("\r")
        panels["arrow up"] = screen.panel()
        for columns in (50, 130):
            screen.process.setwinsize(50, columns)
            panels[str(columns)] = screen.say("/help")
        for line in ("/nonsense", "/language zh", "/topics"):
            panels[line] = screen.say(line)
        screen.type("/quit\r")
        panels["/quit"] = screen.panel()
        screen.process.expect(pexpect.EOF)
        rest = screen.process.before
        screen.process.close()
    finally:
        screen.process.close(force=True)
    return SimpleNamespace(panels=panels, rest=rest, code=screen.process.exitstatus, var=var)


def _words(panel):
    return " ".join(line.strip("│╭╮╰╯─ ") for line in panel)


def _choices(panel):
    """Returns the labels of the numbered choices."""
    found = (re.match(r"│ +\d+ (.*?) *│", line) for line in panel)
    return [match.group(1) for match in found if match]


def _title(panel):
    return panel[0].strip("╭╮─ ")


def test_greets_with_the_topics_to_choose_from(talked):
    assert len(_choices(talked.panels["greeting"])) > 5


def test_answers_in_both_languages_without_an_address_in_the_text(talked):
    english, chinese = talked.panels["What is principle 7?"], talked.panels["原则8是什么？"]
    assert ("Principle 7" in _title(english), "原则8" in _title(chinese)) == (True, True)
    assert ("UNGC principle 7" in _words(english), "https://" in _words(english)) == (True, False)


def test_opens_a_choice_by_its_number(talked):
    assert _title(talked.panels["1"]) == _choices(talked.panels["What is principle 7?"])[0]


def test_brings_back_what_was_typed_by_the_arrow_key(talked):
    assert talked.panels["arrow up"] == talked.panels["原则8是什么？"]


@pytest.mark.parametrize(("name", "columns"), [("greeting", 90), ("50", 50), ("130", 100)])
def test_draws_as_wide_as_the_window_but_no_wider_than_reads_well(talked, name, columns):
    assert {cell_len(line) for line in talked.panels[name]} == {columns}


def test_says_which_commands_exist(talked):
    assert "/help /topics" in _words(talked.panels["/nonsense"])


def test_changes_the_language(talked):
    assert len(_choices(talked.panels["/topics"])) > 5
    assert [label for label in _choices(talked.panels["/topics"]) if label.isascii()] == []


def test_says_goodbye_and_ends(talked):
    assert (talked.code, "╭" in talked.rest) == (0, False)
    assert 3 <= len(talked.panels["/quit"]) <= 7


def test_keeps_what_it_remembers_to_this_account(talked):
    modes = {path.name: path.stat().st_mode & 0o077 for path in talked.var.glob("*.db")}
    assert modes == {"dialogue.db": 0, "partnerguide.db": 0}
