"""Small words for templates."""

from urllib.parse import quote

from django import template

from blog.dates import day
from blog.models import PostPage, Tag
from blog.notes import host
from blog.numbers import number
from blog.selection import Selection
from blog.tagindex import IndexedTag

register = template.Library()
register.filter("day", day)
register.filter("number", number)


@register.filter
def address(post: PostPage) -> str:
    """Where a post is, on its own site."""
    return f"/{quote(post.slug)}/"


@register.filter
def listing(tag: Tag | IndexedTag) -> str:
    """Where a tag's listing is."""
    return Selection.of([tag.slug]).address


register.filter("host", host)
