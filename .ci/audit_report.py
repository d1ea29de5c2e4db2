"""Reads what the scanner has found: says what is new beside docs/security.md, or that nothing could be scanned."""

from __future__ import annotations

import json
import sys
from pathlib import Path

_NO_SCAN = (
    "No scan was possible: the scanner could not reach its data. docs/security.md lists what was known on its day."
)


def main(report: Path, known: str) -> int:
    """Writes a line for each advisory that `known` does not name; returns the exit code of `.ci/audit`."""
    packages = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    scanned = [package for package in packages if "vulns" in package]
    if not scanned:
        sys.stderr.write(f"{_NO_SCAN}\n")
        return 2
    found = [(package, advisory) for package in scanned for advisory in package["vulns"]]
    new = [(p, a) for p, a in found if not any(name in known for name in (a["id"], *a.get("aliases", ())))]
    for package, advisory in new:
        fixed = ", ".join(advisory.get("fix_versions") or ()) or "no release yet"
        names = ", ".join((advisory["id"], *advisory.get("aliases", ())))
        sys.stdout.write(f"{package['name']} {package['version']}: {names}; fixed in {fixed}\n")
    skipped = len(packages) - len(scanned)
    sys.stdout.write(
        f"{len(scanned)} packages scanned, {skipped} not; {len(found)} advisories, {len(new)} of them new.\n"
    )
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8")))
