"""Which words and pairs of words count, and that learning of millions of pairs stays bounded."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from blog.suggestions import vocabulary as module
from blog.suggestions.text import TaggedPost, draft_terms
from blog.suggestions.training import train
from blog.suggestions.vocabulary import NumberedText, Vocabulary, vocabulary

WORDS = ["red", "fox", "blue", "sea", "old"]


def numbered(title: str, text: str = "") -> NumberedText:
    first, second = (np.array([WORDS.index(word) for word in each.split()], np.int32) for each in (title, text))
    return NumberedText(first, second)


def made(*posts: NumberedText) -> Vocabulary:
    return vocabulary(posts, len(WORDS))


def test_words_and_pairs_of_two_posts_at_least_count() -> None:
    found = made(numbered("red fox", "blue sea"), numbered("fox", "red fox sea"), numbered("old", "old"), numbered("", ""))
    assert found.terms(WORDS) == ["red", "fox", "sea", "red fox"]
    assert found.rarity.tolist() == pytest.approx([np.log(5 / 3) + 1] * 4)


def test_words_of_more_than_half_of_the_posts_do_not_count() -> None:
    posts = [numbered("", "old red fox")] * 3 + [numbered("", "sea")] * 2
    assert made(*posts).terms(WORDS) == ["sea"]


def test_title_and_text_are_no_pair() -> None:
    assert made(numbered("red", "fox"), numbered("red", "fox"), numbered("", "")).terms(WORDS) == ["red", "fox"]


def test_a_draft_has_the_terms_that_were_learnt_of_the_same_post() -> None:
    random = Random(3)
    posts = [
        TaggedPost(
            " ".join(random.choices("abcde", k=3)), " ".join(random.choices([f"w{n}x" for n in range(9)], k=30)), tags=("a",)
        )
        for _ in range(8)
    ]
    model = train(posts)
    for number, post in enumerate(posts):
        learnt = [float(weights[columns == number].sum()) for columns, weights in map(model.posts.row, range(len(model.terms)))]
        assert model.vector(draft_terms(post)).tolist() == pytest.approx(learnt, abs=1e-6)
    assert any(" " in term for term in model.terms)


@pytest.mark.parametrize("hash_bits", [3, 22])
def test_most_frequent_pairs_are_found_exactly_whatever_the_table(monkeypatch: pytest.MonkeyPatch, hash_bits: int) -> None:
    """A full table lets all pairs through to be counted; none is lost by it."""
    monkeypatch.setattr(module, "HASH_BITS", hash_bits)
    random = Random(5)
    texts = [[random.randrange(40) for _ in range(50)] for _ in range(30)]
    posts = [NumberedText(np.array([], np.int32), np.array(text, np.int32)) for text in texts]
    counted: dict[tuple[int, int], int] = {}
    for text in texts:
        for pair in set(pairwise(text)):
            counted[pair] = counted.get(pair, 0) + 1
    words = [f"w{number}" for number in range(40)]
    expected = {f"w{a} w{b}" for (a, b), count in counted.items() if count >= 2}
    assert {term for term in vocabulary(posts, 40).terms(words) if " " in term} == expected


def test_pairs_are_bounded_and_the_most_frequent_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAIRS", 20)
    random = Random(7)
    posts = [
        NumberedText(np.array([0, 1], np.int32), np.array([random.randrange(2, 60) for _ in range(200)], np.int32))
        for _ in range(10)
    ] + [NumberedText(np.array([], np.int32), np.array([2], np.int32))] * 10
    words = [f"w{number}" for number in range(60)]
    pairs = [term for term in vocabulary(posts, 60).terms(words) if " " in term]
    assert 0 < len(pairs) <= 20
    assert "w0 w1" in pairs
