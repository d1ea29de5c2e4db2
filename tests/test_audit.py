from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

KNOWN = {"name": "skops", "version": "0.9.0", "vulns": [{"id": "X-1", "aliases": ["CVE-2025-54412"]}]}
NEW = {"name": "yarl", "version": "1.0", "vulns": [{"id": "CVE-2099-1", "aliases": [], "fix_versions": ["2.0"]}]}
SKIPPED = {"name": "absl-py", "skip_reason": "could not be audited"}


def report(tmp_path, *packages):
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"dependencies": packages, "fixes": []}))
    command = [sys.executable, ROOT / ".ci" / "audit_report.py", path, ROOT / "docs" / "security.md"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([KNOWN, SKIPPED], 0, "1 packages scanned, 1 not; 1 advisories, 0 of them new."),
        ([KNOWN, NEW], 1, "yarl 1.0: CVE-2099-1; fixed in 2.0"),
        ([SKIPPED], 2, "No scan was possible"),
        ([], 2, "No scan was possible"),
    ],
)
def test_says_what_is_new_or_that_nothing_was_scanned(tmp_path, packages, code, said):
    done, told = report(tmp_path, *packages)
    assert done == code
    assert said in told


def test_says_that_no_scan_was_possible(tmp_path):
    """Where the index cannot be reached, nobody may take silence for a clean bill."""
    nowhere = (tmp_path / "nowhere").as_uri()
    environment = {**os.environ, "UV_OFFLINE": "1", "UV_INDEX_URL": nowhere}
    done = subprocess.run(
        [ROOT / ".ci" / "audit"], capture_output=True, text=True, check=False, timeout=120, env=environment
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"No scan was possible: the scanner could not .+\. docs/security\.md lists .+\n", done.stderr)
