"""The model of a blog's tags: each tag's score for a draft is a weighted sum of scores that are comparable within the draft.

Of each kind of score (similarity to the tag's centroid, to the nearest posts that have it, its name in the title and text, its
share of the author's posts, its share of the posts with the tags already chosen) the z-score over all tags is taken: its
distance from the mean, in standard deviations.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blog.suggestions.sparse import Floats, SparseRows, largest
from blog.suggestions.text import Draft, DraftTerms, draft_terms

MOST_SUGGESTED: Final = 5
NEAREST: Final = 10  # posts that the draft is compared with
WEIGHTS: Final = {  # chosen by forward cross-validation on seven blogs: docs/suggestions.md
    "centroid": 1.0,
    "nearest": 0.5,
    "title": 0.3,
    "text": 0.3,
    "author": 0.2,
    "together": 0.5,
}
LEAST_SIMILAR: Final = 0.05  # cosine: below it a post is not called similar
LEAST_TOGETHER: Final = 0.3  # share of the posts with one tag that have another: below it they are not often together
MOST_NAMED: Final = 3  # words in a reason


class Reason(NamedTuple):
    """Why a tag is suggested: `kind` is "title", "text", "together", "posts" or "words", and tells what else is given."""

    kind: str
    tag: str = ""  # chosen, and often together with the suggested one
    posts: tuple[int, ...] = ()  # keys of similar posts that have the tag, the most similar first
    words: tuple[str, ...] = ()  # terms that the draft has in common with the posts that have the tag


class Suggestion(NamedTuple):
    """A tag that is suggested, and why."""

    tag: str
    reason: Reason


@dataclass(frozen=True)
class SuggestionModel:
    """What is stored of the posts: no text and no title, only weights of terms, tags, authors and keys."""

    terms: Sequence[str]  # words, and pairs of words with a blank between
    rarity: Floats  # of each term: its inverse document frequency
    tags: Sequence[str]
    names: Sequence[str]  # of each tag: the terms of its name, with blanks between
    authors: Sequence[str]
    keys: NDArray[np.int64]  # of the posts
    posts: SparseRows  # terms × posts
    centroids: SparseRows  # terms × tags
    tags_of_posts: SparseRows  # posts × tags: 1
    shares: SparseRows  # authors × tags: the share of the author's posts

    @cached_property
    def term_numbers(self) -> Mapping[str, int]:
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def tag_numbers(self) -> Mapping[str, int]:
        return {tag: number for number, tag in enumerate(self.tags)}

    @cached_property
    def tags_named(self) -> Mapping[tuple[str, ...], list[int]]:
        """Return the numbers of the tags by the terms of their names."""
        found: dict[tuple[str, ...], list[int]] = {}
        for number, name in enumerate(self.names):
            if name:
                found.setdefault(tuple(name.split()), []).append(number)
        return found

    @cached_property
    def longest_name(self) -> int:
        return max(map(len, self.tags_named), default=0)

    def vector(self, terms: DraftTerms) -> Floats:
        """Return the weights of a draft's terms, as a vector of length 1."""
        known = [(self.term_numbers[term], count) for term, count in terms.counts.items() if term in self.term_numbers]
        vector = np.zeros(len(self.terms), np.float32)
        if known:
            columns, counts = (np.array(each) for each in zip(*known, strict=True))
            columns, weights = largest(columns, (1 + np.log(counts)) * self.rarity[columns], len(columns))
            vector[columns] = weights
        return vector

    def suggest(
        self, draft: Draft, chosen: Collection[str] = (), limit: int = MOST_SUGGESTED, without: int | None = None
    ) -> list[Suggestion]:
        """Return the tags with the highest scores, with reasons; none that is chosen, and none without a reason.

        The post whose key is `without`, the draft's own, is not compared with it.
        """
        if not self.tags:
            return []
        judged = Judgement(self, draft, chosen, without)
        found: list[Suggestion] = []
        for number in np.argsort(-judged.total, kind="stable")[: 4 * limit].tolist():
            reason = None if self.tags[number] in chosen else judged.reason(number)
            if reason:
                found.append(Suggestion(self.tags[number], reason))
            if len(found) == limit:
                break
        return found


class Judgement:
    """A draft as a model judges it: the scores of all tags."""

    def __init__(self, model: SuggestionModel, draft: Draft, chosen: Collection[str] = (), without: int | None = None) -> None:
        self.model = model
        self.terms = draft_terms(draft)
        self.vector = model.vector(self.terms)
        self.chosen = [model.tag_numbers[tag] for tag in chosen if tag in model.tag_numbers]
        self.similarities = model.posts.combined(self.vector, len(model.keys))
        if without is not None:
            self.similarities[model.keys == without] = 0
        count = min(NEAREST, len(self.similarities))
        self.nearest: list[int] = np.argsort(-self.similarities, kind="stable")[:count].tolist()
        self.in_title, self.in_text = self._named(self.terms.title), self._named(self.terms.text)
        self.together = {number: self._together(number) for number in self.chosen}
        self.scores = {
            "centroid": model.centroids.combined(self.vector, len(model.tags)),
            "nearest": self._summed(self.nearest, self.similarities),
            "title": (self.in_title > 0).astype(np.float32),
            "text": np.log1p(self.in_text),
            "author": self._authored(draft.authors),
            "together": sum(self.together.values(), np.zeros(len(model.tags), np.float32)),
        }
        self.parts = {kind: WEIGHTS[kind] * _standardised(scores) for kind, scores in self.scores.items()}
        self.total = sum(self.parts.values(), np.zeros(len(model.tags), np.float32))

    def _named(self, terms: Sequence[str]) -> Floats:
        """Return how often each tag's name stands among some terms."""
        found = np.zeros(len(self.model.tags), np.float32)
        for length in range(1, self.model.longest_name + 1):
            for place in range(len(terms) - length + 1):
                for number in self.model.tags_named.get(tuple(terms[place : place + length]), ()):
                    found[number] += 1
        return found

    def _summed(self, posts: Sequence[int], weights: Floats) -> Floats:
        """Return for each tag the sum of the weights of those posts that have it."""
        found = np.zeros(len(self.model.tags), np.float32)
        for post in posts:
            found[self.model.tags_of_posts.row(post)[0]] += weights[post]
        return found

    def _authored(self, authors: Sequence[str]) -> Floats:
        found = np.zeros(len(self.model.tags), np.float32)
        for author in authors:
            if author in self.model.authors:
                columns, shares = self.model.shares.row(self.model.authors.index(author))
                found[columns] += shares
        return found

    def _together(self, chosen: int) -> Floats:
        """Return for each tag the share of the posts with a chosen one that have it too."""
        rows = self.model.tags_of_posts
        posts = np.searchsorted(rows.starts, np.flatnonzero(rows.columns == chosen), "right") - 1
        found = self._summed(posts.tolist(), np.ones(len(rows), np.float32)) / max(1, len(posts))
        return found.astype(np.float32)

    def reason(self, number: int) -> Reason | None:
        """Return the plainest true reason for a tag; None where there is none."""
        if self.in_title[number]:
            return Reason("title")
        found = self._together_reason(number) or self._posts_reason(number)
        return found or (Reason("text") if self.in_text[number] else self._words_reason(number))

    def _together_reason(self, number: int) -> Reason | None:
        often = [
            (float(shares[number]), chosen) for chosen, shares in self.together.items() if shares[number] >= LEAST_TOGETHER
        ]
        return Reason("together", tag=self.model.tags[max(often)[1]]) if often else None

    def _posts_reason(self, number: int) -> Reason | None:
        similar = [post for post in self.nearest if self.similarities[post] >= LEAST_SIMILAR]
        having = [int(self.model.keys[post]) for post in similar if number in self.model.tags_of_posts.row(post)[0]]
        return Reason("posts", posts=tuple(having)) if having else None

    def _words_reason(self, number: int) -> Reason | None:
        shared: list[tuple[float, int]] = []
        for term in np.flatnonzero(self.vector).tolist():
            if " " in self.model.terms[term]:  # a pair, whose words are there themselves
                continue
            tags, weights = self.model.centroids.row(term)
            if weight := float(weights[tags == number].sum() * self.vector[term]):
                shared.append((-weight, term))
        words = tuple(self.model.terms[term] for _, term in sorted(shared)[:MOST_NAMED])
        return Reason("words", words=words) if len(words) == MOST_NAMED else None


def _standardised(scores: Floats) -> Floats:
    """Return the z-scores; 0 where all are the same."""
    deviation = float(scores.std())
    standardised: Floats = (scores - scores.mean()) / deviation if deviation > 1e-6 else np.zeros_like(scores)
    return standardised
