"""The configurations in docs/deploying, read by the programs that they are for."""

from __future__ import annotations

import datetime
import re
import shlex
import shutil
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.cli import main
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "deploying"
UNITS = sorted(FOLDER.glob("*.service"))
PROGRAM = "/opt/partnerguide/.venv/bin/partnerguide"
#: What a unit keeps the program from, whichever program it is.
HARDENED = {
    "User=partnerguide",
    "StateDirectory=partnerguide",
    "StateDirectoryMode=0700",
    "UMask=0077",
    "NoNewPrivileges=true",
    "PrivateTmp=true",
    "ProtectSystem=strict",
    "ProtectHome=true",
    "ReadWritePaths=/var/lib/partnerguide",
    "EnvironmentFile=/etc/partnerguide.env",
    "Environment=HOME=/var/lib/partnerguide",
}


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def _started():
    """Returns the words of each program that a unit or the Procfile starts."""
    lines = {f"{path.name}": re.findall(r"^ExecStart=(.+)$", path.read_text(), re.M)[0] for path in UNITS}
    for line in (FOLDER / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        lines[f"Procfile {name}"] = command
    return {name: shlex.split(command) for name, command in lines.items()}


STARTED = _started()


def test_starts_the_bot_the_console_and_its_worker():
    programs = {" ".join(word for word in words[1:] if word.isalpha()) for words in STARTED.values()}
    assert programs == {"telegram", "review", "review worker"}
    assert len(STARTED) == 2 * len(programs)


@pytest.mark.parametrize("name", STARTED)
def test_names_words_that_the_program_knows(name, capsys):
    words = STARTED[name]
    assert words[0].endswith(".venv/bin/partnerguide")
    with pytest.raises(SystemExit) as ended:
        main([*words[1:], "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in told] == []


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_shuts_each_program_in_alike(path, tmp_path):
    lines = path.read_text().splitlines()
    assert HARDENED - set(lines) == set()
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here: the unit is not read by it")
    there = tmp_path / path.name
    there.write_text(path.read_text().replace(PROGRAM, "/bin/true").replace("User=partnerguide", "User=root"))
    assert [line for line in _run("systemd-analyze", "verify", str(there))[1].splitlines() if path.name in line] == []


def _certificate(path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot.example.org")])
    start = datetime.datetime(2026, 1, 1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)


def test_gives_the_load_balancer_what_it_understands(tmp_path):
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        pytest.skip("no HAProxy here: `apt-get install haproxy`")
    _certificate(tmp_path / "bot.pem")
    text = (FOLDER / "haproxy.cfg").read_text()
    (tmp_path / "good.cfg").write_text(text.replace("/etc/haproxy/bot.example.org.pem", str(tmp_path / "bot.pem")))
    code, said = _run(program, "-c", "-f", str(tmp_path / "good.cfg"))
    assert (code, re.findall(r"\[(?:WARNING|ALERT|NOTICE)\].*", said)) == (0, [])
    (tmp_path / "bad.cfg").write_text(text.replace("expect status 200", "expect status yes"))
    assert _run(program, "-c", "-f", str(tmp_path / "bad.cfg"))[0] == 1
