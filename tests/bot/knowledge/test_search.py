from __future__ import annotations

import pytest

from bot.knowledge.search import Index, answer_texts, search
from bot.text.terms import search_terms


def indexed(documents, owners):
    return Index([(owner, search_terms(text)) for owner, text in documents], owners)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("vaccine budget", "growth.costs"),
        ("VACCINES", "growth.costs"),
        ("疫苗预算", "growth.costs"),
        ("預防義務", "duties.precaution"),
        ("precautionary", "duties.precaution"),
        ("what did the general assembly ask for", "duties.invitation"),
        ("partnership count", "growth.number"),
    ],
)
def test_finds_the_entry_by_words(small, words, first):
    assert search(small, words)[0].entry.id == first


def test_ranks_and_limits_the_hits(small):
    hits = search(small, "business assembly environment budget")
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert search(small, "business assembly environment budget", limit=1) == hits[:1]


@pytest.mark.parametrize("words", ["", "  ", "qwertyuiop", "😀", "the of and", "的了吗"])
def test_finds_nothing_for_unknown_words(small, words):
    assert search(small, words) == []


def test_scores_an_owner_by_its_best_document():
    index = indexed([(0, "vaccine"), (1, "vaccine assembly"), (0, "assembly"), (1, "zebra")], 3)
    first, second, third = index.scores("vaccine assembly")
    assert second > first > third == 0


def test_scores_the_same_in_whatever_order_the_documents_come():
    documents = [(2, "vaccine"), (0, "assembly vaccine"), (2, "assembly"), (0, "zebra"), (1, "budget vaccine")]
    one, other = (indexed(rows, 4).scores("vaccine assembly") for rows in (documents, sorted(documents)))
    assert one.tolist() == pytest.approx(other.tolist())
    assert min(one[:3]) > one[3] == 0


def test_scores_at_most_about_one():
    index = indexed([(0, "vaccine budget"), (1, "assembly")], 2)
    whole, half, diluted = (index.scores(t)[0] for t in ("vaccine budget", "vaccine zebra", "vaccine budget zebra"))
    assert 1 >= whole > diluted > half > 0


@pytest.mark.parametrize(
    ("text", "expected"), [("vaccine", 1.0), ("zebra giraffe", 0.0), ("", 0.0), ("vaccine vaccines", 1.0)]
)
def test_says_how_much_of_a_text_it_knows(text, expected):
    assert indexed([(0, "vaccine budget"), (1, "assembly")], 2).coverage(text) == expected


def test_knows_a_part_of_a_text():
    assert 0 < indexed([(0, "vaccine"), (1, "assembly")], 2).coverage("vaccine zebra") < 1


def test_takes_an_entry_without_words_to_search():
    assert list(indexed([(0, "…"), (1, "word")], 2).scores("word") > 0) == [False, True]


def test_searches_in_everything_an_entry_says(small):
    english, chinese = answer_texts(small.entries["growth.costs"])
    for part in ("What a vaccine project costs", "{budget}", "The rest of the budget", "Companies bear"):
        assert part in english
    assert "疫苗项目的花费" in chinese
    assert "how expensive" not in english


@pytest.mark.parametrize(
    "documents", [[(0, "vaccine"), (1, "疫苗预算 assembly"), (0, ""), (3, "zebra zebra")], [(1, "")]]
)
def test_is_the_same_after_it_was_stored(documents):
    index = indexed(documents, 4)
    stored = {name: array.copy() for name, array in index.to_arrays().items()}
    again = Index.from_arrays(stored)
    for text in ("vaccine assembly", "疫苗", "zebra unheard", "nothing", ""):
        assert again.scores(text).tolist() == index.scores(text).tolist()
        assert again.coverage(text) == index.coverage(text)
    arrays = again.to_arrays()
    assert {name: array.tolist() for name, array in arrays.items()} == {n: a.tolist() for n, a in stored.items()}
