"""A real PostgreSQL in a temporary folder, reached by its Unix socket alone; a fixture for whoever imports it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

#: How long starting and stopping may take on a busy machine.
PATIENCE_S = 120


class Postgres:
    """A PostgreSQL server in a temporary folder, reached by its Unix socket alone."""

    def __init__(self, binaries: Path, *, is_durable: bool = False) -> None:
        """Makes an empty server; a durable one brings every commit to the disk, which tests need not wait for."""
        self._binaries = binaries
        self._fsync = "on" if is_durable else "off"
        # Not pytest's own folder, which only this account may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._as_user: list[str] = []
        if os.geteuid() == 0:  # which initdb refuses to be
            user = next(entry for name in ("postgres", "nobody") for entry in pwd.getpwall() if entry.pw_name == name)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            self._as_user = ["setpriv", *ids]
        self._run("initdb", "-D", f"{self.folder}/data", "-U", "guide", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._databases = 0

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=60"
        options += f" -c fsync={self._fsync}"
        self._control("start", "-l", f"{self.folder}/log", "-o", options)

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    @property
    def process_id(self) -> int:
        """The process whose children do the work."""
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def new_database(self) -> str:
        self._databases += 1
        name = f"guide{self._databases}"
        connection = psycopg2.connect(host=str(self.folder), user="guide", dbname="postgres")
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"postgresql://guide@/{name}?host={self.folder}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def _control(self, what: str, *arguments: str) -> None:
        self._run("pg_ctl", what, "-D", f"{self.folder}/data", "-w", "-t", str(PATIENCE_S), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # Not captured: a server that keeps the pipe open would keep this process waiting.
        with (self.folder / "out").open("a") as out:
            command = [*self._as_user, str(self._binaries / program), *arguments]
            limit_s = PATIENCE_S + 30  # so that a program which gives up can say why
            result = subprocess.run(command, cwd="/", stdout=out, stderr=out, stdin=subprocess.DEVNULL, timeout=limit_s)
        assert result.returncode == 0, (self.folder / "out").read_text()


def binaries() -> Path | None:
    """Returns the folder of the newest PostgreSQL here, or None."""
    candidates = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    return next((folder for folder in candidates if (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL here: `apt-get install postgresql`")
    server = Postgres(found)
    server.start()
    yield server
    server.remove()
