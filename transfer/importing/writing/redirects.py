"""Redirects from the addresses that imported posts had before."""

from collections.abc import Sequence

from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from blog.models import PostPage
from transfer.importing.static_sites.permalinks import LONGEST


def redirect_to(posts: Sequence[tuple[PostPage, tuple[str, ...]]], site: Site) -> tuple[int, list[tuple[PostPage, str]]]:
    """Lead old addresses to posts; gives how many are new, and those that lead somewhere else already."""
    wanted: dict[str, PostPage] = {}
    elsewhere: list[tuple[PostPage, str]] = []
    for post, addresses in posts:
        for address in addresses:
            path = Redirect.normalise_path(address)
            if len(path) > LONGEST or path == Redirect.normalise_path(f"/{post.slug}/"):
                continue
            if wanted.setdefault(path, post) is not post:
                elsewhere.append((post, path))
    there = dict(Redirect.objects.filter(old_path__in=wanted, site=site).values_list("old_path", "redirect_page"))
    elsewhere += [(post, path) for path, post in wanted.items() if path in there and there[path] != post.pk]
    new = [(path, post) for path, post in wanted.items() if path not in there]
    now = timezone.now()
    Redirect.objects.bulk_create(
        Redirect(old_path=path, site=site, redirect_page_id=post.pk, is_permanent=True, created_at=now) for path, post in new
    )
    return len(new), elsewhere
