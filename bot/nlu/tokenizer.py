"""The pipeline's tokenizer for English, Chinese and both in one message."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.text.normal import normalise
from bot.text.tokens import tokenise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(Tokenizer):  # type: ignore[misc]  # rasa ships no types
    """Cuts a message with spaCy after evening out its spelling; token places refer to the message as it was typed."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class. Intents are labels here, never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any) -> BilingualTokenizer:
        """See parent class."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """See parent class."""
        normal = normalise(message.get(attribute))
        tokens = []
        for token in tokenise(normal.text):
            start, end = normal.span(token.idx, token.idx + len(token.text))
            if token.text.strip():
                tokens.append(Token(token.text, start, end))
        return tokens
