from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.markup import Block, clusters, cut, length, messages

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(("text", "units"), [("a", 1), ("联", 1), ("👍", 2), (FAMILY, 11), ("𠀀", 2)])
def test_counts_as_telegram_does(text, units):
    assert length(text) == units


def test_cuts_between_paragraphs():
    blocks = [Block("a" * 60), Block("b" * 60), Block("c" * 30)]
    assert messages(blocks, limit=100) == ["a" * 60, "b" * 60 + "\n\n" + "c" * 30]


@pytest.mark.parametrize("character", ["x", "联", "👍", FAMILY, "🇨🇭", "👍🏽"])
def test_cuts_a_paragraph_too_long_inside_no_character_and_no_tag(character):
    block = Block(character * 300, "bold")
    parts = messages([block], limit=100)
    assert all(part.startswith("<b>") and part.endswith("</b>") for part in parts)
    words = [part[3:-4] for part in parts]
    assert "".join(words) == character * 300
    assert all(length(part) <= 100 and set(clusters(part)) == {character} for part in words)


def test_cuts_a_long_paragraph_at_its_sentences():
    parts = messages([Block("One is here. Two is there. Three.")], limit=15)
    assert parts == ["One is here.", "Two is there.", "Three."]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=80), min_size=1, max_size=8))
def test_loses_nothing_and_keeps_the_limit(paragraphs):
    parts = messages([Block(paragraph) for paragraph in paragraphs], limit=50)
    plain = [html.unescape(part) for part in parts]
    # A cluster longer than the limit cannot be cut; nobody types one.
    longest = max(length(c) for paragraph in paragraphs for c in clusters(paragraph))
    assert all(length(part) <= max(50, longest) for part in plain)
    squeeze = lambda text: re.sub(r"\s", "", text)  # noqa: E731
    assert squeeze("".join(plain)) == squeeze("".join(paragraphs))


def test_escapes_what_people_typed():
    assert messages([Block("<b> & </b>")]) == ["&lt;b&gt; &amp; &lt;/b&gt;"]


def test_shortens_with_a_mark():
    assert cut("partnership", 8) == "partner…"
    assert cut("👍👍👍👍", 6) == "👍👍…"
