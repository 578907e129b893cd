"""Listing queries by Django's ORM over Wagtail's pages as usually written: a filter for each tag, and `distinct()`."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.db.models.functions import ExtractYear

from blog.models import PostPage, Tag

if TYPE_CHECKING:
    from blog.selections.selection import Selection

PAGE, FACETS = 20, 30


def posts_of(selection: "Selection") -> Any:
    found = PostPage.objects.live().public()
    for tag in selection.wanted:
        found = found.filter(tags__slug=tag)
    for tag in selection.unwanted:
        found = found.exclude(tags__slug=tag)
    return found.distinct()


def orm_queries(selection: "Selection", moment: datetime, deep: int) -> dict[str, Callable[[], object]]:
    """Return every query by name: neighbours are of a post published at `moment`, the deep page begins after `deep` posts."""
    posts = posts_of(selection)
    newest, oldest = posts.order_by("-published"), posts.order_by("published")
    return {
        "count": posts.count,
        "first page": lambda: list(newest.values_list("pk", flat=True)[:PAGE]),
        "deep page": lambda: list(newest.values_list("pk", flat=True)[deep : deep + PAGE]),
        "oldest first": lambda: list(oldest.values_list("pk", flat=True)[:PAGE]),
        "facets": lambda: list(facets_of(posts, selection)),
        "years": lambda: list(posts.annotate(y=ExtractYear("published")).values("y").annotate(n=Count("pk", distinct=True))),
        "neighbours": lambda: (
            oldest.filter(published__gt=moment).values_list("pk", "slug", "title").first(),
            newest.filter(published__lt=moment).values_list("pk", "slug", "title").first(),
        ),
    }


def facets_of(posts: Any, selection: "Selection") -> Any:
    among = Tag.objects.filter(post_tags__content_object__in=posts.order_by().values("pk")).exclude(slug__in=selection.tags)
    return among.annotate(count=Count("pk")).order_by("-count", "slug")[:FACETS]
