"""What docs/security.md and docs/privacy.md promise names what keeps it and what tests it: all of that is there."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.conftest import ROOT

DOCUMENTS = ("security.md", "privacy.md")
_NAMED = re.compile(r"`((?:bot|actions|tests|\.ci|docs)/[\w./-]+)(?:::([\w.]+))?`")


def _named(document):
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return sorted({(match[1], match[2] or "") for match in _NAMED.finditer(text)})


@cache
def _defined(path):
    """Returns the names that a Python file defines: at its top, and in its classes as `Class.name`."""
    found = set()
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    for node in body:
        found |= _names(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names(inner)}
    return found


def _names(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_only_what_there_is(document):
    named = _named(document)
    assert len(named) > 20
    missing = [path for path, _ in named if not (ROOT / path).exists()]
    missing += [f"{path}::{name}" for path, name in named if name and not missing and name not in _defined(path)]
    assert missing == []


def _rows(document):
    """Yields the rows of the tables whose last column is `test`."""
    is_held = False
    for line in (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            is_held = False
        elif re.match(r"\|.*\| *test *\|$", line):
            is_held = True
        elif is_held and not line.startswith("|---"):
            yield line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_a_test_in_every_row(document):
    rows = list(_rows(document))
    assert len(rows) > 15
    for row in rows:
        *_, test, _ = row.split(" |")
        named = [name for path, name in _NAMED.findall(test) if path.startswith("tests/")]
        assert named, row
        assert all(name for name in named), row
