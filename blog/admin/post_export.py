"""The listing of posts as CSV or XLSX: streamed, without formulas, of the posts that the listing shows to the member."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.pages.listing import IndexView

from blog.batches import batched
from blog.models import Comment, PostPage

CHUNK_SIZE = 500  # posts in memory
TEXTS = ("body", "html", "toc", "excerpt", "summary")  # which no listing shows


def byline(post: PostPage) -> str:
    """Return the names of a post's authors."""
    return ", ".join(author.name for author in post.authors)


def tag_names(post: PostPage) -> str:
    """Return the names of a post's tags."""
    return ", ".join(str(item.tag) for item in post.tagged_items.all())


def comment_count(post: Any) -> int:
    """Return the number of a post's comments that readers see, read before."""
    return len(post.shown_comments)


FIELDS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "title": (_("Title"), lambda post: post.title),
    "address": (_("Address"), lambda post: post.full_url or ""),
    "state": (_("Status"), lambda post: gettext("live") if post.live else gettext("draft")),
    "published": (_("Published"), lambda post: post.published),
    "updated": (_("Updated"), lambda post: post.latest_revision_created_at),
    "authors": (_("Authors"), byline),
    "tags": (_("Tags"), tag_names),
    "link": (_("Link"), lambda post: post.link),
    "comments": (_("Comments"), comment_count),
}


class PostExportView(IndexView):
    """Wagtail's listing of pages, whose export has our fields, and reads some posts at a time."""

    list_export = list(FIELDS)
    export_headings = {name: heading for name, (heading, _value) in FIELDS.items()}

    def with_what_rows_show(self, posts: QuerySet[PostPage]) -> QuerySet[PostPage]:
        """Have posts read with their tags, authors and comments, without their texts."""
        approved = Comment.objects.approved().order_by().only("pk", "post")
        found: QuerySet[PostPage] = posts.defer(*TEXTS).prefetch_related(
            "post_authors__author", "tagged_items__tag", Prefetch("discussion", approved, to_attr="shown_comments")
        )
        return found

    def to_row_dict(self, item: PostPage) -> "OrderedDict[str, Any]":
        return OrderedDict((name, value(item)) for name, (_heading, value) in FIELDS.items())

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        return super().as_spreadsheet(self._in_chunks(queryset), spreadsheet_format)

    def get_heading(self, queryset: Any, field: str) -> str:
        return str(FIELDS[field][0])

    def _in_chunks(self, posts: Any) -> Iterator[PostPage]:
        """Yield posts in the order of the listing, with what the export names."""
        ids = [post.pk for post in posts] if not isinstance(posts, QuerySet) else list(posts.values_list("pk", flat=True))
        for some in batched(ids, CHUNK_SIZE):
            found = {post.pk: post for post in self.with_what_rows_show(PostPage.objects.filter(pk__in=some))}
            yield from (found[pk] for pk in some if pk in found)
