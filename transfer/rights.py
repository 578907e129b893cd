"""Who may import into a blog, and export it, in the admin."""

from typing import Any

from blog.models import BlogPage


def blogs_to_import(user: Any) -> list[BlogPage]:
    """Return the blogs in which a user may write and publish any post: an import does, and changes those it made before."""
    return [blog for blog in BlogPage.objects.order_by("path") if _may_publish_all(blog, user)]


def blogs_to_export(user: Any) -> list[BlogPage]:
    """Return the blogs of which a user may see everything: drafts, and the passwords of private posts."""
    return blogs_to_import(user)


def _may_publish_all(blog: BlogPage, user: Any) -> bool:
    rights = blog.permissions_for_user(user)
    return bool(rights.can_edit() and rights.can_publish() and rights.can_add_subpage() and rights.can_publish_subpage())
