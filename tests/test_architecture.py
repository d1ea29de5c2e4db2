"""The shape of the code that design.md draws: who may import whom, which border holds what, what an import does."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted(path for folder in ("bot", "actions") for path in (ROOT / folder).rglob("*.py"))

#: Part of the program → the parts it may import. What stands lower knows nothing of what stands higher.
MAY_IMPORT = {
    "bot.errors": set(),
    "bot.reply": set(),
    "bot.logs": set(),
    "bot.monitoring": {"bot.errors"},
    "bot.text": set(),
    "bot.settings": {"bot.errors"},
    "bot.processor": set(),
    "bot.knowledge": {"bot.errors", "bot.reply", "bot.text"},
    "bot.languages": {"bot.knowledge"},
    # Guided flows: pure but for the sealing of their state and the files of their documents.
    "bot.flows": {"bot.errors", "bot.knowledge", "bot.reply", "bot.store", "bot.text"},
    "bot.charts": {"bot.errors", "bot.knowledge", "bot.reply"},
    "bot.phrases": {"bot.errors", "bot.knowledge"},
    # Pure measuring: what runs the model is handed in.
    "bot.evaluation": {"bot.charts", "bot.errors", "bot.knowledge", "bot.text"},
    "bot.sources": {"bot.errors", "bot.knowledge", "bot.languages", "bot.text"},
    "bot.store": {"bot.errors", "bot.languages", "bot.reply", "bot.settings", "bot.text"},
    "bot.nlu": {"bot.errors", "bot.knowledge", "bot.languages", "bot.phrases", "bot.settings", "bot.text"},
    # The one shared wiring of the actions and the dialogue.
    "bot.services": {"bot.knowledge", "bot.phrases", "bot.settings", "bot.store"},
    "bot.dialogue": {
        *("bot.errors", "bot.flows", "bot.knowledge", "bot.languages", "bot.logs", "bot.phrases", "bot.reply"),
        *("bot.processor", "bot.services", "bot.settings", "bot.store"),
    },
    "bot.channels": {
        *("bot.dialogue", "bot.errors", "bot.flows", "bot.knowledge", "bot.languages", "bot.logs", "bot.phrases"),
        *("bot.monitoring", "bot.reply"),
        *("bot.settings", "bot.store"),
    },
    "bot.teaching": {
        *("bot.dialogue", "bot.errors", "bot.evaluation", "bot.knowledge", "bot.nlu", "bot.settings", "bot.store"),
        "bot.text",
    },
    "bot.review": {
        *("bot.dialogue", "bot.errors", "bot.knowledge", "bot.languages", "bot.logs", "bot.phrases", "bot.reply"),
        *("bot.monitoring", "bot.settings", "bot.store", "bot.teaching", "bot.text"),
    },
    "bot.cli": {
        *("bot.channels", "bot.charts", "bot.dialogue", "bot.errors", "bot.knowledge", "bot.languages", "bot.logs"),
        *("bot.evaluation", "bot.nlu"),
        *("bot.phrases", "bot.processor", "bot.reply", "bot.review", "bot.settings", "bot.sources", "bot.store"),
        "bot.teaching",
    },
    "actions": {
        "bot.charts",
        "bot.errors",
        "bot.flows",
        "bot.knowledge",
        "bot.languages",
        "bot.phrases",
        "bot.reply",
        "bot.services",
        "bot.store",
    },
}

#: Package of others → the only places that import it.
BORDERS = {
    "telegram": ["bot.channels.telegram"],
    "rasa": ["bot.nlu", "bot.dialogue"],
    "rasa_sdk": ["actions", "bot.dialogue.executor"],
    "sqlmodel": ["bot.store"],
    "sqlalchemy": ["bot.store", "bot.dialogue.memory"],
    "alembic": ["bot.store"],
    "psycopg2": ["bot.store"],
    "redis": ["bot.channels", "bot.dialogue", "bot.store"],
    "prometheus_client": ["bot.channels.telegram", "bot.monitoring", "bot.review"],
    "rich": ["bot.channels", "bot.cli"],
    "prompt_toolkit": ["bot.channels", "bot.cli"],
    "sklearn": ["bot.nlu", "bot.teaching"],
    "matplotlib": ["bot.charts", "bot.evaluation"],
    "scipy": ["bot.nlu", "bot.teaching"],
    "opencc": ["bot.evaluation", "bot.text"],
    "argon2": ["bot.store"],
    "babel": ["bot.nlu", "bot.review", "bot.sources"],
    "docx": ["bot.flows", "bot.sources"],
    "pypdf": ["bot.sources"],
    "jsonschema": ["bot.knowledge"],
    "yaml": ["bot.knowledge", "bot.review", "bot.teaching"],
    "phonenumbers": ["bot.store"],
    "cryptography": ["bot.store"],
    "fastapi": ["bot.review"],
    "markupsafe": ["bot.review"],
    "multipart": [],
    "python_multipart": [],
    "starlette": ["bot.review"],
    "uvicorn": ["bot.review"],
    "jinja2": ["bot.evaluation", "bot.review"],
    "tensorflow": [],
}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def _part(module: str) -> str:
    """Returns the part of the program a module belongs to: `bot.nlu.paths` belongs to `bot.nlu`."""
    return ".".join(module.split(".")[: 2 if module.startswith("bot.") else 1])


def _imports(path: Path) -> set[str]:
    """Returns every module that a file imports, at its top or anywhere inside; `from bot import logs` is bot.logs."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports in full"
            found |= {f"bot.{alias.name}" for alias in node.names} if node.module == "bot" else {str(node.module)}
    return found


MODULES = {_name(path): _imports(path) for path in FILES}


def _within(module: str, places: list[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def test_sees_the_imports():
    assert "bot.logs" in MODULES["bot.cli.train"]  # from bot import logs
    assert "rasa.core.agent" in MODULES["bot.dialogue.door"]  # inside a function
    assert len(MODULES) > 80


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_what_stands_lower(module):
    parts = {_part(name) for name in MODULES[module] if name.split(".")[0] in ("bot", "actions", "tests", "benchmarks")}
    if module == "bot":
        assert parts == set()
    else:
        assert parts - {_part(module)} - MAY_IMPORT[_part(module)] == set()


def test_has_no_way_back():
    below = dict(MAY_IMPORT)
    while below:
        free = [part for part, imports in below.items() if not imports & set(below)]
        assert free, f"these import each other: {sorted(below)}"
        for part in free:
            del below[part]


@pytest.mark.parametrize("package", BORDERS)
def test_keeps_the_packages_of_others_at_their_border(package):
    users = [module for module, names in MODULES.items() if package in {name.split(".")[0] for name in names}]
    assert [module for module in users if not _within(module, BORDERS[package])] == []


def test_leaves_the_actions_to_rasa():
    # By name only, so that they run in this process and under `rasa run actions` alike.
    importing = [m for m, names in MODULES.items() if "actions" in {name.split(".")[0] for name in names}]
    assert [module for module in importing if not _within(module, ["actions"])] == []


def test_keeps_knowledge_out_of_the_store():
    assert not [
        name for m, names in MODULES.items() if _within(m, ["bot.store"]) for name in names if "knowledge" in name
    ]


def test_wires_things_together_in_one_place():
    users = {m for m, names in MODULES.items() if "bot.services" in names}
    assert {_part(module) for module in users} == {"actions", "bot.dialogue"}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_keeps_modules_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_prints_only_where_a_person_reads(path):
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == [] or _within(_name(path), ["bot.cli", "bot.channels"])


def _reads_environment(node: ast.AST) -> bool:
    """Tells `os.environ["X"]`, `os.environ.get`, `{**os.environ}` and `os.getenv`; setting one is no reading."""
    if isinstance(node, ast.Attribute) and node.attr == "getenv":
        return True
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value) == "os.environ" and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Dict):
        return "os.environ" in [ast.unparse(v) for k, v in zip(node.keys, node.values, strict=True) if k is None]
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get"


def test_reads_the_environment_in_one_place():
    trees = {_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
    reading = [module for module, tree in trees.items() if any(map(_reads_environment, ast.walk(tree)))]
    assert reading == ["bot.settings"]


WATCH = """
import builtins, importlib, logging, os, sys, threading

root, modules = sys.argv[1], sys.argv[2:]
seen = []
read = os.environ.__class__.__getitem__

def watched(self, key):
    if str(key).startswith(("PARTNERGUIDE", "TELEGRAM")):
        seen.append(f"reads {key}")
    return read(self, key)

os.environ.__class__.__getitem__ = watched

def audit(event, arguments):
    path = str(arguments[0]) if arguments else ""
    if event in ("open", "sqlite3.connect", "os.mkdir", "os.listdir", "os.scandir"):
        ours = tuple(f"{root}/{name}" for name in (".env", "knowledge", "nlu_data", "var"))
        if os.path.abspath(path).startswith(ours):
            seen.append(f"{event} {path}")
    if event == "socket.connect":
        seen.append(f"{event} {arguments}")

sys.addaudithook(audit)
handlers = list(logging.getLogger().handlers)
for name in modules:
    before = len(seen)
    importlib.import_module(name)
    for what in seen[before:]:
        print(name, what)
if logging.getLogger().handlers != handlers:
    print("logging is set up")
if threading.active_count() > 1:
    print("a thread runs")
print("heavy:", [name for name in ("rasa", "tensorflow", "telegram", "sklearn", "matplotlib") if name in sys.modules])
"""


def _watch(modules: list[str]) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", WATCH, str(ROOT), *modules],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def _importable() -> list[str]:
    left_out = ("bot.nlu", "bot.dialogue", "bot.channels.telegram", "bot.review", "bot.store.migrations.env")
    modules = [
        m for m in MODULES if m.startswith("bot") and not _within(m, [*left_out, "bot.store.migrations.versions"])
    ]
    assert len(modules) > 40
    return modules


def test_does_nothing_when_it_is_imported():
    # Rasa takes seconds to import: a command that does not need it must not wait for it.
    assert _watch(_importable()) == ["heavy: []"]


def test_would_notice_what_an_import_does(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "guilty.py").write_text(
        "import os, logging\nos.environ.get('PARTNERGUIDE_SECRET')\nopen('var/x', 'w').close()\nlogging.basicConfig()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", WATCH, str(tmp_path), "guilty"],
        capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, timeout=60, check=True,
    )  # fmt: skip
    assert result.stdout.splitlines() == [
        "guilty reads PARTNERGUIDE_SECRET",
        "guilty open var/x",
        "logging is set up",
        "heavy: []",
    ]


def test_says_what_every_module_is_for():
    without = [_name(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert without == []
