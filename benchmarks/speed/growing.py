"""A larger knowledge base, generated: every entry again under other names, asked about in other words.

The copies are for measuring size alone. They say the same as the originals and are never shown to anybody.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

#: Copied, not linked: the program finds its folders beside its own files.
_CODE = ("bot", "actions", "benchmarks", "nlu_data")
_FILES = ("config.yml", "pyproject.toml")
#: Made-up names, one for each copy: its questions differ from the original's by one of them.
_NAMES = ("Zorvania", "Quillor", "Bremtal", "Oskarwen", "Tolmera", "Vintrasa", "Kelduin", "Marsovy", "Pellgard")


def grown(root: Path, place: Path, times: int) -> Path:
    """Writes the project of `root` with `times` as much knowledge into `place`, and returns it.

    Terms are not copied: what they are called by must be unique.
    """
    shutil.copytree(root / "knowledge", place / "knowledge")
    for name in _CODE:
        shutil.copytree(root / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "results"))
    for name in _FILES:
        shutil.copy(root / name, place / name)
    for number, name in enumerate(_NAMES[: times - 1], 2):
        for path in sorted((root / "knowledge" / "entries").glob("*.yml")):
            _copy_topic(root / "knowledge", place / "knowledge", path.stem, number, name)
    return place


def _copy_topic(source: Path, target: Path, topic: str, number: int, name: str) -> None:
    copied = f"{topic}_copy{number}"
    entries = _read(source / "entries" / f"{topic}.yml")
    kept = {key: _own(entry) for key, entry in entries["entries"].items() if entry.get("kind") != "term"}
    if not kept:
        return
    _write(target / "entries" / f"{copied}.yml", {**entries, "topic": copied, "entries": kept})
    for folder in sorted((source / "texts").iterdir()):
        path = folder / f"{topic}.yml"
        if not path.is_file():
            continue
        texts = _read(path)
        texts["title"] = f"{texts['title']} {name}"
        texts["entries"] = {key: _renamed(text, name) for key, text in texts["entries"].items() if key in kept}
        _write(target / "texts" / folder.name / path.with_stem(copied).name, texts)


def _own(entry: dict[str, Any]) -> dict[str, Any]:
    """Returns an entry that names no other."""
    return {key: value for key, value in entry.items() if key != "related"}


def _renamed(text: dict[str, Any], name: str) -> dict[str, Any]:
    questions = [f"{question} ({name})" for question in text.get("questions", [])]
    return {**text, "title": f"{text['title']} ({name})", "questions": questions}


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # noqa: S506  # safe
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8")
