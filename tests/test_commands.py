"""The make targets of this checkout, run as a person runs them."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from tests.conftest import ROOT

TARGETS = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()


def _make(*words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    # Of the make that runs these tests; with them this one would announce its folder.
    inherited = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(
        ["make", *words],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**inherited, **environment},
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("words", [(), ("help",)], ids=["make", "make help"])
def test_lists_every_target_with_what_it_does(words):
    ended = _make(*words)
    listed = [re.fullmatch(r"make (\w+) +\S.*", line) for line in ended.stdout.splitlines()]
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [match[1] for match in listed] == [name for name in _in_file_order() if name != "environment"]


def _in_file_order() -> list[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return sorted(TARGETS, key=lambda name: re.search(rf"^{name}:", makefile, re.MULTILINE).start())


def test_refuses_a_target_that_does_not_exist():
    assert _make("nonsense").returncode == 2


@pytest.mark.model
def test_chat_answers_piped_lines_with_nothing_but_the_conversation(var):
    ended = _make("chat", stdin="What is principle 7?\n\n原则8是什么？", PARTNERGUIDE_VAR=str(var))
    with EnquiryStore.from_settings(Settings.from_env({"PARTNERGUIDE_VAR": str(var)}, root=ROOT)) as store:
        rows = list(store.iterate())
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)
    assert [row.entry for row in rows] == ["ten_principles.principle_7", "ten_principles.principle_8"]
    assert ended.stdout.startswith(f"{rows[0].shown}\n\n1. ")
    choices = [line for line in ended.stdout.splitlines() if re.match(r"\d\. ", line)]
    conversation = ended.stdout
    for part in (*choices, *(row.shown for row in rows)):
        conversation = conversation.replace(part, "", 1)
    assert conversation.strip() == ""
    assert [(cited["source"], "principle 7" in cited["locators"]) for cited in rows[0].citations] == [("UNGC", True)]
    assert "https://" in rows[0].shown
