"""The spaCy tokenizer for both scripts: Han characters one by one, everything else by words, numbers and signs."""

from __future__ import annotations

import re
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

# Every match is a token of its own, so the tokens depend on nothing but this pattern: words with inner apostrophes
# and full stops ("don't", "u.n."), numbers with inner separators, single Han characters, any other sign.
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*"
    r"|[^\W\d_\u3400-\u9fff]+(?:['’.][^\W\d_\u3400-\u9fff]+)*"
    r"|[\u3400-\u9fff]"
    r"|[^\w\s]|_"
)


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """Returns the shared blank multi-language pipeline; it holds no model."""
    language = spacy.blank("xx")
    language.tokenizer = Tokenizer(language.vocab, infix_finditer=_TOKEN.finditer)
    return language


def tokenise(text: str) -> Doc:
    """Returns the tokens of a normalised text."""
    return pipeline().make_doc(text)


def token_texts(text: str) -> list[str]:
    """Returns the texts of the tokens that `tokenise` finds, but for white space; no document makes it faster."""
    return _TOKEN.findall(text)
