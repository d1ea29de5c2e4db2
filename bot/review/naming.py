"""How entries, topics and documents are called on the pages, in the language of the interface."""

from __future__ import annotations

from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Text


def text_in(knowledge: KnowledgeBase, entry_id: str, language: str) -> Text | None:
    """Returns an entry's words in a language, else in any it has; None where there is no such entry."""
    entry = knowledge.entries.get(entry_id)
    if entry is None:
        return None
    return entry.texts.get(language) or next(iter(entry.texts.values()), None)


def entry_title(knowledge: KnowledgeBase, entry_id: str, language: str) -> str:
    """Returns an entry's title, or its id where the knowledge base holds it no more."""
    text = text_in(knowledge, entry_id, language)
    return text.title if text else entry_id


def topic_title(knowledge: KnowledgeBase, topic: str, language: str) -> str:
    """Returns a topic's title, or its name where it has none."""
    known = knowledge.languages.get(language)
    return (known.topic_titles.get(topic) if known else None) or topic.replace("_", " ")


def source_title(knowledge: KnowledgeBase, symbol: str, language: str) -> str:
    """Returns a document's title, empty where it has none beside its symbol."""
    known = knowledge.languages.get(language)
    return (known.source_titles.get(symbol) if known else None) or ""
