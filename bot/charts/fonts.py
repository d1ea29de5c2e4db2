"""Finds a typeface that can write a language, by its script: one that comes along, or one of the system's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.models import Language

#: Scripts that the typeface inside matplotlib writes. It holds Arabic letters too, but matplotlib does not join them.
_BUNDLED = frozenset({"Latin", "Cyrillic", "Greek"})
# Files by script, as regular expressions of their stems, the best first: matplotlib reads the first face of a
# collection, which in Noto's and Source Han's has the Japanese forms of characters.
_FILES = {
    "Han": (
        r"NotoSans(CJK)?sc\b.*",
        r"SourceHanSans(SC|CN|HWSC)\b.*",
        r"msyh.*",
        r"PingFang.*",
        r"Hiragino ?Sans ?GB.*",
        r"wqy-?(zenhei|microhei).*",
        r"NotoSansCJK.*",
        r"SourceHanSans.*",
        r"(simhei|simsun|deng|STHeiti.*|DroidSansFallback.*|uming|ukai)",
    ),
}
_PACKAGES = {"Han": "fonts-wqy-zenhei or fonts-noto-cjk"}
_REGULAR = re.compile(r"(regular|medium|normal|[-_ ]?(zenhei|microhei)|msyh|simhei|simsun|deng|light)$", re.IGNORECASE)
_BOLD = re.compile(r"(bold|bd)$", re.IGNORECASE)


@dataclass(frozen=True)
class Typeface:
    """The files of a typeface; where it has no bold one, `bold` is the regular one."""

    regular: Path
    bold: Path


def typeface(language: Language, characters: Iterable[str], files: Sequence[str] | None = None) -> Typeface | None:
    """Returns a typeface that holds every one of `characters`, or None where there is none.

    Args:
        files: the font files to choose from besides the bundled one; default: the system's.
    """
    wanted = {character for character in characters if not character.isspace()}
    candidates = [_bundled()] if set(language.scripts) <= _BUNDLED else []
    for script in language.scripts:
        candidates += _of_system(script, system_fonts() if files is None else files)
    return next((found for found in candidates if _holds(found.regular, wanted)), None)


def package_for(language: Language) -> str:
    """Returns what to install for a language: the Debian packages where they are known."""
    names = " and ".join(_PACKAGES[script] for script in language.scripts if script in _PACKAGES)
    return names or f"a font for {', '.join(language.scripts)}"


def system_fonts() -> list[str]:
    """Returns the paths of the font files of this system."""
    from matplotlib.font_manager import findSystemFonts

    return sorted(findSystemFonts())


def _bundled() -> Typeface:
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return Typeface(folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf")


def _of_system(script: str, files: Sequence[str]) -> list[Typeface]:
    found = []
    for pattern in _FILES.get(script, ()):
        family = [Path(file) for file in files if re.fullmatch(pattern, Path(file).stem, re.IGNORECASE)]
        # Neither black nor thin: what a reader of running text is used to.
        regular = sorted((p for p in family if not _BOLD.search(p.stem)), key=lambda p: not _REGULAR.search(p.stem))
        bold = [path for path in family if _BOLD.search(path.stem)]
        if regular:
            near = [path for path in bold if path.parent == regular[0].parent]
            found.append(Typeface(regular[0], near[0] if near else regular[0]))
    return found


def _holds(path: Path, characters: set[str]) -> bool:
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(str(path))
    except (OSError, RuntimeError):  # FreeType raises the latter for a file that is no font
        return False
    return all(font.get_char_index(ord(character)) for character in characters)
