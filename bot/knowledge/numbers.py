"""Numbers in running text: finding them in both scripts, and writing figures in the manner of a language.

The finder serves checks and the index of places, so it is generous: it returns every number a text may hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.knowledge.models import Figure, Language

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {
    "万亿": Decimal(10**12),
    "亿": Decimal(10**8),
    "万": Decimal(10**4),
    "thousand": Decimal(10**3),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
# Official Chinese texts group thousands by a space ("3 200"), English ones by a comma.
_GROUPS = " ,\u00a0\u202f"
_POINT = "."
# No number is written with more; Python refuses to read one of thousands of digits.
_MOST_HAN_CHARACTERS = 40
_HAN = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")


@dataclass(frozen=True)
class _Manner:
    """How numbers are written: what stands between thousands, before a fraction, and behind a scaled number."""

    groups: str
    point: str
    scales: tuple[tuple[str, Decimal], ...]

    @property
    def number(self) -> str:
        """The pattern of a number in digits with its scale word, in two groups."""
        point = rf"(?:{re.escape(self.point)}\d+)?"
        words = "|".join(re.escape(word) for word, _ in sorted(self.scales, key=lambda pair: -len(pair[0])))
        digits = rf"(\d{{1,3}}(?:[{re.escape(self.groups)}]\d{{3}})+(?!\d){point}|\d+{point})"
        return rf"{digits}(?:[ \u00a0\u202f]*[多余]?[ \u00a0\u202f]*({words}))?"

    def bare(self, digits: str) -> Decimal:
        """Returns the value of digits without their scale word."""
        return Decimal(re.sub(f"[{re.escape(self.groups)}]", "", digits).replace(self.point, _POINT))


def _manner(language: Language | None) -> _Manner:
    """Returns the manner of a language beside what is written in any; no language: as sources do."""
    if language is None:
        return _Manner(_GROUPS, _POINT, tuple(_SCALES.items()))
    own = {word.strip(): divisor for _, divisor, word in language.scales}
    groups = "".join(dict.fromkeys(_GROUPS + language.digits_group)).replace(language.digits_point, "")
    return _Manner(groups, language.digits_point, tuple((_SCALES | own).items()))


def numbers_in(text: str, language: Language | None = None) -> frozenset[Decimal]:
    """Returns every number written in `text`, in Arabic or Han digits, scale words applied.

    A scaled number is returned scaled and bare ("46.2 billion" gives 46200000000 and 46.2), percentages as the number
    before the sign.

    Args:
        language: whose signs and scale words count beside those that are known everywhere ("46,2 milliards").
    """
    manner, found = _manner(language), set()
    scales = dict(manner.scales)
    for match in re.finditer(manner.number, text):
        bare = manner.bare(match.group(1))
        found.add(bare)
        if match.group(2):
            found.add(bare * scales[match.group(2)])
    for match in _HAN.finditer(text):
        value = han_number(match.group())
        if value is not None:
            found.add(Decimal(value))
    return frozenset(found)


def stated_in(text: str, language: Language) -> frozenset[Decimal]:
    """Returns the numbers that a text in `language` states in digits: scaled where there is a scale word, else bare."""
    manner = _manner(language)
    scales = dict(manner.scales)
    return frozenset(
        manner.bare(match.group(1)) * scales.get(match.group(2) or "", 1) for match in re.finditer(manner.number, text)
    )


def han_number(text: str) -> int | None:
    """Returns the value of a number in Han characters ("三千二百" is 3200, "第" not included), or None."""
    if len(text) > _MOST_HAN_CHARACTERS:
        return None
    total, section, digit = 0, 0, None
    if all(c in _HAN_DIGITS for c in text) and len(text) > 1:
        return int("".join(str(_HAN_DIGITS[c]) for c in text))
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_UNITS:
            section += (1 if digit is None else digit) * _HAN_UNITS[c]
            digit = None
        elif c in ("万", "亿"):
            section += digit or 0
            if section == 0 and total == 0:
                return None
            # 万 scales its own section ("一亿三千万"), 亿 all before it ("三万亿").
            total = (total + section) * int(_SCALES[c]) if c == "亿" else total + section * int(_SCALES[c])
            section, digit = 0, None
        else:
            return None
    return total + section + (digit or 0)


def format_number(value: Decimal, language: Language) -> str:
    """Returns a number as `language` writes it: digits grouped, large values with the language's scale word.

    A scale is used only where the shortened number is exact with at most three decimals, so that nothing is rounded.
    """
    for threshold, divisor, word in language.scales:
        short = value / divisor
        # Plain counts below the first scale of a language stay as digits (3,200; 5500).
        if value >= threshold and short == round(short, 3) and len(f"{short.normalize():f}".replace(".", "")) <= 5:
            return f"{_digits(short, language)}{word}"
    return _digits(value, language)


def _digits(value: Decimal, language: Language) -> str:
    plain = f"{value.normalize():f}"
    whole, _, fraction = plain.partition(".")
    grouped = f"{int(whole):,}".replace(",", language.digits_group)
    return f"{grouped}{language.digits_point}{fraction}" if fraction else grouped


def format_figure(figure: Figure, language: Language) -> str:
    """Returns a figure with its unit as `language` writes it; years are never grouped."""
    number = str(int(figure.value)) if figure.unit == "year" else format_number(figure.value, language)
    return language.units[figure.unit].replace("{number}", number)
