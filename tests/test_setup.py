"""Tests of `.ci/environment` in small projects of their own, and of what must not slip into the repository.

Nothing is downloaded: the small project has one dependency, a wheel that the test writes, and brings its own
build backend. The PATH of each run holds only the tools that a test puts there.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parent.parent

TOOLS = (
    "awk cat chmod cksum date df dirname env expr flock grep head id kill ln ls make mkdir mv rm sed sh sleep sort "
    "tail touch tr uname"
)

BACKEND = """
import base64, hashlib, pathlib, zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "partnerguide-0.1.0-py3-none-any.whl"
    info = "partnerguide-0.1.0.dist-info"
    files = {
        "partnerguide.pth": str(pathlib.Path.cwd()),
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: partnerguide\\nVersion: 0.1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/entry_points.txt": "[console_scripts]\\npartnerguide = guide:main\\n",
    }
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"]))
    return name
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "partnerguide"
version = "0.1.0"
"""


def _find_uv() -> str | None:
    own = [str(path) for path in sorted(ROOT.glob(".uv/*/bin/uv")) + [ROOT / ".uv/bin/uv"] if path.exists()]
    return next(iter(own), None) or shutil.which("uv")


UV = _find_uv()
needs_uv = pytest.mark.skipif(UV is None, reason="no uv here: neither on the PATH nor made by .ci/environment")


def _write_script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
    path.chmod(0o755)


def _write_wheel(folder: Path) -> str:
    """Writes the wheel of `tiny` 1.0 and returns its SHA-256."""
    folder.mkdir()
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    files = {
        "tiny.py": "size = 1\n",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(content)}\n"
        archive.writestr("tiny-1.0.dist-info/RECORD", record + "tiny-1.0.dist-info/RECORD,,\n")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@dataclass
class Project:
    """A small project with the real `.ci` and Makefile, and a machine of its own around it."""

    base: Path
    root: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def bin(self) -> Path:
        return self.base / "bin"

    @property
    def calls(self) -> list[str]:
        """What uv was called with, one line a call."""
        log = self.base / "calls"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def give_uv(self, before: str = "") -> None:
        """Puts uv on the PATH, which notes each call and runs the shell lines `before` first."""
        note = f'[ "$1" = --version ] || printf "%s\\n" "$*" >>"{self.base}/calls"\n'
        _write_script(self.bin / "uv", f'{note}{before}\nexec "{UV}" "$@"\n')

    def give_python(self, name: str, folder: str = "bin") -> None:
        _write_script(self.base / folder / name, f'exec "{_REAL_PYTHON}" "$@"\n')

    def give_limited_python(self, name: str, version: str) -> None:
        """Puts a Python on the PATH that calls itself `version` and has neither pip nor venv."""
        numbers = tuple(int(part) for part in version.split("."))
        prelude = (
            f'import platform, sys; sys.version_info = (*{numbers}, "final", 0); '
            f'platform.python_version = lambda: "{version}"; exec(sys.argv.pop(1))'
        )
        _write_script(self.bin / name, f'[ "$1" = -c ] || exit 1\nshift\nexec "{_REAL_PYTHON}" -c \'{prelude}\' "$@"\n')

    def environ(self, **variables: str) -> dict[str, str]:
        return {
            "PATH": str(self.bin),
            "HOME": str(self.base / "home"),
            "UV_CACHE_DIR": str(self.base / "cache"),
            "UV_PYTHON_INSTALL_DIR": str(self.base / "pythons"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_FIND_LINKS": str(self.base / "wheels"),
            "UV_OFFLINE": "1",
            "UV_HTTP_RETRIES": "0",
            "PIP_RETRIES": "0",
            "PIP_CONFIG_FILE": os.devnull,
            **self.variables,
            **variables,
        }

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command or [".ci/environment"],
            cwd=self.root,
            env=self.environ(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*command, **variables)
        output, errors = process.communicate(text, timeout=180)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def installed(self) -> bool:
        """Whether the environment holds the dependency and the project itself."""
        command = [self.root / ".venv/bin/python", "-c", "import guide, tiny; print(tiny.size)"]
        return subprocess.run(command, capture_output=True, check=False, cwd=self.base).stdout == b"1\n"


_REAL_PYTHON = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that has never been set up, on a machine with Python 3.10 and uv."""
    root = tmp_path / "a project"
    shutil.copytree(ROOT / ".ci", root / ".ci")
    for name in ("Makefile", ".python-version"):
        shutil.copy(ROOT / name, root / name)
    (tmp_path / "home").mkdir()
    for tool in TOOLS.split():
        if found := shutil.which(tool):
            (tmp_path / "bin").mkdir(exist_ok=True)
            (tmp_path / "bin" / tool).symlink_to(found)
    digest = _write_wheel(tmp_path / "wheels")
    (root / "requirements.lock").write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    (root / "guide.py").write_text(
        "import sys\n\ndef main():\n    print(sys.argv[1:], sys.stdin.read())\n", encoding="utf-8"
    )
    made = Project(tmp_path, root)
    made.give_python("python3.10")
    if UV:
        made.give_uv()
    return made


@pytest.fixture
def closed_address() -> str:
    """An address on this machine at which nobody listens."""
    return f"http://127.0.0.1:{free_ports()[0]}/simple"


def assert_stops_with(result: subprocess.CompletedProcess[str], words: str) -> None:
    """The run ended with 1 and one line that says why, after at most the line that says what it is doing."""
    lines = [line for line in result.stderr.splitlines() if not line.endswith("…")]
    assert result.returncode == 1, result.stderr
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Set-up stopped: ")
    assert words in lines[0]
    assert result.stdout == ""


# ---- it works, once ----


@needs_uv
def test_installs_lock_file_and_project(project: Project) -> None:
    result = project.run()

    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr == "Setting up the Python 3.10 environment (about 1 minute) …\n"
    assert project.installed()


@needs_uv
def test_second_run_calls_nothing_and_says_nothing(project: Project) -> None:
    project.run()
    called = project.base / "called"
    for name in ("uv", "python3.10", "python3"):
        _write_script(project.bin / name, f'touch "{called}"\nexit 1\n')

    result = project.run()

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert not called.exists()


@needs_uv
def test_make_leaves_standard_input_and_output_to_the_program(project: Project) -> None:
    project.give_uv(before='[ "$1" = --version ] || { cat; echo noise; }')

    first = project.run("make", "chat", text="What is principle 7?\n")
    second = project.run("make", "chat", "ARGS=--language zh", text="原则七是什么？\n")

    assert first.stdout == "['chat'] What is principle 7?\n\n", first.stderr
    assert (second.stdout, second.stderr) == ("['chat', '--language', 'zh'] 原则七是什么？\n\n", "")


@needs_uv
def test_two_runs_at_once_install_once(project: Project) -> None:
    runs = [project.start() for _ in range(2)]
    errors = [run.communicate(timeout=180)[1] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], errors
    assert len([call for call in project.calls if call.startswith("venv")]) == 1
    assert project.installed()


# ---- it repairs ----


@needs_uv
def test_half_made_environment_is_made_anew(project: Project) -> None:
    project.run()
    # uv takes a package for installed that has its metadata, so this is what an interruption may leave.
    next((project.root / ".venv").glob("lib/*/site-packages/tiny.py")).unlink()
    (project.root / ".venv/.complete").unlink()
    (project.root / ".uv/partial").touch()

    result = project.run()

    assert result.returncode == 0, result.stderr
    assert project.installed()


@needs_uv
@pytest.mark.parametrize("moment", ["venv", "pip sync", "pip install"])
def test_killed_run_is_completed_by_the_next(project: Project, moment: str) -> None:
    # What was under way is left half done.
    harm = "rm -f .venv/lib/python3.10/site-packages/tiny.py; kill -9 $PPID; exit 1"
    project.give_uv(before=f'case "$*" in "{moment}"*) {harm} ;; esac')
    killed = project.run()
    project.give_uv()

    result = project.run()

    assert killed.returncode == -9
    assert result.returncode == 0, result.stderr
    assert project.installed()


@needs_uv
def test_environment_without_interpreter_is_made_anew(project: Project) -> None:
    project.run()
    for link in (project.root / ".venv/bin").glob("python*"):
        link.unlink()

    result = project.run()

    assert result.returncode == 0, result.stderr
    assert project.installed()


@needs_uv
def test_moved_project_is_set_up_again(project: Project) -> None:
    project.run()
    project.root = project.root.rename(project.base / "moved")

    result = project.run("make", "train")

    assert result.stdout.startswith("['train']"), result.stderr


@needs_uv
def test_changed_settings_need_no_package_index(project: Project) -> None:
    project.run()
    with (project.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.any]\n")
    shutil.rmtree(project.base / "wheels")
    shutil.rmtree(project.base / "cache")

    result = project.run(UV_FIND_LINKS="")

    assert result.returncode == 0, result.stderr
    assert result.stderr == "Updating the Python 3.10 environment …\n"


# ---- it finds Python, and leaves a person's settings aside ----


@needs_uv
def test_broken_shim_is_passed_over(project: Project) -> None:
    _write_script(project.bin / "python3.10", "echo 'pyenv: python3.10: command not found' >&2\nexit 127\n")
    project.give_python("python3.10", folder="later")

    result = project.run(PATH=f"{project.bin}:{project.base / 'later'}")

    assert result.returncode == 0, result.stderr
    assert f"home = {Path(_REAL_PYTHON).parent}" in (project.root / ".venv/pyvenv.cfg").read_text(encoding="utf-8")


@needs_uv
def test_python_of_pyenv_is_found_off_the_path(project: Project) -> None:
    (project.bin / "python3.10").unlink()
    project.give_python("python", folder="home/.pyenv/versions/3.10.99/bin")

    result = project.run()

    assert result.returncode == 0, result.stderr


@needs_uv
def test_settings_for_other_projects_do_not_matter(project: Project) -> None:
    config = project.base / "home/.config/uv/uv.toml"
    config.parent.mkdir(parents=True)
    config.write_text("no-such-setting = true\n", encoding="utf-8")

    result = project.run(
        UV_PYTHON="3.8",
        UV_SYSTEM_PYTHON="1",
        UV_NO_BINARY="1",
        UV_CONSTRAINT="/nowhere.txt",
        UV_CONFIG_FILE="/nowhere.toml",
        VIRTUAL_ENV="/nowhere",
        PYTHONHOME="/nowhere",
    )

    assert result.returncode == 0, result.stderr
    assert project.installed()


@needs_uv
@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"])
def test_mirror_is_passed_on(project: Project, name: str) -> None:
    project.give_uv(before=f'printf "%s\\n" "$UV_DEFAULT_INDEX" >"{project.base}/index"')

    result = project.run(**{name: "http://mirror.invalid/simple"})

    assert result.returncode == 0, result.stderr
    assert (project.base / "index").read_text(encoding="utf-8") == "http://mirror.invalid/simple\n"


# ---- it fails in one line ----


def test_says_when_there_is_no_python(project: Project) -> None:
    for name in ("python3.10", "uv"):
        (project.bin / name).unlink(missing_ok=True)

    assert_stops_with(project.run(), "Python 3 was not found")


@needs_uv
def test_says_when_only_another_python_is_there(project: Project) -> None:
    (project.bin / "python3.10").unlink()
    project.give_limited_python("python3", version="3.11.2")

    assert_stops_with(project.run(), "there is: 3.11.2), and could not be downloaded; install Python 3.10")


def test_says_when_python_has_neither_pip_nor_venv(project: Project) -> None:
    (project.bin / "uv").unlink(missing_ok=True)
    project.give_limited_python("python3.10", version="3.10.13")

    assert_stops_with(project.run(), "neither pip nor a working venv module")


def test_says_when_the_installer_cannot_be_fetched(project: Project, closed_address: str) -> None:
    (project.bin / "uv").unlink(missing_ok=True)

    assert_stops_with(project.run(PIP_INDEX_URL=closed_address), "the package index cannot be reached")


@needs_uv
@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "PIP_INDEX_URL"])
def test_says_when_packages_cannot_be_fetched(project: Project, closed_address: str, name: str) -> None:
    result = project.run(UV_FIND_LINKS="", UV_OFFLINE="0", **{name: closed_address})

    assert_stops_with(result, "the package index cannot be reached")
    assert "127.0.0.1" in (project.root / ".uv/setup.log").read_text(encoding="utf-8")


@needs_uv
def test_says_when_a_package_is_not_the_locked_one(project: Project) -> None:
    lock = project.root / "requirements.lock"
    lock.write_text(f"tiny==1.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")

    assert_stops_with(project.run(), "hash mismatch")


def test_says_when_the_folder_cannot_be_written(project: Project) -> None:
    # A file in the way: to root, who runs the tests in many a container, no folder is closed.
    (project.root / ".uv").write_text("", encoding="utf-8")

    assert_stops_with(project.run(), "the folder cannot be written")


@needs_uv
def test_says_how_much_room_is_missing(project: Project) -> None:
    _write_script(project.bin / "df", "echo header\necho /dev/vda 9000000 8706112 293888 97% /\n")

    assert_stops_with(project.run(), "the disk has 287 MB free")


@needs_uv
def test_says_when_the_disk_fills_up(project: Project) -> None:
    project.give_uv(
        before='case "$*" in "pip sync"*) echo "error: No space left on device (os error 28)"; exit 2 ;; esac'
    )

    assert_stops_with(project.run(), "the disk is full")


# ---- what is kept in the repository ----


def _tracked_texts() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    texts = {}
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            texts[name] = path.read_bytes().decode("utf-8", errors="replace")
    return texts


def _offenders(pattern: str) -> list[str]:
    return [name for name, text in _tracked_texts().items() if re.search(pattern, text)]


def _locked(path: Path) -> dict[str, list[str]]:
    """Returns the lines of each requirement, by the requirement."""
    blocks: dict[str, list[str]] = {}
    current: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(" "):
            current = blocks.setdefault(line.rstrip(" \\"), [])
        else:
            current.append(line.strip(" \\"))
    return blocks


def test_no_package_host_is_named() -> None:
    # Written in pieces, so that this file does not name them either.
    hosts = [r"py" r"pi\.org", r"python" r"hosted\.org", r"npm" r"js\.(org|com)", r"raw\.github" r"usercontent\.com"]
    downloads = [r"releases/" r"download/", r"hugging" r"face\.co", r"astral" r"\.sh"]

    assert _offenders("|".join(hosts + downloads)) == []


def test_no_path_of_this_machine_is_named() -> None:
    places = [str(place) for place in (ROOT, Path.home()) if len(place.parts) > 1]

    assert _offenders("|".join(rf"(?<![\w.]){re.escape(place)}/" for place in places)) == []


@pytest.mark.parametrize("name", ["requirements.lock", ".ci/uv-requirements.txt"])
def test_every_locked_package_is_pinned_by_hash(name: str) -> None:
    blocks = _locked(ROOT / name)

    assert blocks
    assert [block for block in blocks if not re.match(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[^ ]+( ; .+)?$", block)] == []
    wrong = [
        block
        for block, lines in blocks.items()
        if not lines or not all(re.fullmatch("--hash=sha256:[0-9a-f]{64}", line) for line in lines)
    ]
    assert wrong == []


def test_lock_file_holds_what_the_project_asks_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    asked = [Requirement(found) for part in lists for found in re.findall(r'^\s*"([^"]+)"', part, flags=re.MULTILINE)]
    locked = dict(block.split(" ; ")[0].split("==") for block in _locked(ROOT / "requirements.lock"))

    assert asked
    missing = [str(need) for need in asked if not need.specifier.contains(locked.get(need.name.lower(), "0.dev0"))]
    assert missing == []


def test_python_version_is_the_one_rasa_runs_on() -> None:
    assert (ROOT / ".python-version").read_text(encoding="utf-8") == "3.10\n"


def test_example_of_settings_lists_every_variable_and_sets_none() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    read = {
        name
        for path in (ROOT / "bot").rglob("*.py")
        for name in re.findall(r'"((?:PARTNERGUIDE|TELEGRAM)_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }

    assert sorted(read - set(re.findall(r"^#([A-Z_]+)=", example, flags=re.MULTILINE))) == []
    assert [line for line in example.splitlines() if line and not line.startswith("#")] == []


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)) - {"environment"}

    # Run from `make test`, make would announce the folder it enters.
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert {line.split()[1] for line in shown.splitlines()} == targets
