"""Full-text search within a blog: words in texts, by Wagtail's search index, and in tags' names, by the tag index.

Call `search` for the posts that match, `by_relevance` to put them in order, `tags_named` for tags of that name, `corrections`
where little was found, `near_notes` for an address that leads to no post, and `excerpt` for the text around a match.
"""

from blog.search.excerpts import ExcerptPart, excerpt
from blog.search.matching import search, tags_named
from blog.search.ranking import by_relevance
from blog.search.spelling import LITTLE, Correction, corrections, near_notes
from blog.search.statistics import analyze_tables

__all__ = [
    "LITTLE",
    "Correction",
    "ExcerptPart",
    "analyze_tables",
    "by_relevance",
    "corrections",
    "excerpt",
    "near_notes",
    "search",
    "tags_named",
]
