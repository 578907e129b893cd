"""Topics of posts: groups of words that stand together, by scikit-learn's NMF or LDA, which is loaded here alone.

NMF factorises the matrix of TF-IDF weights, LDA that of counts; either gives each post a share of each topic and each topic a
weight of each term. scikit-learn is an extra: requirements-topics.txt.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from math import isqrt
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from blog import terms
from blog.suggestions.text import MAX_LENGTH, NO_WORDS, TITLE_WEIGHT, Draft

MOST_TOPICS: Final = 100
MOST_TERMS: Final = 20_000
LEAST_POSTS: Final = 10
LEAST_WITH_TERM: Final = 3  # posts
MOST_WITH_TERM: Final = 0.3  # of the posts: what stands in more of them tells no topics apart
WORDS_OF_TOPIC: Final = 10
ROUNDS: Final = {"nmf": 400, "lda": 30}  # at most

CURE: Final = "pip install -r requirements-topics.txt"


class TopicsUnavailable(Exception):
    """Topics cannot be found; the message says why, and what helps."""


class Method(StrEnum):
    """How topics are found: non-negative matrix factorisation, or latent Dirichlet allocation."""

    NMF = "nmf"
    LDA = "lda"


@dataclass(frozen=True)
class Topics:
    """`shares` are posts × topics, each row adding up to 1 (0 for a post without any term); `words` are a topic's heaviest."""

    shares: NDArray[np.float64]
    words: Sequence[tuple[str, ...]]


def usual_number(posts: int) -> int:
    """Return how many topics to look for in so many posts.

    >>> usual_number(60), usual_number(509), usual_number(14_000)
    (5, 15, 40)
    """
    return min(40, max(5, isqrt(posts // 2)))


def find_topics(posts: Sequence[Draft], number: int, method: Method, language: str) -> Topics:
    """Return the topics of some posts, the same for the same posts. Raise TopicsUnavailable without scikit-learn, or posts."""
    if find_spec("sklearn") is None:
        raise TopicsUnavailable(_("Topics are found by scikit-learn, which is not installed here. What helps: %s") % CURE)
    counts, words = _counts(posts, language)
    if len(posts) < LEAST_POSTS or len(words) < number:
        said = _("%(posts)s posts are too few for %(topics)s topics: it takes %(least)s at least, or fewer topics.")
        raise TopicsUnavailable(said % {"posts": len(posts), "topics": number, "least": LEAST_POSTS})
    weights, model = _decomposition(counts, number, method)
    shares: NDArray[np.float64] = model.fit_transform(weights)
    sums = shares.sum(axis=1, keepdims=True)
    heaviest = np.argsort(-model.components_, axis=1, kind="stable")[:, :WORDS_OF_TOPIC]
    return Topics(
        np.divide(shares, sums, out=np.zeros_like(shares), where=sums > 0),
        [tuple(words[column] for column in row) for row in heaviest.tolist()],
    )


def _decomposition(counts: Any, number: int, method: Method) -> tuple[Any, Any]:
    """Return what is decomposed, and scikit-learn's model that does so."""
    from sklearn.decomposition import NMF, LatentDirichletAllocation
    from sklearn.feature_extraction.text import TfidfTransformer

    if method == Method.LDA:
        return counts, LatentDirichletAllocation(number, max_iter=ROUNDS["lda"], learning_method="batch", random_state=1)
    weights = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    return weights, NMF(number, init="nndsvda", max_iter=ROUNDS["nmf"], random_state=1, tol=1e-3)


def _counts(posts: Sequence[Draft], language: str) -> tuple[Any, list[str]]:
    """Return how often each post has each term, as a sparse matrix, and the most frequent word of each term."""
    from scipy.sparse import csr_matrix

    words_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
    found = [_terms(post, language, words_of) for post in posts]
    having = Counter(term for counts in found for term in counts)
    most = max(LEAST_WITH_TERM, MOST_WITH_TERM * len(posts))
    chosen = [term for term, number in having.most_common() if LEAST_WITH_TERM <= number <= most][:MOST_TERMS]
    column_of = {term: column for column, term in enumerate(chosen)}
    cells = [
        (row, column_of[term], count) for row, counts in enumerate(found) for term, count in counts.items() if term in column_of
    ]
    rows, columns, values = np.array(cells, np.int64).reshape(-1, 3).T
    return csr_matrix((values, (rows, columns)), (len(posts), len(chosen))), [
        words_of[term].most_common(1)[0][0] for term in chosen
    ]


def _terms(post: Draft, language: str, words_of: defaultdict[str, Counter[str]]) -> Counter[str]:
    """Return how often a post has each term, and note under which words; without single letters and numbers."""
    counts: Counter[str] = Counter()
    for text, weight in ((post.title, TITLE_WEIGHT), (post.summary, 1), (post.text, 1)):
        for word in terms.words(NO_WORDS.sub(" ", text[:MAX_LENGTH])):
            term = word.signed or terms.stem(word.bare, language)
            if not term.isdigit() and (len(term) > 1 or not term.isascii()):
                counts[term] += weight
                words_of[term][word.bare] += 1
    return counts
