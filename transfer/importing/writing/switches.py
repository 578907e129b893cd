"""Switches of the blog for what the old site's generator did to a text."""

from collections.abc import Collection

from blog.models import BlogPage
from blog.models.revision import locked_revision


def save_switches(blog: BlogPage, names: Collection[str]) -> None:
    """Store switches that are on, in the version that the blog's form shows too: a draft stays one."""
    with locked_revision():
        blog.save(update_fields=sorted(names))
        newest = BlogPage.objects.get(pk=blog.pk).get_latest_revision_as_object()
        if newest.latest_revision_id:
            for name in names:
                setattr(newest, name, True)
            newest.save_revision(clean=False, changed=newest.has_unpublished_changes)
