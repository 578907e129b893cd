"""The terms that count: words, and pairs of words that follow one another.

In the posts of a large blog there are millions of pairs, most of them once. So they are counted twice over: roughly, by hash,
in a table of fixed size; then exactly those alone that may be among the most frequent.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blog.suggestions.text import TITLE_WEIGHT

MAX_WORDS: Final = 50_000  # the most frequent of those in at most half of the posts
MAX_PAIRS: Final = 50_000  # likewise
LEAST: Final = 2  # posts
HASH_BITS: Final = 22  # so the table is of 8 MB
MULTIPLIER: Final = 0x9E3779B97F4A7C15  # Fibonacci hashing: 2 ** 64 / the golden ratio
WORD_BITS: Final = 32  # of a key

Keys = NDArray[np.int64]
Numbers = NDArray[np.int32]


class NumberedText(NamedTuple):
    """The words of a post's title and text, by number, in the order in which they stand."""

    title: Numbers
    text: Numbers

    def pairs(self) -> Keys:
        """Return the keys of the pairs, each once."""
        return np.unique(np.concatenate([_pairs(self.title), _pairs(self.text)]))

    def counts(self) -> tuple[Keys, NDArray[np.int64]]:
        """Return the keys of all words and pairs, ascending, and how often each counts."""
        title = [self.title.astype(np.int64), _pairs(self.title)] * TITLE_WEIGHT
        return np.unique(np.concatenate([*title, self.text, _pairs(self.text)]), return_counts=True)


class Vocabulary(NamedTuple):
    """The keys of the terms that count, ascending, and the inverse document frequency of each.

    A word's key is its number; a pair's is that of its first word plus 1, times 2 ** 32, plus that of its second.
    """

    keys: Keys
    rarity: NDArray[np.float32]

    def terms(self, words: Sequence[str]) -> list[str]:
        """Return the terms, given all words by number."""
        return [_term(key >> WORD_BITS, key & (1 << WORD_BITS) - 1, words) for key in self.keys.tolist()]

    def columns(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the places of some keys, and which of them are there."""
        places = np.minimum(np.searchsorted(self.keys, keys), max(0, len(self.keys) - 1))
        known = self.keys[places] == keys if len(self.keys) else np.zeros(len(keys), np.bool_)
        return places[known], known


def vocabulary(posts: Sequence[NumberedText], word_count: int) -> Vocabulary:
    """Return the words and pairs that count, of posts with so many different words."""
    words = np.zeros(word_count, np.int64)
    for post in posts:
        words[np.concatenate(post)] += 1  # each once
    pairs = _frequent_pairs(posts)
    found = [(np.arange(word_count), words, MAX_WORDS), (*pairs, MAX_PAIRS)]
    keys, frequencies = (np.concatenate(each) for each in zip(*(_chosen(*each, len(posts)) for each in found), strict=True))
    return Vocabulary(keys, (np.log((1 + len(posts)) / (1 + frequencies)) + 1).astype(np.float32))


def _frequent_pairs(posts: Sequence[NumberedText]) -> tuple[Keys, NDArray[np.int64]]:
    """Return the keys of the pairs that may count, ascending, and in how many posts each is."""
    buckets = np.zeros(1 << HASH_BITS, np.uint16)
    for post in posts:
        buckets[_buckets(post.pairs())] += 1
    least = _least(buckets)
    found: Counter[int] = Counter()
    for post in posts:
        pairs = post.pairs()
        found.update(pairs[buckets[_buckets(pairs)] >= least].tolist())
    keys = np.array(sorted(found), np.int64)
    return keys, np.array([found[key] for key in keys.tolist()], np.int64)


def _least(buckets: NDArray[np.uint16]) -> int:
    """Return the smallest number of posts, `LEAST` at least, that no more than `MAX_PAIRS` buckets reach."""
    reaching = np.bincount(buckets)[::-1].cumsum()[::-1]
    return LEAST + int((reaching[LEAST:] > MAX_PAIRS).sum())


def _chosen(keys: Keys, frequencies: NDArray[np.int64], limit: int, total: int) -> Iterator[NDArray[np.int64]]:
    """Yield the most frequent keys of those neither too rare nor too frequent to count, and their frequencies."""
    fit = np.flatnonzero((frequencies >= LEAST) & (frequencies <= max(LEAST, total / 2)))
    chosen = np.sort(fit[np.argsort(-frequencies[fit], kind="stable")[:limit]])
    yield keys[chosen]
    yield frequencies[chosen]


def _pairs(numbers: Numbers) -> Keys:
    return (numbers[:-1].astype(np.int64) + 1 << WORD_BITS) | numbers[1:]


def _buckets(keys: Keys) -> NDArray[np.uint64]:
    return keys.astype(np.uint64) * np.uint64(MULTIPLIER) >> np.uint64(64 - HASH_BITS)


def _term(first: int, second: int, words: Sequence[str]) -> str:
    return f"{words[first - 1]} {words[second]}" if first else words[second]
