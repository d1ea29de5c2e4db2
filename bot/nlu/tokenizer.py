"""The pipeline's tokenizer for English, Chinese and both in one message."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.text.normal import normalise
from bot.text.tokens import tokenise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(Tokenizer):  # type: ignore[misc]  # rasa ships no types
    """Cuts a message with spaCy after evening out its spelling; token places refer to the message as it was typed."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class. Intents are labels here, never split.

        `examples` says whether the tokens of training examples are wanted: by components of Rasa's own. Ours cut texts
        themselves, each once, and a tenth of the training is spared.
        """
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "examples": True,
        }

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any) -> BilingualTokenizer:
        """See parent class."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """See parent class."""
        if not self._config["examples"]:
            return training_data
        return super().process_training_data(training_data)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """See parent class."""
        normal = normalise(message.get(attribute))
        tokens = []
        for token in tokenise(normal.text):
            start, end = normal.span(token.idx, token.idx + len(token.text))
            if token.text.strip():
                tokens.append(Token(token.text, start, end))
        return tokens
