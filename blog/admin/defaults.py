"""Default values of a new post."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import init_new_page

from blog.models import Author, PostPage


@receiver(init_new_page, dispatch_uid="author_of_new_post")
def set_author(page: Any, **kwargs: Any) -> None:
    """Set a new post's author to that of the editor's account."""
    if isinstance(page, PostPage) and not page.authors and page.owner_id:
        page.authors = Author.objects.filter(user_id=page.owner_id)
