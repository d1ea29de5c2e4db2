"""The tuning questions of `nlu_data/tuning/`: what the evidence is weighed on, and never examples to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import read_yaml
from bot.nlu.evidence import FAQ, OUT_OF_SCOPE


@dataclass(frozen=True)
class TuningQuestion:
    """A message and the label it deserves: `faq/<entry>`, or another intent."""

    text: str
    label: str


def load_tuning(nlu_data: Path) -> list[TuningQuestion]:
    """Returns the tuning questions of all languages, in the order of their files; none where there is no such folder.

    A file holds questions per entry of its topic (`entries`), messages per intent (`intents`), or what is to be
    declined (`out_of_scope`).

    Raises:
        KnowledgeError: a file cannot be read or is not of this shape.
    """
    found: list[TuningQuestion] = []
    for path in sorted((nlu_data / "tuning").glob("*/*.yml")):
        data = read_yaml(path)
        try:
            for name, texts in (data.get("entries") or {}).items():
                found += [TuningQuestion(text, f"{FAQ}{path.stem}.{name}") for text in _texts(texts)]
            for intent, texts in (data.get("intents") or {}).items():
                found += [TuningQuestion(text, intent) for text in _texts(texts)]
            found += [TuningQuestion(text, OUT_OF_SCOPE) for text in _texts(data.get("out_of_scope") or [])]
        except (AttributeError, TypeError) as error:
            raise KnowledgeError(
                path, "must hold `entries`, `intents` or `out_of_scope` with lists of messages"
            ) from error
    return found


def _texts(texts: object) -> list[str]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return texts
