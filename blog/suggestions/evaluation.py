"""How well tags are suggested: a model learns from four fifths of some posts, and is asked for the tags of the rest.

By `Split.TIME` these are the first ones, as on a blog that goes on; by `Split.RANDOM` any, which is easier: posts of one time
are alike. A tag that none of the learnt posts has cannot be suggested. Posts with no other tags are left out, and counted. So
are, on request, tags of few learnt posts.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from blog.suggestions.lda import LdaScorer
from blog.suggestions.model import MOST_SUGGESTED, Judgement, SuggestionModel
from blog.suggestions.text import TaggedPost
from blog.suggestions.training import train

LEARNT: Final = 0.8  # share of the posts that the model learns from

Suggest: TypeAlias = Callable[[TaggedPost], Sequence[str]]


class Split(StrEnum):
    """Which posts are learnt from: the first ones, or some chosen at random."""

    TIME = "time"
    RANDOM = "random"


class Figures(NamedTuple):
    """Means over the posts: `recall` is the share of a post's tags among the first five suggestions, `precision` the share of
    first suggestions that are right, `coverage` the share of posts for which anything is suggested.
    """

    recall: float
    precision: float
    coverage: float


@dataclass(frozen=True)
class Evaluation:
    """The figures of each way to suggest, the model's first, and what they were counted on."""

    figures: Mapping[str, Figures]
    split: Split
    learnt: int  # posts
    asked: int  # posts
    left_out: int  # posts without any tag of a learnt post
    tags: int
    unknown: float  # share of the asked posts' tags that no learnt post has


def evaluate(posts: Sequence[TaggedPost], split: Split = Split.TIME, seed: int = 1, least: int = 1) -> Evaluation:
    """Return the figures for posts that have tags, given in order of time; only tags of `least` learnt posts count.

    Raise ValueError for fewer than ten posts, and where no tag counts.
    """
    tagged = [post for post in posts if post.tags]
    if len(tagged) < 10:
        raise ValueError(f"There are {len(tagged)} posts with tags: ten are needed at least.")
    if split == Split.RANDOM:
        Random(seed).shuffle(tagged)  # noqa: S311 (no secret)
    learnt, rest = tagged[: round(len(tagged) * LEARNT)], tagged[round(len(tagged) * LEARNT) :]
    learnt = _with_frequent_tags(learnt, least)
    if not any(post.tags for post in learnt):
        raise ValueError(f"No tag has {least} of the posts that are learnt from.")
    model = train(learnt)
    known = [post for post in rest if not model.tag_numbers.keys().isdisjoint(post.tags)]
    total = sum(len(post.tags) for post in rest)
    unknown = sum(tag not in model.tag_numbers for post in rest for tag in post.tags)
    return Evaluation(
        {name: _measure(suggest, known, model) for name, suggest in _ways(model, learnt)},
        split=split,
        learnt=len(learnt),
        asked=len(known),
        left_out=len(rest) - len(known),
        tags=len(model.tags),
        unknown=unknown / total,
    )


def _with_frequent_tags(posts: Sequence[TaggedPost], least: int) -> list[TaggedPost]:
    """Return the posts with those of their tags that at least so many of them have."""
    used = Counter(tag for post in posts for tag in post.tags)
    return [replace(post, tags=tuple(tag for tag in post.tags if used[tag] >= least)) for post in posts]


def _ways(model: SuggestionModel, learnt: Sequence[TaggedPost]) -> Iterator[tuple[str, Suggest]]:
    """Yield the model and its baselines."""
    popular = np.bincount(model.tags_of_posts.columns, minlength=len(model.tags))
    yield "model", lambda post: [suggestion.tag for suggestion in model.suggest(post)]
    yield "most popular", lambda _: _best(model, popular)
    yield "nearest neighbours", lambda post: _best(model, Judgement(model, post).scores["nearest"])
    yield "TF-IDF centroid", lambda post: _best(model, Judgement(model, post).scores["centroid"])
    if lda := LdaScorer.of(model, learnt):
        yield "LDA", lambda post: _best(model, lda.scores(post))


def _best(model: SuggestionModel, scores: NDArray[Any]) -> list[str]:
    """Return the tags of the highest scores above 0."""
    order = np.argsort(-scores, kind="stable")[:MOST_SUGGESTED]
    return [model.tags[number] for number in order.tolist() if scores[number] > 0]


def _measure(suggest: Suggest, posts: Sequence[TaggedPost], model: SuggestionModel) -> Figures:
    recalls, firsts, covered = [], [], []
    for post in posts:
        wanted = {tag for tag in post.tags if tag in model.tag_numbers}
        suggested = suggest(post)
        recalls.append(len(wanted.intersection(suggested)) / len(wanted))
        firsts.append(bool(suggested) and suggested[0] in wanted)
        covered.append(bool(suggested))
    return Figures(*(float(np.mean(each)) if each else 0.0 for each in (recalls, firsts, covered)))
