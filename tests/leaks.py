"""What the whole run of tests has written is scanned when it ends: output, logs, crash reports, not one word too many.

The tests plant what must never be written anywhere but in a database: tokens, secrets, names and words of people. A
plugin collects what the program writes: each test's captured output and log records, what the programs that tests start
write to their standard error, and files of logs and crash reports that lie in the folders of the run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

#: What the program must keep to itself, as the tests use it. Names that are no one's word elsewhere.
_PLANTED = (
    r"MARKERFISH|MARKERBIRD|标记鱼",  # words people say: test_privacy
    r"ZEBRAFISH|QUOKKA|WOMBAT|NUMBAT|Galadriel",  # words and a name: test_erasure
    r"a secret of the tests, long enough|the secret of (?:before|now), (?:long|which)",
    r"jane\.doe@|li\.wei@example",
)
#: Whatever looks like a bot's token, a session's or a key that is derived from a secret.
_SHAPES = (r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])", r"gAAAAA[A-Za-z0-9_-]{60,}")
FORBIDDEN = re.compile("|".join((*_PLANTED, *_SHAPES)))
#: Logs and reports that a program leaves behind, by the end of their names.
_FILES = re.compile(r"log|.*\.log|crash.*|core(\..*)?|.*\.traceback")
_MOST_BYTES = 20_000_000


class LeakScan:
    """Collects what a run writes and looks through it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.scanned = 0

    def look(self, where: str, text: str) -> None:
        """Notes what must not stand in a text that was written at `where`."""
        self.scanned += len(text)
        for match in FORBIDDEN.finditer(text):
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
    """Scans each passed test's records and output as it ends, and the run's folders at the end of the run.

    A test that failed is left out: its report quotes the test itself.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.scan = LeakScan()
        self._config = config

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Looks through what a test has captured; runs in the process that reports, of all workers."""
        if report.when == "call" and report.passed:
            for name, content in report.sections:
                if "log" in name or "stderr" in name:
                    self.scan.look(f"{report.nodeid} ({name})", content)

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
