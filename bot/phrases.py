"""What the guide says around its answers, per language, from `nlu_data/<language>/phrases.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import read_yaml


@dataclass(frozen=True)
class Foreign:
    """A language that is not spoken here: the script it is written in, and the line in it that says so."""

    script: str
    line: str


@dataclass(frozen=True)
class Phrases:
    """The phrases of all languages; `texts` is keyed by language code and name, `foreign` by language code."""

    texts: dict[str, dict[str, str]]
    foreign: dict[str, Foreign] = field(default_factory=dict)

    def get(self, name: str, language: str, /, **values: object) -> str:
        """Returns one phrase in `language`, its {names} filled in.

        Raises:
            KeyError: the language has no such phrase, or the phrase asks for a value that was not given.
        """
        template = self.texts[language][name]
        return re.sub(r"\{([a-z_]+)\}", lambda match: str(values[match.group(1)]), template)


def load_phrases(nlu_data: Path, languages: list[str]) -> Phrases:
    """Returns the phrases of `languages`.

    Raises:
        KnowledgeError: a file is missing, no YAML, or has no `phrases` of plain texts, or `foreign.yml` is of another
            shape.
    """
    texts = {}
    for code in languages:
        path = nlu_data / code / "phrases.yml"
        phrases = read_yaml(path).get("phrases")
        if not isinstance(phrases, dict) or not all(isinstance(text, str) for text in phrases.values()):
            raise KnowledgeError(path, "`phrases` must be a mapping of names to texts")
        texts[code] = {name: text.strip() for name, text in phrases.items()}
    return Phrases(texts, _foreign(nlu_data / "foreign.yml", languages))


def _foreign(path: Path, languages: list[str]) -> dict[str, Foreign]:
    """Returns the lines for other languages; none where there is no such file."""
    if not path.is_file():
        return {}
    rows = read_yaml(path).get("foreign") or {}
    try:
        lines = {code: Foreign(str(row["script"]), str(row["line"])) for code, row in rows.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise KnowledgeError(path, "`foreign` must map language codes to `script` and `line`") from error
    return {code: one for code, one in lines.items() if code not in languages}


def check_phrases(phrases: Phrases) -> list[str]:
    """Returns what differs between the languages: missing phrases and other {names}."""
    problems = []
    every = {name for texts in phrases.texts.values() for name in texts}
    for code, texts in sorted(phrases.texts.items()):
        where = f"nlu_data/{code}/phrases.yml"
        problems += [f"{where}: {name}: missing" for name in sorted(every - set(texts))]
        for other, other_texts in phrases.texts.items():
            for name in sorted(set(texts) & set(other_texts)):
                if set(re.findall(r"\{([a-z_]+)\}", texts[name])) != set(
                    re.findall(r"\{([a-z_]+)\}", other_texts[name])
                ):
                    problems.append(f"{where}: {name}: its {{names}} differ from those in {other}")
    return sorted(set(problems))
