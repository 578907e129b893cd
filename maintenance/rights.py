"""Those of some posts that a user may see or change."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blog.admin.post_undo import may_change
from blog.models import PostPage
from jobs.models import Job


def editable_pages(user: Any) -> QuerySet[Page]:
    pages: QuerySet[Page] = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    return pages


def rows_among(pages: QuerySet[Page], job: Job) -> list[dict[str, Any]]:
    """Return a job's result, which has a row for each post, without the posts that are not among these pages."""
    rows = (job.result or {}).get("posts", [])
    shown = set(pages.filter(pk__in=[row["post"] for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row["post"] in shown]


def changeable(user: Any, posts: Iterable[int]) -> Iterator[PostPage]:
    """Yield those posts that are still there, not in the bin, and that a user may change, in the order of their ids."""
    for pk in sorted(posts):
        post = PostPage.objects.filter(pk=pk, binned=None).first()
        if post and may_change(user, post):
            yield post
