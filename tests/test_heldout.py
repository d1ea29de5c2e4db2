"""How well held-out questions are understood, per language: every eighth of them; `partnerguide evaluate` asks all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.dialogue.door import Dialogue, Message
from bot.knowledge.loader import KnowledgeBase
from bot.reply import Reply

FOLDER = Path(__file__).parent / "nlu"

# What is not allowed to get worse; measured some points above (right, at most wrong, at most answered out of scope).
FLOORS = {"en": (0.85, 0.1, 0.11), "zh": (0.85, 0.1, 0.11)}


def _questions(language: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in sorted((FOLDER / language).glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [(f"{path.stem}.{name}", q) for name, qs in data.get("entries", {}).items() for q in qs]
        found += [("", question) for question in data.get("out_of_scope", ())]
    return found


def _verdict(entry_id: str, reply: Reply, knowledge: KnowledgeBase) -> str:
    """Right is an answer that cites the place the entry rests on, or a question back that offers the entry."""
    if not entry_id:
        return f"out of scope: {'answered' if reply.outcome == 'answer' else 'not answered'}"
    first = knowledge.entries[entry_id].references[0]
    if reply.outcome == "answer":
        cited = any(c.source == first.source and first.locators[0] in c.locators for c in reply.citations)
        return "answered right" if cited else "answered wrong"
    if reply.outcome == "choices":
        offered = any(f'"{entry_id}"' in choice.payload for choice in reply.choices)
        return "asked back, offered" if offered else "asked back, not offered"
    return "not answered"


@pytest.mark.model
@pytest.mark.parametrize("language", sorted(FLOORS))
async def test_understands_heldout_questions(language: str, dialogue: Dialogue) -> None:
    verdicts: Counter[str] = Counter()
    for number, (entry_id, question) in enumerate(_questions(language)[::8]):
        message = Message(conversation=f"heldout-{language}-{number}", channel="jsonl", text=question)
        answer = await dialogue.ask(message)
        verdicts[_verdict(entry_id, answer.reply, dialogue.knowledge)] += 1
    outside = sum(count for verdict, count in verdicts.items() if verdict.startswith("out of scope"))
    inside = sum(verdicts.values()) - outside
    right, wrong, answered = FLOORS[language]
    assert verdicts["answered right"] / inside >= right
    assert verdicts["answered wrong"] / inside <= wrong
    assert verdicts["out of scope: answered"] / outside <= answered
