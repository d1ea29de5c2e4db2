"""What continuous integration installs, with programs of our own in the place of the system's."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

SHELL = shutil.which("bash")
#: What the script itself needs of the system.
NEEDED = ("dirname", "timeout")


@pytest.fixture
def installed(tmp_path):
    """Runs the script where the given programs are all there is; returns what it has asked the system to install."""

    def run(*there):
        asked = tmp_path / "asked"
        said = {"id": "echo 0", "apt-get": f'echo "$@" >>{asked}', "make": "exit 0"}
        for name in ("redis-server", *there, *said):
            path = tmp_path / name
            path.write_text(f"#!{SHELL}\n{said.get(name, 'exit 0')}\n")
            path.chmod(0o700)
        for name in NEEDED:
            (tmp_path / name).symlink_to(shutil.which(name))
        environment = {**os.environ, "PATH": str(tmp_path)}
        done = subprocess.run([SHELL, ROOT / ".ci" / "run"], env=environment, check=False, timeout=120, text=True)
        assert done.returncode == 0
        return asked.read_text().split() if asked.exists() else []

    return run


@pytest.mark.parametrize(
    ("there", "is_installed"), [((), True), (("google-chrome",), True), (("chromium",), False)], ids=str
)
def test_installs_the_browser_that_the_tests_look_for(installed, there, is_installed):
    assert ("chromium" in installed(*there)) is is_installed
