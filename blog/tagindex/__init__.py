"""The tag index: an inverted index from tags, authors, sources and years to posts, in memory. Pure.

`build` makes a `TagIndex` from the rows of one SELECT (`IndexData`), `update` brings one up to date with changed posts.
The database stays the truth: `blog.tagindex.store` reads it and keeps one index per blog, audience and revision.
"""

from blog.selections.cursor import Cursor
from blog.tagindex.builder import build
from blog.tagindex.index import TagIndex
from blog.tagindex.types import Facet, IndexData, IndexedTag, Neighbours, PageOfIds, Positions
from blog.tagindex.updater import CannotUpdate, update

__all__ = [
    "CannotUpdate",
    "Cursor",
    "Facet",
    "IndexData",
    "IndexedTag",
    "Neighbours",
    "PageOfIds",
    "Positions",
    "TagIndex",
    "build",
    "update",
]
