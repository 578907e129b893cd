"""What topics say of tags: which they agree with, which tags they would split, and which they would merge."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blog.suggestions.text import TaggedPost
from blog.suggestions.topics import Method, Topics, find_topics

LEAST_SHARE: Final = 0.2  # of a topic in a post that is called one of its posts
EXAMPLES: Final = 5  # posts of a topic, and tags that agree with it
LEAST_AGREEING: Final = 2  # posts that a topic and a tag have in common
LEAST_SPLIT: Final = 10  # posts of a tag that may be split
LEAST_PART: Final = 0.2  # of the tag's posts that are of a topic, by which it would be split
LEAST_LIFT: Final = 2.0  # times as often as in all posts
LEAST_MERGED: Final = 3  # posts of a tag that may be merged
LEAST_SIMILAR: Final = 0.9  # cosine of two tags' mean shares of topics
MOST_PROPOSED: Final = 20

Matrix = NDArray[np.float64]


class Agreement(NamedTuple):
    """A topic and a tag: how many posts are of both; the share of these in those of either (Jaccard); PMI in bits."""

    tag: str
    posts: int
    jaccard: float
    pmi: float


class Example(NamedTuple):
    """A post with a topic's share in it."""

    key: int
    title: str
    share: float


class Topic(NamedTuple):
    """A topic: its heaviest words, the number of its posts, those with the greatest shares, and the tags that agree with it."""

    number: int
    words: tuple[str, ...]
    posts: int
    examples: list[Example]
    tags: list[Agreement]


class Split(NamedTuple):
    """A tag whose posts are of several topics: by number, each with how many of the posts."""

    tag: str
    posts: int
    parts: list[tuple[int, int]]


class Merge(NamedTuple):
    """Two tags whose posts have the same topics: the cosine of their shares, and the number of posts that have both."""

    tags: tuple[str, str]
    similarity: float
    together: int


class Report(NamedTuple):
    """What was found in a blog's posts."""

    method: str
    posts: int
    topics: list[Topic]
    split: list[Split]
    merge: list[Merge]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return {
            "method": self.method,
            "posts": self.posts,
            "topics": [
                {
                    **topic._asdict(),
                    "examples": [example._asdict() for example in topic.examples],
                    "tags": [tag._asdict() for tag in topic.tags],
                }
                for topic in self.topics
            ],
            "split": [
                {**split._asdict(), "parts": [{"topic": topic, "posts": posts} for topic, posts in split.parts]}
                for split in self.split
            ],
            "merge": [merge._asdict() for merge in self.merge],
        }


def report(posts: Sequence[TaggedPost], number: int, method: Method, language: str) -> Report:
    """Return the topics of some posts beside their tags. Raise `topics.TopicsUnavailable` where they cannot be found."""
    topics = find_topics(posts, number, method, language)
    tags = sorted({tag for post in posts for tag in post.tags})
    having = np.zeros((len(tags), len(posts)), np.bool_)
    number_of = {tag: row for row, tag in enumerate(tags)}
    for column, post in enumerate(posts):
        having[[number_of[tag] for tag in post.tags], column] = True
    compared = Comparison(posts, topics, tags, having)
    return Report(
        method.value,
        len(posts),
        [compared.topic(column) for column in range(number)],
        sorted(compared.splits(), key=lambda split: (-split.posts, split.tag))[:MOST_PROPOSED],
        sorted(compared.merges(), key=lambda merge: (-merge.similarity, merge.tags))[:MOST_PROPOSED],
    )


class Comparison:
    """Topics and tags of the same posts. `having` is tags × posts."""

    def __init__(self, posts: Sequence[TaggedPost], topics: Topics, tags: Sequence[str], having: NDArray[np.bool_]) -> None:
        self.posts, self.topics, self.tags, self.having = posts, topics, tags, having
        self.of_topic = topics.shares >= LEAST_SHARE  # posts × topics
        self.both = having.astype(np.float64) @ self.of_topic  # tags × topics: the number of posts of both
        self.sizes = having.sum(axis=1)
        usual = np.maximum(self.of_topic.sum(axis=0), 1) / len(posts)
        self.lift = self.both / self.sizes[:, np.newaxis] / usual  # tags × topics

    def topic(self, column: int) -> Topic:
        shares = self.topics.shares[:, column]
        best = [row for row in np.argsort(-shares, kind="stable")[:EXAMPLES].tolist() if self.of_topic[row, column]]
        return Topic(
            column + 1,
            self.topics.words[column],
            int(self.of_topic[:, column].sum()),
            [Example(self.posts[row].key, self.posts[row].title, round(float(shares[row]), 2)) for row in best],
            self._agreeing(column),
        )

    def _agreeing(self, column: int) -> list[Agreement]:
        """Return the tags that posts of a topic have more often than others, those with the most posts in common first."""
        both, lift = self.both[:, column], self.lift[:, column]
        jaccard = both / (self.sizes + self.of_topic[:, column].sum() - both)
        rows = [row for row in np.argsort(-jaccard, kind="stable").tolist() if both[row] >= LEAST_AGREEING and lift[row] > 1]
        return [
            Agreement(self.tags[row], int(both[row]), round(float(jaccard[row]), 2), round(float(np.log2(lift[row])), 1))
            for row in rows[:EXAMPLES]
        ]

    def splits(self) -> Iterator[Split]:
        """Yield the tags of which several topics each have a part of the posts, and more of them than of all posts."""
        for row in np.flatnonzero(self.sizes >= LEAST_SPLIT).tolist():
            shares = self.both[row] / self.sizes[row]
            parts = np.flatnonzero((shares >= LEAST_PART) & (self.lift[row] >= LEAST_LIFT))
            if len(parts) > 1:
                ordered = sorted(parts.tolist(), key=lambda column: (-self.both[row, column], column))
                numbers = [(column + 1, int(self.both[row, column])) for column in ordered]
                yield Split(self.tags[row], int(self.sizes[row]), numbers)

    def merges(self) -> Iterator[Merge]:
        """Yield the pairs of tags that both stand out in the same topic, and whose posts have alike shares of all topics."""
        rows = np.flatnonzero(self.sizes >= LEAST_MERGED)
        means = self.having[rows] @ self.topics.shares / self.sizes[rows, np.newaxis]
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        directions: Matrix = np.divide(means, lengths, out=np.zeros_like(means), where=lengths > 0)
        main = means.argmax(axis=1)
        for first, second in combinations(range(len(rows)), 2):
            similarity = float(directions[first] @ directions[second]) if main[first] == main[second] else 0.0
            stands_out = min(self.lift[rows[each], main[first]] for each in (first, second)) >= LEAST_LIFT
            if similarity >= LEAST_SIMILAR and stands_out:
                together = int((self.having[rows[first]] & self.having[rows[second]]).sum())
                yield Merge((self.tags[rows[first]], self.tags[rows[second]]), round(similarity, 2), together)
