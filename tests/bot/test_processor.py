from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.processor import CORE_TYPE, core_type, settle

NEWEST = "avx avx2 fma avx512f avx512bw avx512cd avx512dq avx512vl avx512_fp16"


@pytest.mark.parametrize(
    ("abilities", "expected"),
    [
        (NEWEST, "SkylakeX"),
        ("avx avx2 fma avx512f", "Haswell"),
        ("avx avx2 fma", "Haswell"),
        ("sse2 avx", None),
        ("", None),
    ],
)
def test_names_the_best_kind_that_the_processor_can_be(abilities: str, expected: str | None) -> None:
    assert core_type(frozenset(abilities.split())) == expected


def test_sets_the_kind_from_what_the_system_says(tmp_path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor\t: 0\nflags\t\t: {NEWEST}\nbugs\t\t: none\n")
    environ: dict[str, str] = {}
    settle(environ, told)
    assert environ == {CORE_TYPE: "SkylakeX"}


def test_leaves_what_an_operator_has_set(tmp_path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"flags : {NEWEST}\n")
    environ = {CORE_TYPE: "Haswell"}
    settle(environ, told)
    assert environ == {CORE_TYPE: "Haswell"}


def test_leaves_the_choice_to_the_library_where_nothing_is_known(tmp_path) -> None:
    environ: dict[str, str] = {}
    settle(environ, tmp_path / "missing")
    assert environ == {}


def test_the_matrix_library_listens() -> None:
    """OpenBLAS reads the variable when it is loaded; a release that no longer does would make this pointless."""
    ask = "import numpy, threadpoolctl as t; print({p.get('architecture') for p in t.threadpool_info()})"
    told = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, CORE_TYPE: "Nehalem"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Nehalem" in told.stdout


def test_the_command_line_settles_it_before_anything_is_loaded() -> None:
    ask = "import sys, bot.cli.main; print('numpy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_keeps_matrices_to_one_core() -> None:
    ask = (
        "import numpy, threadpoolctl as t; from bot.processor import keep_to_one_core as keep; keep(); "
        "print({p['num_threads'] for p in t.threadpool_info() if p['user_api'] == 'blas'})"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "{1}"
