"""Redaction: whatever is invisible between the characters of an address or number hides nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.store.redaction import redact
from tests.fuzz.cases import cases

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u202c\u061c"


@cases
@given(st.lists(st.text(alphabet=_INVISIBLE, max_size=2), min_size=24, max_size=24), st.text(max_size=10))
def test_finds_an_address_behind_any_invisible_signs(gaps, before):
    address = "jane.doe@mail.example.org"
    hidden = "".join(character + gap for character, gap in zip(address, [*gaps, ""], strict=True))
    redacted = redact(f"{before} {hidden}", ("US",))
    assert "jane" not in "".join(character for character in redacted if character not in _INVISIBLE)


@cases
@given(st.text(max_size=200))
def test_takes_any_text_and_takes_it_once(text):
    once = redact(text, ("US", "CN"))
    once.encode()
    assert redact(once, ("US", "CN")).count("[token]") >= once.count("[token]")
