"""Tables of the blog, each file a subject; `rows` reads posts by hand-written SQL, `revision` holds the lock order.

Writes that touch several rows are verbs in `blog.services`.
"""

from blog.models.authors import Author, PostAuthor
from blog.models.bin import BinnedPost
from blog.models.comments import Comment, CommentState
from blog.models.imported_file import ImportedFile
from blog.models.pages import BlogPage, PostPage
from blog.models.plain_pages import PlainPage
from blog.models.post_history import PostLot, PostOperation
from blog.models.revision import Change, IndexRevision
from blog.models.site_settings import Appearance
from blog.models.streams import Stream
from blog.models.tag_history import TagOperation, TagRedirect
from blog.models.tags import MergedTag, Pin, PostTag, Tag, TagAlias
from blog.models.version_claim import VersionClaim

__all__ = [
    "Appearance",
    "Author",
    "BinnedPost",
    "BlogPage",
    "Change",
    "Comment",
    "CommentState",
    "ImportedFile",
    "IndexRevision",
    "MergedTag",
    "Pin",
    "PlainPage",
    "PostAuthor",
    "PostLot",
    "PostOperation",
    "PostPage",
    "PostTag",
    "Stream",
    "Tag",
    "TagAlias",
    "TagOperation",
    "TagRedirect",
    "VersionClaim",
]
