"""Posts that show an image or link to a document or page, from Wagtail's reference index."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Model, QuerySet
from django.db.models.functions import Cast
from wagtail.models import Page, ReferenceIndex

from blog.models.pages import PostPage
from blog.models.revision import raise_revision


def references_to(thing: Model) -> "QuerySet[ReferenceIndex]":
    """Return the references to an image, a document or a page."""
    found: QuerySet[ReferenceIndex] = ReferenceIndex.get_references_to(thing)
    return found


def references_below(page: Page) -> "QuerySet[ReferenceIndex]":
    """Return the references to a page and to all pages below it, whose URLs begin with its own."""
    pages = Page.objects.filter(path__startswith=page.path).annotate(key=Cast("pk", CharField())).values("key")
    found: QuerySet[ReferenceIndex] = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Page), to_object_id__in=pages
    )
    return found


def posts_that_use(references: Iterable[ReferenceIndex]) -> list[int]:
    """Return the ids of the posts among the referring objects; others are not cached beyond one revision."""
    post = ContentType.objects.get_for_model(PostPage).pk
    return sorted({int(reference.object_id) for reference in references if reference.content_type_id == post})


def note_changed_posts(posts: Iterable[int]) -> None:
    """Raise the revision for posts that are published no longer, or again, and for those whose texts link to them."""
    keys = [str(post) for post in posts]
    references = ReferenceIndex.objects.filter(to_content_type=ContentType.objects.get_for_model(Page), to_object_id__in=keys)
    raise_revision({*map(int, keys), *posts_that_use(references)})
