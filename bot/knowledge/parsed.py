"""What the files of the knowledge base hold, read at once: from JSON beside them, five times as fast as from YAML.

Like Python's own compiled files, it is written when it is missing or older, wherever that can be written, and nobody
needs it. It counts only for the very bytes of the files that it was made from.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

#: In the folder of the knowledge base.
CACHE = ".parsed.json"
Files = dict[Path, dict[str, Any]]


def parsed(root: Path, paths: list[Path], read: Callable[[Path], dict[str, Any]]) -> Files:
    """Returns what some files of the knowledge base in `root` hold, in their order.

    Args:
        read: reads one file, where the cache does not serve.

    Raises:
        KnowledgeError: as `read` raises it, also of a file that cannot be opened.
    """
    try:
        key = _key(root, paths)
    except OSError:
        return {path: read(path) for path in paths}
    kept = _kept(root, key)
    if kept is not None and kept.keys() == {_name(root, path) for path in paths}:
        return {path: kept[_name(root, path)] for path in paths}
    files = {path: read(path) for path in paths}
    _keep(root, key, {_name(root, path): data for path, data in files.items()})
    return files


def _key(root: Path, paths: list[Path]) -> str:
    """Returns a hash over names and contents, and over what reads them."""
    digest = hashlib.sha256(f"1 {yaml.__version__}".encode())
    for path in paths:
        digest.update(f"\0{_name(root, path)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _kept(root: Path, key: str) -> dict[str, dict[str, Any]] | None:
    try:
        data = json.loads((root / CACHE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return data["files"] if isinstance(data, dict) and data.get("key") == key else None


def _keep(root: Path, key: str, files: Mapping[str, Any]) -> None:
    # A value that JSON would turn into another, such as a date or a number as a key, keeps everything out of it.
    try:
        written = json.dumps({"key": key, "files": files}, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return
    if json.loads(written)["files"] != files:
        return
    beside = root / f"{CACHE}.{os.getpid()}"
    with contextlib.suppress(OSError, UnicodeError):  # a folder that cannot be written, a full disk: only slower
        try:
            beside.write_text(written, encoding="utf-8")
            beside.replace(root / CACHE)
        finally:
            beside.unlink(missing_ok=True)
