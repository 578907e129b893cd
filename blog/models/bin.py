"""The bin: posts put away for some days with everything they have, below a second root of Wagtail's tree.

No site is there, and no group has rights there, so such a post has no address and shows in no listing, chooser or search. Its
row, with revisions, tags, comments, pins, privacy and redirects, stays what it was.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from blog.models.pages import PostPage

KEPT = timedelta(days=30)
ROOT_SLUG = "bin"


class BinnedPostQuerySet(models.QuerySet["BinnedPost"]):
    """Queries of posts in the bin."""

    def due(self, now: datetime) -> "BinnedPostQuerySet":
        """Return the posts that have been there for as long as the bin keeps them."""
        return self.filter(binned_at__lte=now - KEPT)

    def restorable_by(self, user: User) -> "BinnedPostQuerySet":
        """Return the posts that a user may restore: those that they might edit, or if published publish, where they were."""
        if user.is_superuser:
            return self
        allowed = Q(pk__in=[])
        for parent in Page.objects.filter(pk__in=self.order_by().values("parent")):
            rights = _rights(user, parent)
            below = Q(parent=parent.pk) if "publish" in rights else Q(parent=parent.pk, was_live=False)
            if "change" in rights:
                allowed |= below
            elif "add" in rights:
                allowed |= below & Q(post__owner=user)
        return self.filter(allowed)


class BinnedPost(models.Model):
    """A post in the bin: since when, by whom, and what it is to be given back."""

    post = models.OneToOneField(
        PostPage, verbose_name=_("post"), primary_key=True, on_delete=models.CASCADE, related_name="binned"
    )
    parent = models.ForeignKey(Page, null=True, on_delete=models.SET_NULL, related_name="+")  # None: that blog is gone
    path = models.CharField(max_length=255)  # in the tree, where it was
    was_live = models.BooleanField()
    scheduled_revision = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    scheduled_at = models.DateTimeField(null=True)
    binned_at = models.DateTimeField(_("moved to the bin"), db_index=True)
    binned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    batch = models.UUIDField(default=uuid.uuid4, db_index=True)  # the posts that one action moved, and that one button restores

    objects = BinnedPostQuerySet.as_manager()

    wagtail_reference_index_ignore = True  # no use of a post or a blog that an editor should know of

    class Meta:
        ordering = ["-binned_at", "pk"]
        verbose_name = _("post in the bin")
        verbose_name_plural = _("posts in the bin")

    def __str__(self) -> str:
        return str(self.post)

    @property
    def days_left(self) -> int:
        """Return for how many days it is kept still, one that has begun counted."""
        return max(0, -((timezone.now() - self.binned_at - KEPT) // timedelta(days=1)))


def bin_root() -> Page:
    """Return the root below which binned posts are, made where there is none: call it with the revision row locked."""
    return bin_roots().first() or Page.add_root(title="Bin", slug=ROOT_SLUG, live=False)


def bin_roots() -> "models.QuerySet[Page]":
    """Return the root below which binned posts are, if there is one."""
    found: models.QuerySet[Page] = Page.objects.filter(depth=1, slug=ROOT_SLUG)
    return found


def outside_bin(pages: Any) -> Any:
    """Return the pages of a queryset without those in the bin."""
    return pages.exclude(Q(pk__in=BinnedPost.objects.order_by().values("post")) | Q(depth=1, slug=ROOT_SLUG))


def _rights(user: User, page: Page) -> frozenset[str]:
    """Return what a user who is no superuser may do with a page and below it."""
    return frozenset(page.permissions_for_user(user).permissions) if user.is_active else frozenset()
