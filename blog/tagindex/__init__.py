"""The tag index: which posts bear which tags, in memory. The database stays the truth: see blog.snapshots."""

from blog.tagindex.building import build
from blog.tagindex.contents import Contents
from blog.tagindex.index import TagIndex
from blog.tagindex.records import Cursor, Facet, IndexedTag, Neighbours, PageOfIds, Positions
from blog.tagindex.updating import CannotUpdate, update

__all__ = [
    "CannotUpdate",
    "Contents",
    "Cursor",
    "Facet",
    "IndexedTag",
    "Neighbours",
    "PageOfIds",
    "Positions",
    "TagIndex",
    "build",
    "update",
]
