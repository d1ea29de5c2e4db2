"""Guided flows for the small project, and a seventh one for the product: written as files, as a maintainer would."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from bot.knowledge.flows import Flow
from bot.knowledge.loader import load
from tests.bot import small_base
from tests.bot.small_base import dump

_REPORT = {"source": "A/76/319", "locators": ["20"]}

FLOW: dict[str, Any] = {
    "audiences": ["company"],
    "document": "record",
    "steps": {
        "kind": {"kind": "choice", "options": ["money", "skill"], "part": "what", "references": [_REPORT]},
        "skills": {"kind": "choices", "options": ["law", "care", "code"], "when": {"kind": ["skill"]}, "part": "what"},
        "open": {"kind": "yes_no", "part": "how"},
        "words": {"kind": "text", "longest": 60, "part": "how", "blank": True, "unless": {"open": ["denied"]}},
    },
    "sections": {
        "fit": {
            "take": 1,
            "items": {
                "gift": {"points": {"kind.money": 2}, "references": [_REPORT]},
                "work": {"points": {"kind.skill": 2, "open.affirmed": 1}, "references": [_REPORT]},
            },
        },
        "next": {
            "items": {
                "ask": {"office": "entity"},
                "tell": {"when": {"open": ["denied", "unsure"]}, "references": [_REPORT], "entries": ["growth.number"]},
            }
        },
    },
}

_EN: dict[str, Any] = {
    "title": "Gift or work?",
    "summary": "Finds out what fits.",
    "start": ["gift or work, ask me", "start gift or work", "find out gift or work", "test gift or work", "gift check"],
    "intro": "A few questions.",
    "steps": {
        "kind": {
            "short": "Kind",
            "question": "What do you give?",
            "why": "The report counts partnerships.",
            "options": {"money": "Money", "skill": "Skill of staff"},
            "typed": {"money": ["cash"], "name": ["sort"]},
        },
        "skills": {
            "short": "Skills",
            "question": "Which skills?",
            "options": {"law": "Law", "care": "Nursing care", "code": "Software"},
        },
        "open": {"short": "Openness", "question": "May we tell others?"},
        "words": {"short": "Own words", "question": "In your own words?", "why": "For the note."},
    },
    "sections": {
        "fit": {"title": "What fits", "items": {"gift": "A gift.", "work": "Work together."}},
        "next": {"title": "Next", "items": {"ask": "Ask the entity.", "tell": "Think about telling."}},
    },
    "parts": {"what": "What", "how": "How"},
    "document": {"title": "Note on a gift", "lead": "Made by hand."},
}

_ZH: dict[str, Any] = {
    "title": "出钱还是出力？",
    "summary": "看看哪种合适。",
    "start": ["出钱还是出力，问我", "开始出钱出力的问题", "看看出钱还是出力", "测一测出钱出力", "出钱出力自查"],
    "intro": "几个问题。",
    "steps": {
        "kind": {
            "short": "种类",
            "question": "您给什么？",
            "why": "报告统计了伙伴关系。",
            "options": {"money": "资金", "skill": "员工技能"},
            "typed": {"money": ["钱"], "name": ["类别"]},
        },
        "skills": {
            "short": "技能",
            "question": "哪些技能？",
            "options": {"law": "法律", "care": "护理", "code": "软件"},
        },
        "open": {"short": "公开", "question": "可以告诉别人吗？"},
        "words": {"short": "自己的话", "question": "请用自己的话说。", "why": "写进记录。"},
    },
    "sections": {
        "fit": {"title": "合适的", "items": {"gift": "捐赠。", "work": "一起做。"}},
        "next": {"title": "下一步", "items": {"ask": "询问有关实体。", "tell": "想想是否公开。"}},
    },
    "parts": {"what": "什么", "how": "怎样"},
    "document": {"title": "捐赠记录", "lead": "手工填写。"},
}
TEXTS = {"en": _EN, "zh": _ZH}


def add(root: Path, name: str = "gift") -> Path:
    """Adds a flow to the small project in `root`, with the product's words for all flows; returns the knowledge."""
    knowledge = root / "knowledge"
    dump(knowledge / "flows" / f"{name}.yml", FLOW)
    for code, text in TEXTS.items():
        dump(knowledge / "flow_texts" / code / f"{name}.yml", {"language": code, "flow": name, **text})
        target = knowledge / "flow_words" / f"{code}.yml"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(small_base.ROOT / "knowledge" / "flow_words" / target.name, target)
    return knowledge


def seventh() -> Flow:
    """Returns a flow read from files that nobody wrote any code for."""
    with tempfile.TemporaryDirectory() as folder:
        root = small_base.write(Path(folder) / "project")
        return load(add(root, "seventh")).flows["seventh"]
