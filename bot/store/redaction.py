"""Taking out of a text what leads to a person or an account, and leaving every number that the guide is about.

What counts as such a number stands in `survivors`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from bot.store.survivors import is_to_call, survivors
from bot.store.text import safe_text

MAX_CHARACTERS = 4000
_MIN_PHONE_DIGITS = 7
_MIN_ACCOUNT_DIGITS = 9
# Longer texts are cut before the search as well: 6,000 characters of lookalikes take 0.2 s at most (2026-11-20).
_SEARCHED_CHARACTERS = 6000
# How many lookalikes per region are tried: a whole message of them would take a second otherwise.
_MAX_TRIES = 100

_TOKEN = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,64}")
_USERINFO = re.compile(r"(?<=://)[^\s/?#]+(?=@)")
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
_AT = r"(?:@|\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*)"
_EMAIL = re.compile(rf"(?:\"[^\"\s]{{1,64}}\"|[A-Za-z0-9._%+'/=!#$&*?^`{{|}}~-]{{1,64}}){_AT}{_DOMAIN}")
# Addresses in other scripts run into the words around them: better a word too many than an address left.
_FOREIGN_EMAIL = re.compile(r"[\w.%+-]{1,64}@(?:[\w-]+\.)+\w{2,24}")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[A-Za-z0-9]{11,30}|(?:[ -][A-Za-z0-9]{4}){2,7}(?:[ -][A-Za-z0-9]{1,4})?)"
    r"(?![A-Za-z0-9])"
)
_CHINESE_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_HAN_DIGITS = re.compile(r"[零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,}")
_EXIT_CODE = re.compile(r"(?<!\d)00[1-9](?:[ .()-]{0,2}\d){7,13}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?<!\d[ -])\d(?:[ -]?\d){12,18}(?![ -]?\d)")
_ACCOUNT_WORD = re.compile(
    r"((?:account|acct|a/c|passport|id card|账号|帐号|账户|帐户|卡号|护照|身份证)\W{0,3}"
    r"(?:no|number|num|nr|is|are|号码?|为|是|\W){0,4})([A-Z]{0,3}\d[\d -]{4,}[\dX])",
    re.IGNORECASE,
)
_LONG = re.compile(rf"(?<!\d)\d{{{_MIN_ACCOUNT_DIGITS},}}[Xx]?(?![A-Za-z])|(?<!\d)\d{{{_MIN_ACCOUNT_DIGITS},}}")
_LONG_GROUPED = re.compile(r"(?<!\d)\d{2,}(?:[ -]\d{2,}){2,}(?!\d)")
_HINTS = re.compile(rf"[\[({{<]\s*at|{_HAN_DIGITS.pattern}", re.IGNORECASE)
_INVISIBLE = {"\ufe0f", "\u20e3"}  # of keycap digits; the other invisible ones are of category Cf


def redact(text: str, regions: Sequence[str]) -> str:
    """Returns `text` with personal numbers and addresses replaced by labels, safe for both databases, cut to 4,000.

    Args:
        text: what a person wrote.
        regions: the ISO 3166 regions whose national telephone numbers are recognised; `+` numbers always are.
    """
    return _redacted(_bounded(safe_text(text)), regions)[:MAX_CHARACTERS]


def _bounded(text: str) -> str:
    """Returns the part to search, without a number or address that the cut would leave half and unrecognisable."""
    if len(text) <= _SEARCHED_CHARACTERS:
        return text
    kept = text[:_SEARCHED_CHARACTERS]
    return re.sub(r"[\w@.+:/ ()-]{1,80}$", "", kept)


def _redacted(text: str, regions: Sequence[str]) -> str:
    plain, positions = _plain(text)
    if not _may_hold_any(plain):
        return text
    spans: list[tuple[int, int, str]] = []

    def take(found: Iterator[tuple[int, int]], label: str) -> None:
        nonlocal plain
        for start, end in list(found):
            if "\0" in plain[start:end]:
                continue
            if label:
                spans.append((start, end, label))
            plain = f"{plain[:start]}{chr(0) * (end - start)}{plain[end:]}"

    take(_found(_TOKEN, plain), "[token]")
    take(_found(_USERINFO, plain), "[token]")
    take(_found(_EMAIL, plain), "[e-mail]")
    take(_found(_FOREIGN_EMAIL, plain), "[e-mail]")
    take(_ibans(plain), "[account]")
    take(_phones(plain, [None]), "[phone]")
    take(_found(_EXIT_CODE, plain), "[phone]")
    take(_found(_CHINESE_MOBILE, plain), "[phone]")
    take(_found(_HAN_DIGITS, plain), "[phone]")
    take((match.span(2) for match in _ACCOUNT_WORD.finditer(plain)), "[account]")
    take(iter(survivors(plain)), "")
    take(_found(_CARD, plain, _is_card), "[card]")
    take(_phones(plain, regions), "[phone]")
    take(_found(_LONG, plain), "[account]")
    take(_found(_LONG_GROUPED, plain, lambda number: _digits(number) >= 12), "[account]")

    for start, end, label in sorted(spans, reverse=True):
        text = f"{text[: positions[start]]}{label}{text[positions[end] :]}"
    return text


def _plain(text: str) -> tuple[str, list[int]]:
    """Returns the text in ASCII digits, letters and signs whatever their width, and where each stood in `text`.

    The end of `text` is the last position. Invisible characters, which would hide a number, are left out.
    """
    characters, positions = [], []
    for position, character in enumerate(text):
        plain = character if character.isascii() else _ascii(character)
        if plain:
            characters.append(plain)
            positions.append(position)
    return "".join(characters), [*positions, len(text)]


@lru_cache(maxsize=4096)
def _ascii(character: str) -> str:
    if character in _INVISIBLE or unicodedata.category(character) == "Cf":
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character.isspace():
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _may_hold_any(plain: str) -> bool:
    """Returns whether the search is worth its time; for most questions it is not."""
    return "@" in plain or bool(_HINTS.search(plain)) or _digits(plain) >= 5


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _found(
    pattern: re.Pattern[str], text: str, is_one: Callable[[str], bool] = lambda match: True
) -> Iterator[tuple[int, int]]:
    return (match.span() for match in pattern.finditer(text) if is_one(match.group()))


def _phones(text: str, regions: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """Yields the telephone numbers: possible ones where a plus or the words before announce one, else valid ones.

    Measured on the numbers in the tests (phonenumbers 9.0, ten regions): POSSIBLE alone takes "paras 48-54",
    "2007-2021" and "3 200 000"; STRICT_GROUPING misses "0712 345 678".
    """
    if _digits(text) < _MIN_PHONE_DIGITS:
        return
    from phonenumbers import Leniency, PhoneNumberMatcher  # 40 ms that a start without questions need not take

    for region in regions:
        for leniency in (Leniency.VALID, Leniency.POSSIBLE):
            for match in PhoneNumberMatcher(text, region, leniency=leniency, max_tries=_MAX_TRIES):
                is_certain = leniency == Leniency.VALID or region is None or is_to_call(text, match.start)
                if is_certain and _digits(match.raw_string) >= _MIN_PHONE_DIGITS:
                    yield match.start, match.end


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Yields account numbers whose check digits fit; words that follow in groups of four are given back one by one."""
    for match in _IBAN.finditer(text):
        candidate = match.group()
        while len(re.sub(r"[ -]", "", candidate)) >= 15:
            if _is_iban(re.sub(r"[ -]", "", candidate)):
                yield match.start(), match.start() + len(candidate)
                break
            shorter = re.split(r"[ -](?=[^ -]*$)", candidate)[0]
            if shorter == candidate:
                break
            candidate = shorter


def _is_iban(compact: str) -> bool:
    # Source: ISO 13616, the check digits by ISO 7064 MOD 97-10. Every country's has more than seven digits.
    if _digits(compact) < 8:
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def _is_card(number: str) -> bool:
    # Source: ISO/IEC 7812-1, annex B (Luhn).
    digits = [int(c) for c in reversed(number) if c.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
