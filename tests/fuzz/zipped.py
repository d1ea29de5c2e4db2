"""Archives whose container is whole and whose contents are not."""

from __future__ import annotations

import io
import zipfile


def member(archive: bytes, name: str) -> bytes:
    """Returns one file of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name)


def with_member(archive: bytes, name: str, data: bytes) -> bytes:
    """Returns a zip archive in which one file is another one, everything about the container in order."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as opened, zipfile.ZipFile(made, "w") as anew:
        for info in opened.infolist():
            anew.writestr(info.filename, data if info.filename == name else opened.read(info.filename))
    return made.getvalue()
