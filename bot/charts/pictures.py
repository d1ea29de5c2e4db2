"""Pictures of charts as files: drawn once per knowledge version, chart and language, then taken from the folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.charts.fonts import Typeface, package_for, typeface
from bot.charts.table import Table, table_of
from bot.errors import ChartError
from bot.knowledge.charts import Chart
from bot.knowledge.loader import KnowledgeBase

#: Folders of so many versions are kept: another process may still be sending from an older one.
_KEPT = 3


@dataclass(frozen=True)
class Picture:
    """A picture on this machine; `language` is what its words are in, which need not be the one asked for."""

    path: Path
    language: str


def picture(
    chart: Chart, knowledge: KnowledgeBase, language: str, folder: Path, files: Sequence[str] | None = None
) -> Picture:
    """Returns the picture of a chart, drawn into `folder` where it is not there yet.

    Its words are in `language`; without words or a typeface for it, in the first complete language that has both.

    Args:
        files: the font files to choose from besides the bundled one; default: the system's.

    Raises:
        ChartError: it cannot be drawn, or cannot be written.
    """
    code, table, face = _language(chart, knowledge, language, files)
    place = folder / _version(knowledge)
    path = place / f"{chart.name}.{code}.png"
    if not path.is_file():
        from bot.charts.drawing import draw

        data = draw(chart.kind, table, face).png()
        try:
            _write(path, data)
            _forget_old(folder, place)
        except OSError as error:
            raise ChartError(
                f"{folder}: a picture cannot be written ({error.strerror}); free space or make it writable"
            ) from error
    return Picture(path, code)


def fonts_for(knowledge: KnowledgeBase, files: Sequence[str] | None = None) -> tuple[list[str], dict[str, str]]:
    """Returns the names of the languages whose charts can be drawn, and for each that cannot the packages that help."""
    drawable, missing = [], {}
    for code, language in knowledge.languages.items():
        tables = [table_of(chart, knowledge, code) for chart in knowledge.charts.values() if code in chart.texts]
        if not tables:
            continue
        if typeface(language, "".join(table.characters for table in tables), files) is None:
            missing[language.name] = package_for(language)
        else:
            drawable.append(language.name)
    return drawable, missing


def _language(
    chart: Chart, knowledge: KnowledgeBase, language: str, files: Sequence[str] | None
) -> tuple[str, Table, Typeface]:
    for code in dict.fromkeys((language, *knowledge.spoken)):
        if code not in chart.texts:
            continue
        table = table_of(chart, knowledge, code)
        face = typeface(knowledge.languages[code], table.characters, files)
        if face is not None:
            return code, table, face
    raise ChartError(f"charts/{chart.name}.yml: no language of it can be written; partnerguide doctor names the font")


def _version(knowledge: KnowledgeBase) -> str:
    """Returns the name of the folder for what is drawn now: from these figures and words, in this manner."""
    digest = hashlib.sha256(knowledge.version.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _write(path: Path, data: bytes) -> None:
    """Writes a file so that nobody ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _beside(path) as beside:
        beside.write_bytes(data)
        beside.replace(path)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _forget_old(folder: Path, present: Path) -> None:
    versions = sorted((p for p in folder.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in [path for path in versions if path != present][_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
