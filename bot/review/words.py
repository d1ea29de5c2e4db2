"""The words of the console's pages, per language: `words/<language>/<page>.yml`, one file per page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from bot.errors import KnowledgeError
from bot.knowledge.loader import read_yaml

FOLDER = Path(__file__).with_name("words")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Words:
    """The words of one language; `texts` is keyed by `page.name`."""

    code: str
    texts: dict[str, str]

    @property
    def locale(self) -> str:
        """The locale that numbers and dates are written by, such as `en_GB`."""
        return self.texts.get("base.locale", self.code)

    def get(self, name: str, /, **values: object) -> str:
        """Returns a text with its {names} filled in.

        Raises:
            KeyError: there is no such text, or it asks for a value that was not given.
        """
        return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), self.texts[name])

    def count(self, name: str, count: int, /, **values: object) -> str:
        """Returns a text about `count` things: `name_one` and the like where the language has it, else `name`."""
        form = f"{name}_{Locale.parse(self.locale).plural_form(count)}"
        return self.get(form if form in self.texts else name, count=self.number(count), **values)

    def html(self, name: str, /, **values: object) -> Markup:
        """Returns a text as HTML, its values escaped unless they are HTML already."""
        # The words are ours: only what is filled in is not.
        return Markup(_PLACEHOLDER.sub(lambda match: str(escape(values[match.group(1)])), self.texts[name]))  # noqa: S704

    def either(self, name: str, /, otherwise: str) -> str:
        """Returns a text, or `otherwise` where there is none: for codes that come from data."""
        return self.texts.get(name, otherwise)

    def number(self, value: float | int, digits: int = 0) -> str:
        """Returns a number as the language writes it."""
        return str(format_decimal(round(value, digits), locale=self.locale))

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Returns a share (0-1) in per cent; a dash where there is none."""
        if share is None:
            return "–"
        return str(format_percent(round(share, digits + 2), locale=self.locale, decimal_quantization=False))

    def moment(self, value: datetime | None) -> str:
        """Returns a point in time in UTC, to the minute."""
        return "" if value is None else f"{self.day(value)} {value:%H:%M}"

    def short_day(self, value: date) -> str:
        """Returns a date without its year, as short as the language writes it."""
        return str(format_date(value, self.texts.get("base.short_day", "d MMM"), locale=self.locale))

    def weekdays(self, *, short: bool = False) -> list[str]:
        """Returns the names of the days of the week, Monday first."""
        names = Locale.parse(self.locale).days["stand-alone"]["abbreviated" if short else "wide"]
        return [str(names[number]) for number in range(7)]

    def day(self, value: date | datetime | None) -> str:
        """Returns a date."""
        return "" if value is None else str(format_date(value, "medium", locale=self.locale))


@lru_cache(maxsize=1)
def load_words(folder: Path = FOLDER) -> dict[str, Words]:
    """Returns the words of every language that has a folder.

    Raises:
        KnowledgeError: a file is no mapping of names to texts.
    """
    found = {}
    for language in sorted(path for path in folder.iterdir() if path.is_dir()):
        texts: dict[str, str] = {}
        for path in sorted(language.glob("*.yml")):
            for name, text in read_yaml(path).items():
                if not isinstance(name, str) or not isinstance(text, str):  # YAML takes `on` and `no` for truth values
                    raise KnowledgeError(path, f"{name}: name and text must be texts; quote what YAML takes otherwise")
                texts[f"{path.stem}.{name}"] = text.strip()
        found[language.name] = Words(language.name, texts)
    return found


def preferred(words: dict[str, Words], chosen: str, header: str) -> Words:
    """Returns the words to show: of the language chosen, or of the first known in an Accept-Language header."""
    if chosen in words:
        return words[chosen]
    for part in header.split(","):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in words:
            return words[code]
    return words.get("en") or next(iter(words.values()))


def check_words(words: dict[str, Words]) -> list[str]:
    """Returns what differs between the languages: missing texts and other {names}; plural forms are each one's own."""
    forms = re.compile(r"_(zero|one|two|few|many)$")
    problems = []
    every = {name for known in words.values() for name in known.texts if not forms.search(name)}
    for code, known in words.items():
        problems += [f"{code}: {name}: missing" for name in sorted(every - set(known.texts))]
        for other in words.values():
            for name in sorted(every & set(known.texts) & set(other.texts)):
                if set(_PLACEHOLDER.findall(known.texts[name])) != set(_PLACEHOLDER.findall(other.texts[name])):
                    problems.append(f"{code}: {name}: its {{names}} differ from those in {other.code}")
    return sorted(set(problems))
