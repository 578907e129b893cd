"""What an editor may have forgotten of a post: found while it is previewed, named in Wagtail's panel of checks."""

import re
from enum import StrEnum
from typing import Final

from django.db.models import Model
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from blog.images.visibility import public_pages
from blog.models import PostPage, PostTag

REFERENCE: Final = re.compile(r'\bdata-(page|doc|image)="(\d+)"')  # in a stored text: see `blog.markdown.references`
OWN_POST: Final = re.compile(r'<a [^>]*?href="/([^/"?#]+)/?(?:[?#][^"]*)?"')


class Finding(StrEnum):
    """What may be missing or wrong."""

    NO_TAGS = "no-tags"
    NO_SUMMARY = "no-summary"
    BROKEN_LINKS = "broken-links"
    FUTURE = "future"
    USED_ONCE = "used-once"


def findings_of(post: PostPage, html: str) -> list[Finding]:
    """Return what is found of a post, saved or not, with its rendered text."""
    tags = [tag.pk for tag in post.tags.all()]
    used = PostTag.objects.filter(tag__in=[tag for tag in tags if tag]).exclude(content_object=post.pk)
    found = {
        Finding.NO_TAGS: not tags,
        Finding.NO_SUMMARY: not post.summary,
        Finding.BROKEN_LINKS: bool(missing(html)) or _has_dead_links(post, html),
        Finding.FUTURE: bool(post.published and post.published > timezone.now() and not post.go_live_at),
        Finding.USED_ONCE: len(set(used.values_list("tag", flat=True))) < len(tags),
    }
    return [finding for finding, is_so in found.items() if is_so]


def references(html: str) -> dict[str, set[int]]:
    """Return the ids of images, pages and documents in a rendered text, by kind."""
    found: dict[str, set[int]] = {"image": set(), "page": set(), "doc": set()}
    for kind, key in REFERENCE.findall(html):
        found[kind].add(int(key))
    return found


def missing(html: str) -> list[str]:
    """Return the references of a rendered text to what is not there, as they are written: `image:9`."""
    found = references(html)
    tables: dict[str, type[Model]] = {"image": get_image_model(), "page": Page, "doc": get_document_model()}
    return [
        f"{kind}:{key}"
        for kind, model in tables.items()
        for key in sorted(found[kind] - set(model._default_manager.filter(pk__in=found[kind]).values_list("pk", flat=True)))
    ]


def _has_dead_links(post: PostPage, html: str) -> bool:
    """Return whether a text links to a page of its own site that readers cannot open."""
    linked = references(html)["page"]
    if public_pages().filter(pk__in=linked).count() < len(linked):
        return True
    blog = post.get_parent() if post.path else None
    slugs = set(OWN_POST.findall(html)) if blog else set()
    siblings = Page.objects.child_of(blog).filter(slug__in=slugs) if slugs else Page.objects.none()
    return bool(siblings.exclude(pk__in=public_pages().values("pk")).exists())
