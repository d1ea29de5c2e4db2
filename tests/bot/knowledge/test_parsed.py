from __future__ import annotations

import datetime
import json
import os

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.loader import read_yaml
from bot.knowledge.parsed import CACHE, parsed

FIRST, SECOND = {"entries": {"a": {"value": 0.1, "words": ["x", "中"]}}}, {"entries": {}}


@pytest.fixture
def root(tmp_path):
    for name, data in (("one.yml", FIRST), ("two.yml", SECOND)):
        (tmp_path / name).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return tmp_path


class Reader:
    """Reads files as the loader does, and counts them."""

    def __init__(self):
        self.read = []

    def __call__(self, path):
        self.read.append(path.name)
        return read_yaml(path)


def _paths(root):
    return sorted(root.glob("*.yml"))


def _parsed(root):
    reader = Reader()
    files = parsed(root, _paths(root), reader)
    return {path.name: data for path, data in files.items()}, reader.read


def test_reads_the_files_once(root):
    wanted = {"one.yml": FIRST, "two.yml": SECOND}
    assert _parsed(root) == (wanted, ["one.yml", "two.yml"])
    assert _parsed(root) == (wanted, [])
    assert [path.name for path in root.iterdir() if path.suffix != ".yml"] == [CACHE]


def _edited(root):
    (root / "two.yml").write_text("entries: {b: {}}")


def _renamed(root):
    (root / "two.yml").rename(root / "three.yml")


def _added(root):
    (root / "three.yml").write_text("entries: {}")


def _removed(root):
    (root / "two.yml").unlink()


@pytest.mark.parametrize("change", [_edited, _renamed, _added, _removed])
def test_reads_them_again_after_any_change(root, change):
    _parsed(root)
    change(root)
    assert _parsed(root) == ({path.name: read_yaml(path) for path in _paths(root)}, [p.name for p in _paths(root)])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"key": 1}', b"[" * 100_000])
def test_does_without_a_cache_that_is_broken(root, content):
    (root / CACHE).write_bytes(content)
    assert _parsed(root)[0] == {"one.yml": FIRST, "two.yml": SECOND}
    assert _parsed(root)[1] == []


@pytest.mark.parametrize("text", ["at: 2026-11-20", "1: one", "value: .nan"])
def test_keeps_nothing_that_json_would_change(root, text):
    (root / "three.yml").write_text(text)
    _parsed(root)
    found, read = _parsed(root)
    assert read == ["one.yml", "three.yml", "two.yml"]
    assert not (root / CACHE).exists()
    if text.startswith("at"):
        assert found["three.yml"]["at"] == datetime.date(2026, 11, 20)


@pytest.mark.skipif(os.geteuid() == 0, reason="this account may write everywhere")
def test_does_without_a_place_to_write(root):
    root.chmod(0o500)
    assert _parsed(root)[0] == _parsed(root)[0]
    root.chmod(0o700)


def test_says_what_is_wrong_with_a_file_every_time(root):
    (root / "two.yml").write_text("a: [")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="two.yml"):
            _parsed(root)


def test_names_a_file_that_cannot_be_opened(root):
    (root / "three.yml").symlink_to(root / "nowhere")
    with pytest.raises(KnowledgeError, match=r"three.yml: cannot be read"):
        _parsed(root)
