"""What looks like a telephone or account number and is none: the numbers this guide is about. For `redaction` only.

Patterns run on text whose digits, letters and signs are ASCII already.
"""

from __future__ import annotations

import re

_NO_DIGIT_BEFORE = r"(?<!\d)(?<!\d[ .,/-])"
_NO_DIGIT_AFTER = r"(?![ .,/-]?\d)"
_DASH = r"\s*[-‐‑‒–—―−~至到]\s*"
_YEAR = r"(?:19|20)\d\d"
_GROUPED = r"\d{1,3}(?:[ ,]\d{3})+"  # 16,000 and, as official texts write it, 3 200
_FIGURE = rf"(?:{_GROUPED}|\d+)(?:\.\d+)?"
_SCALE = (
    r"(?:%|‰|per\s?cent\b|thousand\b|million\b|billion\b|trillion\b|(?:US )?dollars?\b|euros?\b|"
    r"[多余]?[千万亿]|[美欧]元|人民币)"
)
_PLACES = (
    r"(?:paras?|paragraphs?|articles?|arts?|pages?|pp?|box(?:es)?|tables?|rows?|annex(?:es)?|sections?|chapters?|"
    r"principles?|goals?|SDGs?|targets?|resolutions?|recommendations?|footnotes?|items?|段落?|第|条|页|目标|原则|决议)"
)

_PATTERNS = (
    # Document symbols: A/RES/64/223, A/75/79-E/2020/55, HSP/EB.2020/19, S/RES/1325(2000). The parts hold at most four
    # digits, and "tel/…" is no body of the United Nations.
    r"(?<![A-Za-z\d])(?!(?:tel|ph|phone|fax|mob|mobile|cell|call|whatsapp|wechat)/)"
    r"[A-Za-z]{1,6}(?:/(?:[A-Za-z]{1,7}\.?)?(?:\d{1,4}(?!\d))?(?:\.\d{1,4}(?!\d))?(?:\(\d{4}\))?"
    r"(?:-(?=[A-Za-z]{1,6}/)[A-Za-z]{1,6})?){1,9}"
    r"(?![A-Za-z\d])",
    # Digital object identifiers
    r"(?<![\d.])10\.\d{4,5}/[\w./()-]+",
    # Dates: 2009-12-21, 21/12/2009, 21.12.09, 20091221, 2009年12月21日
    rf"{_NO_DIGIT_BEFORE}{_YEAR}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01]){_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\1(?:{_YEAR}|\d\d){_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_NO_DIGIT_AFTER}",
    rf"(?<!\d){_YEAR}\s*年(?:\s*\d{{1,2}}\s*月(?:\s*\d{{1,2}}\s*[日号])?)?",
    # Resolution numbers: 64/223
    rf"{_NO_DIGIT_BEFORE}\d{{1,2}}/\d{{1,3}}{_NO_DIGIT_AFTER}",
    # Money and scaled figures: US$ 100 trillion, 46.2 billion, 46200000000美元, 12345678 per cent
    rf"(?:(?:US|HK|S)?[$€£¥]|\b(?:USD|EUR|GBP|CHF|CNY|RMB)) ?{_FIGURE}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}{_FIGURE}(?= ?{_SCALE})",
    # Numbers of places: paras 48-54, 255-261 and 300
    rf"{_PLACES} ?\d{{1,2}}(?: \d{{1,2}})+{_NO_DIGIT_AFTER}",
    rf"{_PLACES}\W{{0,3}}\d{{1,4}}(?!\d)"
    rf"(?:(?:{_DASH}|\s*[,、和及&]\s*|\s+(?:and|to|or)\s+)\d{{1,4}}(?!\d))*(?! ?\d{{4}})",
    # Grouped figures; a telephone number in groups of three starts with a zero or a plus
    rf"(?<!\+){_NO_DIGIT_BEFORE}(?!0){_GROUPED}(?:\.\d+)?{_NO_DIGIT_AFTER}",
    # Years in a row: 2007-2021, 2020-23, 2007, 2009 and 2011
    rf"{_NO_DIGIT_BEFORE}{_YEAR}(?:(?:{_DASH}|[ ,、/]\s*|\s*(?:and|和|及)\s*){_YEAR})+{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}{_YEAR}{_DASH}\d\d{_NO_DIGIT_AFTER}",
    rf"\b(?:in|since|until|by|year|during|of|from|for)\s+{_YEAR}(?!\d)",
)
_SURVIVORS = tuple(re.compile(pattern, re.IGNORECASE | re.ASCII) for pattern in _PATTERNS)

_GROUPS_OF_THREE = re.compile(rf"{_NO_DIGIT_BEFORE}(?!0)\d{{1,3}}(?: \d{{3}})+{_NO_DIGIT_AFTER}")
# "Call" alone is none of them: "call for action".
_ASKS_TO_CALL = re.compile(
    r"(?:tel|telephone|phone|mobile|cell|call (?:me|us)|ring (?:me|us)|fax|whats ?app|wechat|reach (?:me|us)|my number|"
    r"call|text me|电话|手机|致电|拨打|联系我们?|微信|传真|号码)"
    r"(?:[\W_]{1,3}(?:number|num|no|nr|is|at|on|now|me|us|our|my)(?![A-Za-z])){0,3}[\W_]{0,3}[号码为是]{0,3}[\W_]{0,3}$",
    re.IGNORECASE,
)


def survivors(text: str) -> list[tuple[int, int]]:
    """Returns where the numbers stand that are nobody's, as spans that do not overlap one another."""
    spans: list[tuple[int, int]] = []
    masked = text
    for pattern in _SURVIVORS:
        for match in pattern.finditer(masked):
            if _GROUPS_OF_THREE.search(match.group()) and is_to_call(text, match.start()):
                continue
            spans.append(match.span())
            masked = f"{masked[: match.start()]}{chr(0) * len(match.group())}{masked[match.end() :]}"
    return spans


def is_to_call(text: str, start: int) -> bool:
    """Returns whether the words before `start` announce a telephone number."""
    return bool(_ASKS_TO_CALL.search(text[max(0, start - 40) : start]))
