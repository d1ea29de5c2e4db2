"""How many cases each fuzz test tries: 500 in `make test`, always the same; as many as asked for in `make fuzz`, anew.

What a run finds becomes a regression test beside what it was found in, by `example` or as a test of its own.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_WANTED = int(os.environ.get("FUZZ_CASES", "0"))

cases = settings(
    max_examples=_WANTED or 500,
    derandomize=not _WANTED,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

#: Any JSON, small.
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, original: bytes) -> bytes:
    """Draws a copy of `original` in which some stretches are cut out, replaced or repeated."""
    data = original
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        put = draw(st.one_of(st.binary(max_size=12), st.just(data[start:end] * 2)))
        data = data[:start] + put + data[end:]
    return data
