"""A plain page of an old site, below the page that it was below there."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from blog.markdown import caching_renders
from blog.models import BlogPage, PlainPage
from blog.models.reserved_slugs import MOST_BEFORE_NUMBER, numbered, refuse_reserved
from blog.models.revision import locked_revision, raise_revision
from transfer.importing.source import SourcePost


def create_page(blog: BlogPage, source: SourcePost, new: Collection[int], *, dry_run: bool) -> PlainPage | None:
    """Create a page; return None where there is one of its address. Raise ValidationError where it cannot be saved.

    Another page of this address gives this one a number: a post, or a page that is `new` in this run.
    """
    refuse_reserved(source.slug)
    parent = _parent(blog, source)
    slug = _free_slug(parent, source.slug, new)
    if not slug:
        return None
    scheduled = source.published if not source.draft and source.published and source.published > timezone.now() else None
    page = PlainPage(
        title=source.title,
        slug=slug,
        body=source.body,
        show_in_menus=source.in_menus and parent.pk == blog.pk and not source.draft,
        live=False,
        go_live_at=scheduled,
    )
    with caching_renders():
        page.render(blog.render_options)
        with locked_revision():
            parent.add_child(instance=page)
            revision = page.save_revision()
            if not source.draft:
                revision.publish()
            _redirect(page, source, blog)
            page.refresh_from_db(fields=["live"])
            raise_revision([page.pk])
            transaction.set_rollback(dry_run)
    return page


def paths_of_pages(posts: Iterable[tuple[str, SourcePost]]) -> dict[str, str]:
    """Return the paths that the plain pages among these posts will have, by key: about/team."""
    pages = {post.addresses[0].strip("/"): (key, post.slug) for key, post in posts if post.is_page and post.addresses}
    paths: dict[str, str] = {}
    for address in sorted(pages):
        key, slug = pages[address]
        above = pages.get(address.rpartition("/")[0])
        paths[key] = f"{paths[above[0]]}/{slug}" if above else slug
    return paths


def _parent(blog: BlogPage, source: SourcePost) -> Page:
    """Return the plain page whose address the old one began with, however deep the old site itself lay; else the blog."""
    parts = source.addresses[0].strip("/").split("/")[:-1] if source.addresses else []
    for start in range(len(parts)):
        above = PlainPage.objects.filter(url_path=f"{blog.url_path}{'/'.join(parts[start:])}/").first()
        if above:
            return above
    return Page.objects.get(pk=blog.pk)


def _free_slug(parent: Page, wanted: str, new: Collection[int]) -> str:
    """Return the first free slug; "" where an earlier import has created the page."""
    earlier = set(PlainPage.objects.child_of(parent).exclude(pk__in=new).values_list("slug", flat=True))
    taken = set(parent.get_children().filter(slug__startswith=wanted[:MOST_BEFORE_NUMBER]).values_list("slug", flat=True))
    slug = next(name for name in numbered(wanted) if name not in taken or name in earlier)
    return "" if slug in earlier else slug


def _redirect(page: PlainPage, source: SourcePost, blog: BlogPage) -> None:
    """Have the page's old addresses lead to it."""
    site, own = blog.get_site(), Redirect.normalise_path(f"/{page.url_path[len(blog.url_path) :]}")
    for path in {Redirect.normalise_path(address) for address in source.addresses} - {own, ""}:
        if site and len(path) <= Redirect._meta.get_field("old_path").max_length:
            Redirect.objects.get_or_create(old_path=path, site=site, defaults={"redirect_page": page})
