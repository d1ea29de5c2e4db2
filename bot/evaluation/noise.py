"""What people do to a question on its way: slips, shouting, another script, half of it in another language.

Every disturbance is deterministic: the same seed, name and text give the same result. The words that some need stand in
`tests/noise/<language>.yml`; without that file a language goes without those.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.errors import KnowledgeError
from bot.evaluation.homophones import homophones
from bot.knowledge.loader import KnowledgeBase, read_yaml
from bot.text.normal import is_han

Change = Callable[[str, random.Random], str]

#: Letters and Han characters per slip; people who type fast on a telephone make about so many.
_LETTERS_PER_SLIP = 25
_HAN_PER_SLIP = 12
_SHORTEST_WORD = 4
_SPACE_LOST = 0.34
# What a name in letters does not stand beside: letters, and the signs that make it a part of a symbol or another word.
# Han characters are none of them: between those it stands alone.
_BESIDE = r"a-zA-Z0-9_\u00c0-\u1fff/-"
_SIGNS = ("🙏", "😀", "🤔", "👍", "🌍", "❓", "🙂", "✨", "💼", "🚀")


@dataclass(frozen=True)
class NoiseWords:
    """The words of one language that disturbances need: sentences around a question, and words that say nothing."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    fillers: tuple[str, ...] = field(default=())


def read_noise_words(path: Path) -> NoiseWords | None:
    """Returns the words in a file, or None where there is none.

    Raises:
        KnowledgeError: the file is of another shape.
    """
    if not path.is_file():
        return None
    data = read_yaml(path)
    lists = [data.get(name) for name in ("before", "after", "fillers")]
    if not all(isinstance(rows, list) and rows and all(isinstance(row, str) for row in rows) for rows in lists):
        raise KnowledgeError(path, "must hold `before`, `after` and `fillers`, each a list of texts")
    return NoiseWords(*(tuple(row.strip() for row in rows or ()) for rows in lists))


def disturbances(language: str, knowledge: KnowledgeBase, words: NoiseWords | None) -> dict[str, Change]:
    """Returns what can be done to a question of one language, by name."""
    names = _other_names(knowledge, language)
    found: dict[str, Change] = {
        "typos": typos,
        "missing spaces": missing_spaces,
        "traditional": lambda text, _: traditional(text),
        "code-mixing": lambda text, _: mixed(text, names),
        "shouting": lambda text, _: shouted(text),
        "emoji": with_emoji,
    }
    if words is not None:
        found["very short"] = lambda text, _: shortened(text, words.fillers)
        found["very long"] = lambda text, source: padded(text, words, source)
    return found


def disturbed(text: str, name: str, change: Change, seed: int) -> str:
    """Returns a text disturbed, by chance that depends on nothing but seed, name and text."""
    return change(text, random.Random(f"{seed}/{name}/{text}"))  # noqa: S311  # repeatable on purpose, no secret


def typos(text: str, source: random.Random) -> str:
    """Returns a text with slips: letters swapped, lost, doubled or wrong; Han characters that sound the same."""
    characters = list(text)
    letters = [i for match in _words(text) for i in range(match.start() + 1, match.end() - 1)]
    slips = min(len(letters), max(1, len(letters) // _LETTERS_PER_SLIP))
    for position in source.sample(letters, slips) if letters else ():
        kind = source.choice(("swapped", "lost", "doubled", "wrong"))
        if kind == "swapped":
            characters[position], characters[position + 1] = characters[position + 1], characters[position]
        elif kind == "lost":
            characters[position] = ""
        elif kind == "doubled":
            characters[position] *= 2
        else:
            characters[position] = text[source.choice(letters)].lower()
    sounds = homophones()
    han = [i for i, character in enumerate(text) if character in sounds]
    slips = min(len(han), max(1, len(han) // _HAN_PER_SLIP))
    for position in source.sample(han, slips) if han else ():
        characters[position] = source.choice(sounds[text[position]])
    return "".join(characters)


def missing_spaces(text: str, source: random.Random) -> str:
    """Returns a text that has lost a third of its spaces, at least one; beside Han characters all."""
    beside_han = re.sub(r"(?<=[\u3400-\u9fff]) +| +(?=[\u3400-\u9fff])", "", text)
    pieces = re.split(r"( +)", beside_han)
    spaces = range(1, len(pieces), 2)
    lost = source.sample(spaces, max(1, round(len(spaces) * _SPACE_LOST))) if spaces else []
    return "".join("" if number in lost else piece for number, piece in enumerate(pieces))


def traditional(text: str) -> str:
    """Returns a text in traditional characters."""
    return _to_traditional()(text)


@lru_cache(maxsize=1)
def _to_traditional() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("s2t").convert
    return convert


def mixed(text: str, names: Mapping[str, str]) -> str:
    """Returns a text in which every known name stands in another language; `names` maps lower-case names to those."""
    if not names:
        return text
    return _pattern(tuple(names)).sub(lambda match: names[match.group().lower()], text)


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Returns the pattern of any of some words, the longest first; those in letters must stand alone."""
    longest_first = sorted(words, key=len, reverse=True)
    lettered = "|".join(re.escape(word) for word in longest_first if not any(map(is_han, word)))
    others = "|".join(re.escape(word) for word in longest_first if any(map(is_han, word)))
    alone = f"(?<![{_BESIDE}])(?:{lettered})(?![{_BESIDE}])" if lettered else ""
    return re.compile("|".join(part for part in (others, alone) if part), re.IGNORECASE)


def shouted(text: str) -> str:
    """Returns a text in capitals with the signs of somebody in a hurry."""
    return text.upper() + ("！！！" if any(map(is_han, text)) else "!!!")


def with_emoji(text: str, source: random.Random) -> str:
    """Returns a text with two signs behind it and one at a space or, where there is none, in front."""
    inside, *behind = source.sample(_SIGNS, 3)
    spaces = [i for i, character in enumerate(text) if character == " "]
    place = source.choice(spaces) if spaces else 0
    return f"{text[:place]} {inside}{text[place:]} {''.join(behind)}".strip()


def shortened(text: str, fillers: tuple[str, ...]) -> str:
    """Returns the words of a text that carry it, without signs; the text itself where nothing would be left."""
    pattern = _pattern(tuple(filler.lower() for filler in fillers))
    bare = pattern.sub(lambda match: "" if is_han(match.group()[0]) else " ", text.replace("’", "'"))
    # Signs go at the ends of words only: inside they belong to symbols and numbers.
    words = (word.strip(".,;:!?\"'()…–—-，。；：！？、“”‘’（）《》") for word in bare.split())
    kept = [word for word in words if word]
    return " ".join(kept) or text


def padded(text: str, words: NoiseWords, source: random.Random) -> str:
    """Returns a text in the middle of a polite story."""
    return " ".join((source.choice(words.before), text, source.choice(words.after)))


def _words(text: str) -> list[re.Match[str]]:
    found = re.finditer(r"[^\W\d_\u3400-\u9fff]+", text)
    return [match for match in found if match.end() - match.start() >= _SHORTEST_WORD]


def _other_names(knowledge: KnowledgeBase, language: str) -> dict[str, str]:
    """Returns names of terms and organisations in one language → the first name in the next language that has one."""
    others = [code for code in knowledge.languages if code != language]
    rows: list[dict[str, tuple[str, ...]]] = list(knowledge.organisations.values())
    rows += [
        {code: (text.title, *text.aliases) for code, text in entry.texts.items()}
        for entry in knowledge.entries.values()
        if entry.is_term
    ]
    names: dict[str, str] = {}
    for row in rows:
        other = next((row[code][0] for code in others if row.get(code)), "")
        for name in row.get(language, ()) if other else ():
            if name.lower() != other.lower():
                names.setdefault(name.lower(), re.sub(r"\s*[(（].*?[)）]", "", other))
    return names
