from __future__ import annotations

import os
import subprocess
import sys

from tests.bot.small_base import ROOT

PROGRAM = """
import structlog
{quieten}
structlog.get_logger("rasa.core").info("received", text="what a person said")
structlog.get_logger("rasa.core").warning("understood", text="what a person said")
"""


def _said(quieten):
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM.format(quieten=quieten)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TF_CPP_MIN_LOG_LEVEL": "3"},
        timeout=120,
        check=True,
    )
    return (result.stdout + result.stderr).count("what a person said")


def test_keeps_what_people_say_from_being_printed():
    assert _said("from bot.dialogue.quiet import quieten_rasa; quieten_rasa()") == 0


def test_is_needed():
    assert _said("") == 2
