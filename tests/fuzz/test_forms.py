"""What is posted to the console: any body of any kind is a form that is refused or served, never a fault."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.review.app import create_app
from bot.review.console import Console
from bot.settings import Settings
from tests.bot import small_base
from tests.bot.review.conftest import BASE
from tests.fuzz.cases import cases

_FOLDER = TemporaryDirectory(prefix="fuzz")
_KINDS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "",
)
_PIECES = ["--x", "--x--", "\r\n", ";", "=", "&", "%", "%ff", "%00", "+", "\0", "name", '"form_token"', "a" * 200]
_HEADERS = ["Content-Disposition: form-data; name=", "Content-Disposition: form-data; filename=", "Content-Type: "]


@lru_cache(maxsize=1)
def _client():
    root = small_base.write(Path(_FOLDER.name) / "project")
    url = f"sqlite:///{root / 'guide.db'}"
    console = Console(Settings(root=root, var=root, database_url=url, secret="a secret of the tests, long enough"))
    return TestClient(create_app(console), base_url=BASE, follow_redirects=False)


_SHAPED = st.lists(st.sampled_from([*_PIECES, *_HEADERS]) | st.text(max_size=5), max_size=12).map(
    lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")
)
_FIELDS = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20)), max_size=5).map(
    lambda fields: "&".join(f"{quote_plus(k, errors='replace')}={quote_plus(v, errors='replace')}" for k, v in fields)
)


@cases
@given(
    st.sampled_from(_KINDS),
    st.binary(max_size=80) | _SHAPED | _FIELDS.map(str.encode),
    st.sampled_from(["sign-in", "language"]),
)
@example(_KINDS[0], b"a=1&" * 5000, "sign-in")
@example(_KINDS[1], b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--', "sign-in")
@example("multipart/form-data; boundary=" + "x" * 5000, b"--x", "sign-in")
def test_answers_any_form_without_a_fault(kind, body, page):
    headers = {"content-type": kind, "origin": BASE}
    assert 300 <= _client().post(f"/{page}", content=body, headers=headers).status_code < 500
