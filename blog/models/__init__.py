"""What the blog keeps in the database."""

from blog.models.authors import Author
from blog.models.comments import Comment, CommentState
from blog.models.imported_file import ImportedFile
from blog.models.pages import BlogPage, PostPage
from blog.models.plain_pages import PlainPage
from blog.models.revision import Change, IndexRevision
from blog.models.site_settings import Appearance
from blog.models.streams import Stream
from blog.models.tags import MergedTag, Pin, PostTag, Tag, TagAlias

__all__ = [
    "Appearance",
    "Author",
    "BlogPage",
    "Change",
    "Comment",
    "CommentState",
    "ImportedFile",
    "IndexRevision",
    "MergedTag",
    "Pin",
    "PlainPage",
    "PostPage",
    "PostTag",
    "Stream",
    "Tag",
    "TagAlias",
]
