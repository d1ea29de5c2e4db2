"""What the whole run of tests has written is scanned when it ends: output, logs, crash reports, not one word too many.

The tests plant what must never be written anywhere but in a database: tokens, secrets, names and words of people. A
plugin collects what the program writes: what each test captures from its set-up to its end, output, errors and log
records, those of the tests' own Bot API server among them; what the programs that tests start write to their standard
error, children of a test to their standard output too; and files of logs and crash reports that lie in the folders of
the run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

#: The last name of everybody who writes to the bot in the tests: nobody's word elsewhere.
LAST_NAME = "Quillfeather"
#: What the program must keep to itself, as the tests use it.
_PLANTED = (
    LAST_NAME,
    r"MARKERFISH|MARKERBIRD|标记鱼",  # words people say: test_privacy
    r"ZEBRAFISH|QUOKKA|WOMBAT|NUMBAT|Galadriel",  # words and a name: test_erasure
    r"a secret of the tests, long enough|the secret of (?:before|now), (?:long|which)",
    r"jane\.doe@|li\.wei@example",
)
_SIGN = "[A-Za-z0-9_-]"
#: Whatever looks like a bot's token, a key that is derived from a secret, or what the program makes itself: a secret, a
#: session's token, so long and of all three kinds of signs.
_SHAPES = (
    rf"(?<!\d)\d{{6,12}}:{_SIGN}{{35}}(?!{_SIGN})",
    rf"gAAAAA{_SIGN}{{60,}}",
    rf"(?<!{_SIGN})(?=[a-z0-9_-]*[A-Z])(?=[A-Za-z_-]*[0-9])(?=[A-Z0-9_-]*[a-z]){_SIGN}{{43}}(?!{_SIGN})",
)
FORBIDDEN = re.compile("|".join((*_PLANTED, *_SHAPES)))
SHAPES = re.compile("|".join(_SHAPES))
#: Tests of commands whose standard output is made of people's words, as is its point.
_PRINTS_WORDS = re.compile(r"tests/(?:bot/cli/test_(?:ask|chat|enquiries|requests|commands)|test_commands)\.py")
#: Tests that write on purpose what is to be found.
_ON_PURPOSE = "tests/test_leaks.py"
#: How the Telegram library shows a bot that a failed test had at hand.
_AT_HAND = re.compile(r"\[token=[^\]\s]*\]")
#: Logs and reports that a program leaves behind, by the end of their names.
_FILES = re.compile(r"log|.*\.log|crash.*|core(\..*)?|.*\.traceback")
_MOST_BYTES = 20_000_000


class LeakScan:
    """Collects what a run writes and looks through it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.scanned = 0

    def look(self, where: str, text: str, forbidden: re.Pattern[str] = FORBIDDEN) -> None:
        """Notes what must not stand in a text that was written at `where`."""
        self.scanned += len(text)
        for match in forbidden.finditer(text):
            line = text[text.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0]
            self.found.append(f"{where}: {line[:200]}")

    def look_into(self, folder: Path) -> None:
        """Looks through the logs and crash reports in a folder."""
        for path in _files(folder):
            with path.open("rb") as stream:
                self.look(str(path), stream.read(_MOST_BYTES).decode("utf-8", "replace"))


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("models", "knowledge", "nlu_data")]
        paths = (Path(place) / name for name in sorted(names) if _FILES.fullmatch(name))
        yield from (path for path in paths if path.is_file() and not path.is_symlink())


class LeakPlugin:
    """Scans each test's records and output once it has ended, and the run's folders at the end of the run.

    The report of a test that failed quotes the test itself: there only what has the shape of a secret is looked for.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.scan = LeakScan()
        self._config = config
        self._failed: set[str] = set()

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Looks through what a test has captured; runs in the process that reports, of all workers."""
        if report.nodeid.startswith(_ON_PURPOSE):
            return
        if report.failed:
            self._failed.add(report.nodeid)
            self.scan.look(f"{report.nodeid} (report)", _AT_HAND.sub("", report.longreprtext), SHAPES)
        if report.when != "teardown":  # whose report has what was captured before, too
            return
        for name, content in report.sections:
            is_words = "stdout" in name and _PRINTS_WORDS.match(report.nodeid)
            forbidden = SHAPES if is_words or report.nodeid in self._failed else FORBIDDEN
            self.scan.look(f"{report.nodeid} ({name})", content, forbidden)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Looks through the folders of the run; what is found fails the run."""
        if hasattr(self._config, "workerinput"):
            return
        factory = getattr(self._config, "_tmp_path_factory", None)
        if factory is not None and factory._basetemp is not None:
            self.scan.look_into(Path(factory._basetemp))
        if self.scan.found and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tells what was found, and how much was looked through."""
        if self.scan.found:
            terminalreporter.section("leaks", sep="=", red=True)
            for found in dict.fromkeys(self.scan.found):
                terminalreporter.write_line(found)
        elif self.scan.scanned:
            size = f"{self.scan.scanned / 1000:.0f} kB"
            terminalreporter.write_line(f"No token, secret, name or word of anybody in {size} of logs and output.")
