"""Redirects from the addresses that imported posts had before."""

from collections.abc import Sequence

from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from blog.models import PostPage
from blog.models.reserved_slugs import RESERVED_SLUGS
from transfer.importing.static_sites.permalinks import MAX_OLD_PATH

ROUTES_OF_EDITORS = frozenset(("admin", "anymail", "documents", "signup", "_util"))  # nothing below them leads to a post


def create_redirects(posts: Sequence[tuple[PostPage, tuple[str, ...]]], site: Site) -> tuple[int, list[tuple[PostPage, str]]]:
    """Create redirects; return how many, and the old paths that are the site's own or already lead somewhere else."""
    wanted: dict[str, PostPage] = {}
    taken: list[tuple[PostPage, str]] = []
    for post, addresses in posts:
        for address in addresses:
            path = Redirect.normalise_path(address)
            if len(path) > MAX_OLD_PATH or path == Redirect.normalise_path(f"/{post.slug}/"):
                continue
            if _is_reserved(path) or wanted.setdefault(path, post) is not post:
                taken.append((post, path))
    existing = dict(Redirect.objects.filter(old_path__in=wanted, site=site).values_list("old_path", "redirect_page"))
    taken += [(post, path) for path, post in wanted.items() if path in existing and existing[path] != post.pk]
    new = [(path, post) for path, post in wanted.items() if path not in existing]
    now = timezone.now()
    Redirect.objects.bulk_create(
        Redirect(old_path=path, site=site, redirect_page_id=post.pk, is_permanent=True, created_at=now) for path, post in new
    )
    return len(new), taken


def _is_reserved(path: str) -> bool:
    first, _, rest = path.lower().lstrip("/").partition("/")
    return first in RESERVED_SLUGS and (not rest or first in ROUTES_OF_EDITORS)
