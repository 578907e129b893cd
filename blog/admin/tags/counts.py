"""Tags with what the list says of them: only of posts that the member may see."""

from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db.models import Count, Exists, IntegerField, Max, Min, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from blog.admin.page_choosers import choosable_pages
from blog.models import PostTag, Tag
from blog.search.phrases import read_phrases
from blog.search.statements import entries_matching, read_entries


def seen_items(user: User) -> QuerySet[PostTag]:
    """Return the tagged items of posts that a user may see."""
    items = PostTag.objects.filter(content_object__binned=None).order_by()
    return items if user.is_superuser else items.filter(content_object__in=choosable_pages(user).values("pk"))


def seen_posts(user: User, tag: Tag) -> list[int]:
    """Return the posts with a tag that a user may see."""
    return list(seen_items(user).filter(tag=tag).values_list("content_object_id", flat=True))


def counted(user: User) -> QuerySet[Tag]:
    """Return the tags with `post_count`, `first_use` and `last_use`."""
    items = seen_items(user).filter(tag=OuterRef("pk")).values("tag")

    def of_items(aggregate: Any) -> Subquery:
        return Subquery(items.annotate(found=aggregate).values("found"))

    count = Coalesce(of_items(Count("pk")), Value(0), output_field=IntegerField())
    published = "content_object__published"
    found: QuerySet[Tag] = Tag.objects.annotate(
        post_count=count, first_use=of_items(Min(published)), last_use=of_items(Max(published))
    )
    return found


def orphans() -> QuerySet[Tag]:
    """Return the tags that no post has, whoever may see it: a draft has its tags too."""
    return Tag.objects.filter(~Exists(PostTag.objects.filter(tag=OuterRef("pk"))))


def matching_posts(user: User, tag: Tag, other: Tag | None, words: str) -> list[int]:
    """Return the posts with a tag that a user may see, and that have another tag too, or words in their text."""
    found = set(seen_posts(user, tag))
    if other:
        found &= set(PostTag.objects.filter(tag=other).values_list("content_object_id", flat=True))
    if phrases := read_phrases(words):
        entries, posts = read_entries()
        found &= set(posts[np.isin(entries, entries_matching("body", phrases))].tolist())
    return sorted(found)
