"""Aliases: pages that stand in several places of Wagtail's tree, with the content of one."""

from wagtail.models import Page

from blog.images.visibility import public_pages


def original_of(page: int | None) -> Page | None:
    """Return the page that an alias of this one stands for in the end: an alias may be one of an alias."""
    seen = set[int]()
    found = None
    while page is not None and page not in seen:
        seen.add(page)
        found = Page.objects.filter(pk=page).first()
        page = found.alias_of_id if found else None
    return found


def original_url(alias_of: int | None) -> str:
    """Return the URL of the page that an alias stands for, if anybody may open it; else an empty string."""
    original = original_of(alias_of)
    is_open = original is not None and public_pages().filter(pk=original.pk).exists()
    return (original.full_url or "") if original and is_open else ""
