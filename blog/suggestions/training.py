"""A model learnt from posts: every size in it is bounded, whatever the number and length of the posts."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blog.suggestions.model import SuggestionModel
from blog.suggestions.sparse import Row, SparseRows, largest
from blog.suggestions.text import TaggedPost, draft_terms, terms_of
from blog.suggestions.vocabulary import NumberedText, Vocabulary, vocabulary

MAX_POSTS: Final = 20_000  # the latest
MAX_TAGS: Final = 8_000  # the most frequent
POST_TERMS: Final = 250  # of a post, those of the greatest weight
TAG_TERMS: Final = 400  # of a tag's centroid
SMOOTHING: Final = 2  # posts: an author of few is taken to have tags as all posts do


class Trainer:
    """Reads posts one at a time, in order of time, and keeps of each the numbers of its words."""

    def __init__(self) -> None:
        self.word_numbers: defaultdict[str, int] = defaultdict()
        self.word_numbers.default_factory = self.word_numbers.__len__
        self.texts: deque[NumberedText] = deque(maxlen=MAX_POSTS)
        self.posts: deque[tuple[int, tuple[str, ...], tuple[str, ...]]] = deque(maxlen=MAX_POSTS)  # key, tags, authors

    def add(self, post: TaggedPost) -> None:
        """Learn from a post; one without tags tells nothing."""
        if not post.tags:
            return
        words = draft_terms(post)
        self.texts.append(NumberedText(self._numbers(words.title), self._numbers(words.text)))
        self.posts.append((post.key, post.tags, post.authors))

    def _numbers(self, words: Sequence[str]) -> NDArray[np.int32]:
        return np.fromiter((self.word_numbers[word] for word in words), np.int32, len(words))

    def model(self) -> SuggestionModel:
        """Return the model of the posts added so far."""
        terms = vocabulary(self.texts, len(self.word_numbers))
        rows = SparseRows.of(_weighted(text, terms) for text in self.texts)
        used = Counter(tag for _, tags, _ in self.posts for tag in tags)
        tags = sorted(tag for tag, _ in used.most_common(MAX_TAGS))
        number_of = {tag: number for number, tag in enumerate(tags)}
        tagged = [[number_of[tag] for tag in post_tags if tag in number_of] for _, post_tags, _ in self.posts]
        authors, shares = self._shares(tagged, len(tags))
        return SuggestionModel(
            terms=terms.terms(list(self.word_numbers)),
            rarity=terms.rarity,
            tags=tags,
            names=[" ".join(terms_of(tag)) for tag in tags],
            authors=authors,
            keys=np.array([key for key, _, _ in self.posts], np.int64),
            posts=rows.transposed(len(terms.keys)),
            centroids=_centroids(rows, tagged, len(tags), len(terms.keys)).transposed(len(terms.keys)),
            tags_of_posts=SparseRows.of((np.array(sorted(set(each)), np.int32), _ones(len(set(each)))) for each in tagged),
            shares=shares,
        )

    def _shares(self, tagged: list[list[int]], tag_count: int) -> tuple[list[str], SparseRows]:
        """Return the authors, and for each the share of the posts that have a tag."""
        overall = np.bincount(np.array(list(chain.from_iterable(tagged)), np.int64), minlength=tag_count) / max(1, len(tagged))
        posts: Counter[str] = Counter()
        counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for (_, _, authors), numbers in zip(self.posts, tagged, strict=True):
            for author in authors:
                posts[author] += 1
                counts[author].update(numbers)
        names = sorted(posts)
        rows: list[Row] = []
        for name in names:
            columns = np.array(sorted(counts[name]), np.int32)
            had = np.array([counts[name][column] for column in columns.tolist()], np.float64)
            shares = (had + SMOOTHING * overall[columns]) / (posts[name] + SMOOTHING)
            rows.append((columns, shares.astype(np.float32)))
        return names, SparseRows.of(rows)


def train(posts: Iterable[TaggedPost]) -> SuggestionModel:
    """Return the model of some posts, given in order of time."""
    trainer = Trainer()
    for post in posts:
        trainer.add(post)
    return trainer.model()


def _ones(length: int) -> NDArray[np.float32]:
    return np.ones(length, np.float32)


def _weighted(text: NumberedText, terms: Vocabulary) -> Row:
    """Return the terms of a post with the greatest weights: (1 + ln count) × inverse document frequency."""
    keys, counts = text.counts()
    columns, known = terms.columns(keys)
    return largest(columns, (1 + np.log(counts[known])) * terms.rarity[columns], POST_TERMS)


def _centroids(rows: SparseRows, tagged: list[list[int]], tag_count: int, term_count: int) -> SparseRows:
    """Return for each tag the mean direction of the posts that have it."""
    having: list[list[int]] = [[] for _ in range(tag_count)]
    for post, numbers in enumerate(tagged):
        for number in numbers:
            having[number].append(post)
    return SparseRows.of(_centroid([rows.row(post) for post in posts], term_count) for posts in having)


def _centroid(rows: list[Row], term_count: int) -> Row:
    columns = np.concatenate([columns for columns, _ in rows])
    sums = np.bincount(columns, np.concatenate([weights for _, weights in rows]), term_count)
    found = np.flatnonzero(sums)
    return largest(found, sums[found], TAG_TERMS)
