"""Latent Dirichlet allocation as a baseline: only where scikit-learn is installed (requirements-topics.txt)."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from blog.suggestions.model import SuggestionModel
from blog.suggestions.sparse import Floats
from blog.suggestions.text import Draft, TaggedPost, draft_terms

TOPICS: Final = 40


class LdaScorer:
    """Scores a tag by its mean share of topics among the posts that have it, times the draft's topics."""

    def __init__(self, model: SuggestionModel, posts: Sequence[TaggedPost]) -> None:
        from sklearn.decomposition import LatentDirichletAllocation

        self.model = model
        self.lda = LatentDirichletAllocation(TOPICS, learning_method="batch", random_state=1)
        topics = self.lda.fit_transform(self._counts(posts))
        having = np.zeros((len(model.tags), len(posts)))
        for number, post in enumerate(posts):
            having[[model.tag_numbers[tag] for tag in post.tags if tag in model.tag_numbers], number] = 1
        self.topics_of_tags = having @ topics / having.sum(axis=1, keepdims=True)

    @classmethod
    def of(cls, model: SuggestionModel, posts: Sequence[TaggedPost]) -> "LdaScorer | None":
        """Return the scorer that learnt from some posts; None where scikit-learn is not installed."""
        return cls(model, posts) if find_spec("sklearn") else None

    def _counts(self, drafts: Sequence[Draft]) -> Any:
        """Return how often each draft has each term, as a sparse matrix."""
        from scipy.sparse import csr_matrix

        found = [
            (row, self.model.term_numbers[term], count)
            for row, draft in enumerate(drafts)
            for term, count in draft_terms(draft).counts.items()
            if term in self.model.term_numbers
        ]
        rows, columns, counts = np.array(found, np.int64).reshape(-1, 3).T
        return csr_matrix((counts, (rows, columns)), (len(drafts), len(self.model.terms)))

    def scores(self, draft: Draft) -> Floats:
        """Return each tag's score for a draft."""
        topics = self.lda.transform(self._counts([draft]))[0]
        found: Floats = (self.topics_of_tags @ topics).astype(np.float32)
        return found
