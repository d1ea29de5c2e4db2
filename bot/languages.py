"""Which language to reply in: script first, then the person's choice, then the channel's hint, then statistics."""

from __future__ import annotations

import runpy
import unicodedata
from functools import lru_cache
from pathlib import Path

import spacy.lang

from bot.knowledge.models import Language

# A message with this share of Han characters among its letters is Chinese even when names in it are English.
_HAN_SHARE = 0.2
# Fewer Latin words than this are no evidence for a language: "due diligence" and "CoP" are typed in every one.
_FEW_WORDS = 4
# A message in the same script is of another language if so many of its words are that language's commonest, and so many
# more than are ours (0 of the 1,900 English held-out questions, 2026-11-30).
_FOREIGN_SHARE = 0.3
_FOREIGN_LEAD = 1.5


def script_of(text: str) -> str:
    """Returns the script most of the letters belong to, or an empty string where there are no letters."""
    counts: dict[str, int] = {}
    # Full-width letters are letters of their script all the same.
    for character in unicodedata.normalize("NFKC", text):
        if character.isalpha():
            name = unicodedata.name(character, "").partition(" ")[0]
            script = {"CJK": "Han", "LATIN": "Latin", "CYRILLIC": "Cyrillic", "ARABIC": "Arabic"}.get(name, name)
            counts[script] = counts.get(script, 0) + 1
    if not counts:
        return ""
    if counts.get("Han", 0) >= _HAN_SHARE * sum(counts.values()):
        return "Han"
    return max(counts, key=lambda script: counts[script])


def reply_language(
    text: str, languages: dict[str, Language], *, chosen: str = "", last: str = "", hint: str = ""
) -> str:
    """Returns the code of the language to answer in.

    Args:
        chosen: what the person asked for, if ever.
        last: the language of the reply before.
        hint: what the channel says about the person, such as Telegram's language code ("zh-hans").
    """
    complete = [code for code, language in languages.items() if language.status == "complete"]
    wishes = [code for code in (chosen, last, hint.partition("-")[0]) if code in complete]
    script = script_of(text)
    writing = [code for code in complete if script in languages[code].scripts]
    if not writing:
        return wishes[0] if wishes else complete[0]
    for code in wishes:
        if code in writing:
            return code
    if script == "Latin" and wishes and len(text.split()) < _FEW_WORDS:
        return wishes[0]
    return max(writing, key=lambda code: _common_words(text, code)) if len(writing) > 1 else writing[0]


def foreign_language(text: str, spoken: dict[str, Language], scripts: dict[str, str]) -> str:
    """Returns the language of a message that is none of those spoken here, or an empty string.

    Args:
        scripts: the other languages that are known of, each with its script.
    """
    script = script_of(text)
    candidates = [code for code, written in scripts.items() if written == script]
    rivals = [code for code, language in spoken.items() if script in language.scripts and language.status == "complete"]
    if not candidates:
        return ""
    likeliest = max(candidates, key=lambda code: common_share(text, code))
    if not rivals:
        return likeliest
    share = common_share(text, likeliest)
    most = max(common_share(text, code) for code in rivals)
    is_other = len(text.split()) >= _FEW_WORDS and share >= _FOREIGN_SHARE and share > _FOREIGN_LEAD * most
    return likeliest if is_other else ""


def common_share(text: str, code: str) -> float:
    """Returns the share (0-1) of a text's words that are among the most common of a language; 0 without words."""
    return _common_words(text, code) / max(len(text.split()), 1)


def _common_words(text: str, code: str) -> int:
    """Counts the words of a text that are among the most common of a language, by spaCy's lists."""
    common = _stop_words(code)
    return sum(word in common for word in text.lower().split())


@lru_cache(maxsize=32)
def _stop_words(code: str) -> frozenset[str]:
    # The list is read by itself: with a language's class come the rules of its tokens, which take 4 s for French,
    # during which nobody is answered (spacy 3.8.11, 2026-11-30).
    path = Path(spacy.lang.__file__).with_name(code) / "stop_words.py"
    return frozenset(runpy.run_path(str(path))["STOP_WORDS"]) if path.exists() else frozenset()
