from __future__ import annotations

import shutil

import pytest

from tests.conftest import ROOT
from tests.leaks import LeakScan

pytest_plugins = ["pytester"]

CONFTEST = """
from tests.leaks import LeakPlugin

def pytest_configure(config):
    config.pluginmanager.register(LeakPlugin(config), "leaks")
"""


@pytest.fixture(autouse=True)
def leave_nothing(tmp_path):
    """What these tests write on purpose must not be found when the run ends."""
    yield
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        "INFO asked MARKERFISH",
        "error at 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
        "sealed gAAAAA" + "b" * 70,
        "用户说：标记鱼",
    ],
)
def test_finds_what_must_not_be_written(written):
    scan = LeakScan()
    scan.look("somewhere", f"a line\n{written}\nanother")
    assert scan.found == [f"somewhere: {written}"]


def test_lets_ordinary_lines_pass():
    scan = LeakScan()
    scan.look("somewhere", "INFO bot answered ten_principles.principle_7 in 12 ms, enquiry 6f1d7a0e, 12:30:45\n")
    assert scan.found == []


def test_looks_into_logs_and_crash_reports(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("log", "a/log", "a/worker.log", "crash-1.json"):
        (tmp_path / name).write_text("x\nMARKERBIRD\n")
    (tmp_path / "guide.db").write_text("MARKERBIRD")  # the log of enquiries may hold words
    scan = LeakScan()
    scan.look_into(tmp_path)
    assert sorted(line.removeprefix(f"{tmp_path}/") for line in scan.found) == [
        f"{name}: MARKERBIRD" for name in ("a/log", "a/worker.log", "crash-1.json", "log")
    ]


@pytest.mark.parametrize("plugin", ["", "-n1"])
def test_fails_a_run_that_has_leaked(pytester, plugin, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import logging, sys

        def test_leaks():
            logging.getLogger("bot").warning("somebody said %s", "MARKER" + "FISH")

        def test_writes_a_file(tmp_path):
            (tmp_path / "run.log").write_text("WOM" + "BAT")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *filter(None, [plugin]))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*leaks*"])
    assert result.stdout.str().count("MARKERFISH") == 1
    assert "run.log: WOMBAT" in result.stdout.str()
    for path in pytester.path.rglob("run.log"):
        path.unlink()
