from __future__ import annotations

import shutil

import pytest

from tests.bot.store.conftest import start_child  # noqa: F401  # a fixture
from tests.conftest import ROOT, started
from tests.leaks import LeakScan
from tests.telegram_server.server import TOKEN

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
        f"GET /bot{TOKEN}/getMe",
        "sealed gAAAAA" + "b" * 70,
        "用户说：标记鱼",
        "answered Ada Quillfeather",
        "the secret is lbeJkwG55qdptGCZHnTfbQvb2iQITq6CCN_yCKwOdOk.",  # made by nobody
    ],
)
def test_finds_what_must_not_be_written(written):
    scan = LeakScan()
    scan.look("somewhere", f"a line\n{written}\nanother")
    assert scan.found == [f"somewhere: {written}"]


@pytest.mark.parametrize(
    "line",
    [
        "INFO bot answered ten_principles.principle_7 in 12 ms, enquiry 6f1d7a0e, 12:30:45",
        "tests/test_a.py::test_reads_a_text_in_time_that_grows_with_it_so_to_say",
        "1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6",
        "x" * 43,
        "/tmp/pytest-of-root/pytest-1/test_finds_what_must_not_be_written0/spool",
    ],
)
def test_lets_ordinary_lines_pass(line):
    scan = LeakScan()
    scan.look("somewhere", f"{line}\n")
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
        import pytest

        def test_leaks():
            logging.getLogger("bot").warning("somebody said %s", "MARKER" + "FISH")

        def test_prints():
            print("somebody said", "MARKER" + "BIRD")

        @pytest.fixture
        def untidy():
            sys.stderr.write("before " + "QUO" + "KKA")
            yield
            sys.stderr.write("after " + "NUM" + "BAT")

        def test_leaks_around_it(untidy):
            pass

        def test_writes_a_file(tmp_path):
            (tmp_path / "run.log").write_text("WOM" + "BAT")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *filter(None, [plugin]))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*leaks*"])
    said = result.stdout.str()
    for word in ("MARKERFISH", "MARKERBIRD", "before QUOKKA", "after NUMBAT", "run.log: WOMBAT"):
        assert said.count(word) == 1, word
    for path in pytester.path.rglob("run.log"):
        path.unlink()


def test_looks_for_secrets_alone_in_what_failed(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        f"""
        import secrets

        def test_fails_with_a_bot_at_hand():
            raise AssertionError("ExtBot[token={TOKEN}]")
        """
        """
        def test_fails():
            print("MARKER" + "FISH")
            print(secrets.token_urlsafe(32))
            raise AssertionError("MARKER" + "BIRD\\n" + secrets.token_urlsafe(32))
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    said = result.stdout.str()
    leaks = said[said.index("= leaks =") :]
    assert leaks.count("(Captured stdout call)") == 1
    assert leaks.count("(report)") == 1
    assert "MARKER" not in leaks.partition("short test summary")[0]


def test_finds_what_a_started_program_has_said(tmp_path):
    """Whether or not a test has read it; the program is one that complains of an address with a planted word."""
    word = "MARKER" + "FISH"
    with started(tmp_path / "var", "ask", f"--{word}") as process:
        assert word in process.stderr.readline() + process.stderr.read()
        process.wait(60)
    scan = LeakScan()
    scan.look_into(tmp_path)
    assert len(scan.found) >= 1


def test_finds_what_a_child_has_written(tmp_path, start_child):  # noqa: F811  # a fixture
    """To either pipe; the child is one that fails, and says so with the planted word."""
    word = "MARKER" + "FISH"
    child = start_child(word)
    assert word in child.communicate("go\n", timeout=60)[1]
    scan = LeakScan()
    scan.look_into(tmp_path)
    assert f"{tmp_path}/stderr-{child.pid}.log: KeyError: '{word}'" in scan.found
    assert (tmp_path / f"stdout-{child.pid}.log").read_text() == "ready\n"
