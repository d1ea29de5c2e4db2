"""Tells the matrix library which processor it runs on, where the processor is newer than the library."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from threadpoolctl import threadpool_limits

#: What OpenBLAS reads the kind of processor from, once, when numpy is imported first.
CORE_TYPE = "OPENBLAS_CORETYPE"
_PROCESSORS = Path("/proc/cpuinfo")
# From the best down: a kind of processor as OpenBLAS names it, and what a processor must be able to do for it.
_KINDS = (
    ("SkylakeX", frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})),
    ("Haswell", frozenset({"avx2", "fma"})),
)


def settle(environ: MutableMapping[str, str], processors: Path = _PROCESSORS) -> None:
    """Sets the kind of processor in `environ` for this process and those it starts, unless it is set already.

    Has to be called before numpy is imported. The OpenBLAS in the pinned numpy (0.3.20, of 2022) takes a processor it
    does not know for one of 2004: on a Xeon of 2023 it multiplied 34 instead of 140 thousand million times a second
    (2026-11-30). Where nothing is known of the processor, OpenBLAS decides as ever.
    """
    if CORE_TYPE not in environ and (kind := core_type(_abilities(processors))):
        environ[CORE_TYPE] = kind


def keep_to_one_core() -> None:
    """Has this process multiply its matrices on one core from now on.

    Those of a message are so small that a second thread mostly waits for the first: a reply took as long with two and
    twice the processor time (97 instead of 50 ms, 2026-11-30), which others who ask at the same moment then miss.
    """
    threadpool_limits(1, user_api="blas")


def core_type(abilities: frozenset[str]) -> str | None:
    """Returns the best kind of processor that needs nothing but `abilities` (in the words of Linux), or None."""
    return next((kind for kind, needed in _KINDS if needed <= abilities), None)


def _abilities(processors: Path) -> frozenset[str]:
    try:
        lines = processors.read_text(encoding="utf-8").splitlines()
    except OSError:  # another system than Linux
        return frozenset()
    return next((frozenset(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), frozenset())
