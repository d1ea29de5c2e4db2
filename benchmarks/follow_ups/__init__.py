"""How well messages are understood that only make sense after the ones before, per language and kind.

    .venv/bin/python -m benchmarks.follow_ups [--heldout] [--show]

The conversations of this folder are those on which the constants of `bot/knowledge/context.py` were chosen; those of
`tests/follow_ups` (`--heldout`) choose nothing. `--show` names what was missed.
"""
