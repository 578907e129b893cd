"""Writing many new posts at once: rows for pages, tags, revisions, history, redirects and both of Wagtail's indexes.

What Wagtail does for one page in some thirty queries is done here for hundreds in about as many.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, CharField, F, OuterRef, Subquery, When
from django.db.models.functions import Cast
from django.utils import timezone
from modelcluster.models import get_all_child_relations
from modelsearch.backends import get_search_backends
from wagtail.models import Page, PageLogEntry, Revision

from blog.models import BlogPage, PostAuthor, PostPage, PostTag
from blog.services.references import index_references

PAGE_FIELDS = [field for field in Page._meta.local_concrete_fields if not field.primary_key]


def bulk_create_posts(blog: BlogPage, posts: Sequence[PostPage]) -> None:
    """Add new posts below a blog page, in the transaction that is going on; their tags and authors are in memory."""
    place_in_tree(blog, posts)
    _insert_pages(posts)
    _insert_relations(posts)
    _add_revisions(posts)
    _add_log_entries(posts)
    index_references(posts)
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(PostPage, posts)


def place_in_tree(above: Page, posts: Sequence[Page]) -> None:
    """Give each new page its place in the tree, after the last child; the parent's row stays locked until the commit."""
    parent = Page.objects.select_for_update().get(pk=above.pk)
    last = parent.get_last_child()
    path = last._inc_path() if last else Page._get_path(parent.path, parent.depth + 1, 1)
    for post in posts:
        content_type = ContentType.objects.get_for_model(type(post))
        post.path, post.depth, post.content_type = path, parent.depth + 1, content_type
        post.locale_id, post.draft_title = parent.locale_id, post.title
        post.set_url_path(parent)
        path = post._inc_path()
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(posts))


def _insert_pages(posts: Sequence[PostPage]) -> None:
    """Insert both rows of each post. Django's bulk_create refuses models of two tables: it inserts one of them here."""
    pages = [Page(pk=post.pk, **{field.attname: getattr(post, field.attname) for field in PAGE_FIELDS}) for post in posts]
    for post, page in zip(posts, Page.objects.bulk_create(pages), strict=True):
        post.id = post.page_ptr_id = page.pk
        post._state.adding = False
        for relation in get_all_child_relations(post):
            if relation.get_accessor_name() not in ("tagged_items", "post_authors"):
                getattr(post, relation.get_accessor_name()).set([])  # known to be empty: no query need ask
    rows = PostPage._base_manager.all()
    rows._for_write = True
    rows._batched_insert(posts, PostPage._meta.local_concrete_fields, batch_size=None)


def _insert_relations(posts: Sequence[PostPage]) -> None:
    """Insert the relations of posts, which have their ids now, to tags and authors."""
    tags = [item for post in posts for item in post.tagged_items.all()]
    authors = [item for post in posts for item in post.post_authors.all()]
    for tagged in tags:
        tagged.content_object_id = tagged.content_object.pk
    for author in authors:
        author.post_id = author.post.pk
    PostTag.objects.bulk_create(tags)
    PostAuthor.objects.bulk_create(authors)


def _add_revisions(posts: Sequence[PostPage]) -> None:
    """Give each post the revision that Wagtail's editor opens, as saving or publishing it would have."""
    own, base = (ContentType.objects.get_for_model(model, for_concrete_model=False) for model in (PostPage, Page))
    now = timezone.now()
    Revision.objects.bulk_create(
        Revision(
            content_type=own,
            base_content_type=base,
            object_id=str(post.pk),
            created_at=now,
            object_str=str(post),
            content=post.serializable_data(),
            approved_go_live_at=post.go_live_at if not post.live else None,
        )
        for post in posts
    )
    latest = Revision.objects.filter(base_content_type=base, object_id=Cast(OuterRef("pk"), CharField())).order_by("-pk")
    rows = Page.objects.filter(pk__in=[post.pk for post in posts])
    rows.update(latest_revision=Subquery(latest.values("pk")[:1]), latest_revision_created_at=now)
    rows.update(live_revision=Case(When(live=True, then=F("latest_revision")), default=None))
    revisions = dict(rows.values_list("pk", "latest_revision"))
    for post in posts:
        post.latest_revision_id = revisions[post.pk]


def _add_log_entries(posts: Sequence[PostPage]) -> None:
    own = ContentType.objects.get_for_model(PostPage, for_concrete_model=False)
    now = timezone.now()
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            content_type=own,
            label=post.get_admin_display_title(),
            action=log_action(post),
            timestamp=now,
            data=_log_data(post, now),
            revision_id=post.latest_revision_id,
            content_changed=True,
            page_id=post.pk,
        )
        for post in posts
    )


def log_action(post: PostPage) -> str:
    """Name what an editor would have done: publish, schedule, or save a draft."""
    if post.live:
        return "wagtail.publish"
    return "wagtail.publish.schedule" if post.go_live_at and not post.expired else "wagtail.create"


def _log_data(post: PostPage, now: datetime) -> dict[str, Any]:
    if log_action(post) != "wagtail.publish.schedule":
        return {}
    times = {"created": now.isoformat(), "go_live_at": post.go_live_at.isoformat()}
    return {"revision": {"id": post.latest_revision_id, **times, "has_live_version": False}}
